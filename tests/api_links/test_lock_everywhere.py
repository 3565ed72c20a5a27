"""The password guards every route, not ``/shared-links/me`` alone: recordings 100 to 105."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from portal.library.types import Album
from sharing.links import LinkSettings, share_album
from sharing.models import SharedLink
from tests.api_links.conftest import LINKS, Program
from tests.memory_library import MemoryLibrary

Refused = Callable[[Any], tuple[int, str]]
PASSWORD = {"password": "sesame"}


@pytest.fixture
def locked(owner: User, album: Album) -> SharedLink:
    settings = LinkSettings(password="sesame", slug="private-20", allow_upload=True)
    return share_album(owner, album.id, settings)


def routes(link: SharedLink, library: MemoryLibrary) -> list[str]:
    asset_id = next(iter(library.held))
    return [
        f"{LINKS}/me?slug={link.slug}",
        f"/api/albums/{link.album_id}?slug={link.slug}",
        f"/api/assets/{asset_id}?slug={link.slug}",
        f"/api/timeline/buckets?slug={link.slug}&albumId={link.album_id}",
    ]


def test_without_the_password_no_route_tells_anything(
    guest: Program, locked: SharedLink, library: MemoryLibrary, refused: Refused
) -> None:
    for route in routes(locked, library):
        assert refused(guest.get(route)) == (401, "Password required"), route
    checked = {"assets": [{"id": "a", "checksum": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}]}
    answer = guest.post(f"/api/assets/bulk-upload-check?slug={locked.slug}", checked)
    assert refused(answer) == (401, "Password required")


def test_with_the_cookie_of_the_login_all_of_them_answer(
    guest: Program, locked: SharedLink, library: MemoryLibrary
) -> None:
    guest.post(f"{LINKS}/login?slug={locked.slug}", PASSWORD)
    for route in routes(locked, library):
        assert guest.get(route).status_code == 200, route


def test_who_unlocked_the_page_is_in(locked: SharedLink, library: MemoryLibrary) -> None:
    browser = Client()
    browser.post(f"/s/{locked.slug}/unlock", PASSWORD)
    for route in routes(locked, library):
        assert browser.get(route).status_code == 200, route


def test_the_cookie_stays_on_https(guest: Program, locked: SharedLink, settings: Settings) -> None:
    settings.SESSION_COOKIE_SECURE = True
    answer = guest.client.post(
        f"{LINKS}/login?slug={locked.slug}", PASSWORD, content_type="application/json", secure=True
    )
    assert answer.cookies["immich_shared_link_token"]["secure"]
