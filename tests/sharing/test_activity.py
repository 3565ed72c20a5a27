"""What happened: told to the owner, with no more of anybody than is needed, and not for long."""

from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from portal.library.types import Album
from sharing.activity import forget_old, record, shorten
from sharing.links import (
    LinkSettings,
    change_link,
    delete_link,
    pause_link,
    restore_link,
    share_album,
)
from sharing.models import Happening, SharedLink
from tests.memory_library import MemoryLibrary


def kinds(link: SharedLink) -> list[str]:
    return [str(one.get_kind_display()) for one in reversed(link.happenings.all())]


def page(client: Client, query: str = "") -> str:
    return unescape(client.get(f"/activity/{query}").content.decode())


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1234:5678::1", "2001:db8:1234::/48"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", ""),
        ("unix", ""),
    ],
)
def test_addresses_are_shortened_to_their_network(address: str, kept: str) -> None:
    assert shorten(address) == kept


@given(st.ip_addresses())
def test_no_whole_address_is_kept_and_all_fit(address: object) -> None:
    kept = shorten(str(address))
    assert kept.endswith(("/24", "/48"))
    assert len(kept) <= 44


def test_what_owner_and_guests_do_is_told_in_words(link: SharedLink) -> None:
    link = change_link(link, LinkSettings(password="sesame"))
    guest = Client(REMOTE_ADDR="203.0.113.9")
    guest.post(f"{link.path}/unlock", {"password": "wrong"})
    guest.post(f"{link.path}/unlock", {"password": "sesame"}, follow=True)
    pause_link(link, paused=True)
    pause_link(link, paused=False)
    delete_link(link)
    restore_link(link)
    assert kinds(link) == [
        "Link made",
        "Link changed",
        "Wrong password",
        "Unlocked with the password",
        "Opened",
        "Link paused",
        "Link turned on again",
        "Link deleted",
        "Link brought back",
    ]
    assert set(link.happenings.values_list("address", flat=True)) == {"", "203.0.113.0/24"}


def test_coming_back_within_a_day_is_one_opening(link: SharedLink) -> None:
    guest = Client()
    for _ in range(3):
        guest.get(link.path)
    assert kinds(link) == ["Link made", "Opened"]


def test_somebody_who_keeps_trying_fills_no_table(link: SharedLink) -> None:
    change_link(link, LinkSettings(max_visitors=1))
    SharedLink.objects.update(visitors=1)
    for _ in range(20):
        Client().get(link.path)
    assert kinds(link).count("Turned away: the limit is reached") == 1


def test_the_page_tells_when_what_and_which_link(
    owner_client: Client, other_client: Client, link: SharedLink
) -> None:
    change_link(link, LinkSettings(description="Our summer"))
    record(link, Happening.Kind.DOWNLOADED, address="198.51.100.7", size=2_000_000)
    shown = page(owner_client).replace("\xa0", " ")
    for words in ("Our summer", "Downloaded", "1.9 MB", "198.51.100.0/24", "Link made"):
        assert words in shown
    assert "198.51.100.7" not in shown
    assert "Nothing has happened yet" in page(other_client)
    assert "Our summer" not in page(other_client, f"?link={link.pk}")


def test_it_can_be_narrowed_to_one_link_and_comes_in_pages(
    owner_client: Client, link: SharedLink, library: MemoryLibrary
) -> None:
    for _ in range(150):
        record(link, Happening.Kind.OPENED)
    first = page(owner_client, f"?link={link.pk}")
    assert first.count("<time") == 100
    assert f'href="?link={link.pk}&offset=100"' in first
    assert page(owner_client, f"?link={link.pk}&offset=100").count("<time") == 51
    assert page(owner_client, "?link=nonsense&offset=-1").count("<time") == 100
    library.is_away = True
    assert page(owner_client).count("<time") == 100


def test_what_is_old_or_too_much_is_forgotten(settings: Settings, link: SharedLink) -> None:
    record(link, Happening.Kind.OPENED)
    old = timezone.now() - timedelta(days=31)
    Happening.objects.filter(kind=Happening.Kind.OPENED).update(at=old)
    forget_old()
    assert kinds(link) == ["Link made"]
    settings.LOGGIA_ACTIVITY_ROWS = 10
    for _ in range(15):
        record(link, Happening.Kind.OPENED)
    forget_old()
    assert kinds(link) == ["Opened"] * 10


def test_a_link_that_is_called_over_and_over_pushes_out_nothing_of_the_others(
    settings: Settings, link: SharedLink, owner: User, album: Album
) -> None:
    quiet = share_album(owner, album.id, LinkSettings())
    for _ in range(30):
        record(link, Happening.Kind.OPENED)
    settings.LOGGIA_ACTIVITY_ROWS = 10
    forget_old()
    assert kinds(quiet) == ["Link made"]
    assert kinds(link) == ["Opened"] * 9
