"""What programs of guests count for: visits, and places of a link for so many visitors."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from portal.library.types import Album
from sharing.api import visits
from sharing.links import LinkSettings, share_album
from sharing.models import Happening, SharedLink
from tests.api_links.conftest import LINKS, Program

Refused = Callable[[Any], tuple[int, str]]
ME = f"{LINKS}/me"
FULL = (401, "This link takes no more visitors")


@pytest.fixture(autouse=True)
def _nobody_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "known", visits.Known(10, 60))


@pytest.fixture
def limited(owner: User, album: Album) -> SharedLink:
    return share_album(owner, album.id, LinkSettings(max_visitors=1))


def program_at(address: str, **headers: str) -> Program:
    """A program that keeps no cookies, as most do not."""
    client = Client(REMOTE_ADDR=address)
    client.cookies.clear()
    return Program(client, headers)


def counts(link: SharedLink) -> tuple[int, int]:
    link.refresh_from_db()
    return link.visits, link.visitors


def test_a_program_is_one_visit_a_day(link: SharedLink, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        program_at("192.0.2.1").get(f"{ME}?key={link.key}")
        monkeypatch.setattr(visits, "known", visits.Known(10, 60))  # another process
    program_at("192.0.2.2").get(f"{ME}?key={link.key}")
    assert counts(link) == (2, 2)
    opened = Happening.objects.filter(kind=Happening.Kind.OPENED)
    assert [one.address for one in opened] == ["192.0.2.0/24"] * 2


def test_crawlers_previews_and_heads_are_no_visits(link: SharedLink) -> None:
    where = f"{ME}?key={link.key}"
    assert program_at("192.0.2.1", **{"user-agent": "Googlebot/2.1"}).get(where).status_code == 200
    program_at("192.0.2.2", **{"sec-purpose": "prefetch"}).get(where)
    program_at("192.0.2.3").ask("head", where)
    assert counts(link) == (0, 0)


def test_a_browser_that_saw_the_page_is_not_counted_again(link: SharedLink) -> None:
    browser = Program(Client(REMOTE_ADDR="192.0.2.1"), {})
    browser.get(f"/share/{link.key}")
    browser.get(f"{ME}?key={link.key}")
    assert counts(link) == (1, 1)


def test_so_many_visitors_come_in_by_programs_too(limited: SharedLink, refused: Refused) -> None:
    where = f"{ME}?key={limited.key}"
    for _ in range(2):
        assert program_at("192.0.2.1").get(where).status_code == 200
    assert refused(program_at("192.0.2.2").get(where)) == FULL
    assert counts(limited)[1] == 1
    assert Happening.objects.filter(kind=Happening.Kind.TURNED_AWAY).count() == 1


def test_any_route_takes_a_place(limited: SharedLink, refused: Refused) -> None:
    """Else a program would see all, that asks for albums and photos alone."""
    album = f"/api/albums/{limited.album_id}?key={limited.key}"
    assert program_at("192.0.2.1").get(album).status_code == 200
    assert refused(program_at("192.0.2.2").get(album)) == FULL
    assert counts(limited)[1] == 1


def test_who_keeps_cookies_is_known_wherever_they_come_from(limited: SharedLink) -> None:
    where = f"{ME}?key={limited.key}"
    program = program_at("192.0.2.1")
    assert program.get(where).status_code == 200
    program.client.defaults["REMOTE_ADDR"] = "198.51.100.7"
    assert program.get(where).status_code == 200
    assert program.get(f"/share/{limited.key}").status_code == 200
    assert counts(limited)[1] == 1


def test_crawlers_take_no_place_and_see_nothing(limited: SharedLink, refused: Refused) -> None:
    crawler = program_at("192.0.2.1", **{"user-agent": "Googlebot/2.1"})
    assert refused(crawler.get(f"{ME}?key={limited.key}")) == FULL
    assert counts(limited) == (0, 0)


def test_who_does_not_know_the_password_takes_no_place(
    owner: User, album: Album, refused: Refused
) -> None:
    link = share_album(owner, album.id, LinkSettings(max_visitors=1, password="sesame"))
    stranger = program_at("192.0.2.1")
    assert refused(stranger.get(f"{ME}?key={link.key}")) == (401, "Password required")
    assert refused(stranger.post(f"{LINKS}/login?key={link.key}", {"password": "x"}))[0] == 401
    assert counts(link) == (0, 0)
    answer = program_at("192.0.2.2").post(f"{LINKS}/login?key={link.key}", {"password": "sesame"})
    assert answer.status_code == 201
    assert counts(link) == (1, 1)
