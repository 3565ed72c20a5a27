import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings

from portal.library.types import Rendition
from portal.media import tickets
from portal.media.cookies import binding_cookie
from portal.media.grants import OWNER_SCOPE
from portal.media.tickets import DAY, MediaSigner
from tests.media.conftest import Site, stored


def test_a_signed_url_is_answered(site: Site) -> None:
    response = site.get(site.picture(b"sea"))
    assert (response.status_code, response.content) == (200, b"sea")


def replace_part(url: str, index: int, text: str) -> str:
    parts = url.split("/")
    parts[index] = text
    return "/".join(parts)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda url: replace_part(url, 2, uuid4().hex),
        lambda url: replace_part(url, 3, uuid4().hex),
        lambda url: replace_part(url, 4, "preview"),
        lambda url: replace_part(url, 4, "original"),
        lambda url: replace_part(url, 4, "nonsense"),
        lambda url: replace_part(url, 5, "A" * 27),
        lambda url: replace_part(url, 5, url.split("/")[5][:-3] + "AAA"),
        lambda url: replace_part(url, 5, "zzzz" + url.split("/")[5][4:]),
        lambda url: replace_part(url, 5, ""),
        lambda url: replace_part(url, 5, "é%00"),
        lambda url: replace_part(url, 2, "0" * 32),
        lambda url: url + "/photo.jpg",
        lambda url: url + "/a/b",
        lambda url: url + "/%ff",
        lambda url: "/media/",
        lambda url: "/media/../../etc/passwd",
        lambda url: "/media/%2e%2e/%2e%2e/x/y",
        lambda url: "/media/" + "/" * 5000,
    ],
)
def test_a_changed_url_is_404_and_says_nothing(site: Site, spoil: Callable[[str], str]) -> None:
    url = site.picture()
    assert site.get(url).status_code == 200
    response = site.get(spoil(url))
    assert (response.status_code, response.text) == (404, "Not Found\n")
    assert response.headers["cache-control"] == "no-store"


def test_every_single_character_counts(site: Site) -> None:
    url = site.picture()
    spoiled = [
        url[:i] + ("0" if url[i] != "0" else "1") + url[i + 1 :]
        for i in range(len("/media/"), len(url) - 1)  # the last one carries two unused bits
        if url[i] != "/"
    ]
    statuses = {response.status_code for response in site.ask_at_once(spoiled)}
    assert statuses == {404}


def test_an_expired_url_is_404(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    url = site.picture()
    assert site.get(url).status_code == 200
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3 * DAY)
    assert site.get(url).status_code == 404


def test_a_url_is_the_same_all_day_and_holds_a_day_at_least(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset_id = uuid4()
    midnight = 20_000 * DAY
    monkeypatch.setattr(time, "time", lambda: float(midnight))
    first = site.signer().url(asset_id, Rendition.THUMBNAIL)
    monkeypatch.setattr(time, "time", lambda: midnight + DAY - 1.0)
    assert site.signer().url(asset_id, Rendition.THUMBNAIL) == first
    ticket, _ = tickets.read_ticket(first.split("/")[2:], midnight + DAY - 1.0)
    assert ticket.expires - (midnight + DAY - 1) >= DAY


def test_urls_of_an_older_epoch_are_404(site: Site) -> None:
    asset_id = uuid4()
    stored(site.library.store.path(asset_id, Rendition.THUMBNAIL), b"sea", "")
    site.grants.put(site.link, epoch=5)
    old = site.signer(epoch=4).url(asset_id, Rendition.THUMBNAIL)
    new = site.signer(epoch=5).url(asset_id, Rendition.THUMBNAIL)
    assert [r.status_code for r in site.ask_at_once([old, new])] == [404, 200]


def test_urls_of_another_link_are_404(site: Site) -> None:
    other = uuid4()
    site.grants.put(other)
    url = site.picture()
    assert site.get(replace_part(url, 2, other.hex)).status_code == 404


@pytest.mark.parametrize("facts", [{"is_open": False}, {"expires_at": 1.0}])
def test_closed_and_expired_links_grant_nothing(site: Site, facts: dict[str, Any]) -> None:
    site.grants.put(site.link, **facts)
    assert site.get(site.picture()).status_code == 404


def test_a_link_nobody_made_is_404(site: Site) -> None:
    asset_id = uuid4()
    stored(site.library.store.path(asset_id, Rendition.THUMBNAIL), b"sea", "")
    url = MediaSigner(uuid4(), 1).url(asset_id, Rendition.THUMBNAIL)
    assert site.get(url).status_code == 404


def bound_picture(site: Site, binding: str) -> str:
    asset_id = uuid4()
    stored(site.library.store.path(asset_id, Rendition.THUMBNAIL), b"sea", "")
    return site.signer(binding=binding).url(asset_id, Rendition.THUMBNAIL)


def test_a_bound_url_needs_its_cookie_each_time(site: Site) -> None:
    url = bound_picture(site, "nonce.mac")
    name = binding_cookie(site.link)
    cookies = [f"{name}=nonce.mac", "", f"{name}=other", "x=nonce.mac", f"a=b; {name}=nonce.mac"]
    for _ in range(2):  # the second time from what is kept ready
        statuses = [site.get(url, cookie=cookie).status_code for cookie in cookies]
        assert statuses == [200, 404, 404, 404, 200]


def test_the_cookie_of_a_password_taken_away_locks_nobody_out(site: Site) -> None:
    cookie = f"{binding_cookie(site.link)}=nonce.mac"
    assert site.get(site.picture(), cookie=cookie).status_code == 200


def test_the_owners_urls_need_the_session(site: Site) -> None:
    asset_id = uuid4()
    stored(site.library.store.path(asset_id, Rendition.THUMBNAIL), b"sea", "")
    url = MediaSigner(OWNER_SCOPE, 1, "session").url(asset_id, Rendition.THUMBNAIL)
    unbound = MediaSigner(OWNER_SCOPE, 1).url(asset_id, Rendition.THUMBNAIL)
    cookie = f"{settings.SESSION_COOKIE_NAME}=session"
    site.grants.sessions.add("session")
    assert site.get(url, cookie=cookie).status_code == 200
    assert site.get(url).status_code == 404
    assert site.get(unbound).status_code == 404
    assert site.get(unbound, cookie=cookie).status_code == 404
    assert site.grants.look_ups == 0


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_methods_are_405(site: Site, method: str) -> None:
    response = site.ask(method, site.picture())
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")


def test_a_page_that_saw_a_change_first_gets_its_pictures(site: Site) -> None:
    asset_id = uuid4()
    stored(site.library.store.path(asset_id, Rendition.THUMBNAIL), b"sea", "")
    assert site.get(site.signer().url(asset_id, Rendition.THUMBNAIL)).status_code == 200
    holding = site.table.known(site.link)
    assert holding is not None
    holding.looked_up_at -= 1.5  # as if a moment had passed
    site.grants.put(site.link, epoch=2)
    assert site.get(site.signer(epoch=2).url(asset_id, Rendition.THUMBNAIL)).status_code == 200


def test_forged_urls_of_a_link_cost_one_look_up(site: Site) -> None:
    forged = [site.picture()[:-20] + "A" * 20 for _ in range(50)]
    assert {r.status_code for r in site.ask_at_once(forged)} == {404}
    assert site.grants.look_ups == 1
