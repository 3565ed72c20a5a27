"""A link that hides its album: whatever is asked, nothing of the album is told."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from downloads.services import NotGranted, request_download
from portal.library.types import Album
from sharing.access import enter, rights_of
from sharing.albums.editing import choose_cover, make_album
from sharing.contents import contents_of
from sharing.links import LinkSettings, open_album, share_album, share_portal_album
from sharing.models import SharedLink
from sharing.showing.collection import collection_of
from sharing.showing.grid import grid_of
from tests.memory_library import MemoryLibrary
from tests.test_every_url import LINK_ROUTES, Route

COLLECT = LinkSettings(allow_upload=True, hides_album=True)
CHAT_APP = {"User-Agent": "WhatsApp/2.23.20.0"}


@pytest.fixture(autouse=True)
def fresh_grids() -> Iterator[None]:
    grid_of.cache_clear()
    yield
    grid_of.cache_clear()


@pytest.fixture
def asset_ids(library: MemoryLibrary, album: Album) -> list[UUID]:
    return library.members[album.id]


@pytest.fixture(params=["of the library", "made here"])
def link(
    request: pytest.FixtureRequest, owner: User, album: Album, asset_ids: list[UUID]
) -> SharedLink:
    if request.param == "of the library":
        return share_album(owner, album.id, COLLECT)
    made = make_album(owner, "Summer", asset_ids)
    choose_cover(made, asset_ids[2])
    return share_portal_album(owner, made, COLLECT)


def answers(route: Route, link: SharedLink, asset_id: UUID) -> Iterator[tuple[int, str]]:
    values = {"door": "share", "handle": link.key, "asset_id": asset_id, "position": 1}
    wanted = {name: values.get(name, asset_id) for name in route.parameters}
    for method in ("GET", "POST"):
        response = Client().generic(method, reverse(route.name, kwargs=wanted))
        yield response.status_code, response.content.decode() + str(response.headers)


def test_the_link_has_a_title_and_nothing_in_it(link: SharedLink) -> None:
    collection = collection_of(link)
    assert (collection.title, collection.totals.count, collection.summary) == ("Summer", 0, "")
    assert collection.cover() is None
    assert collection.grid.count == 0


def test_neither_page_nor_part_nor_download_tells_of_a_photo(
    link: SharedLink, asset_ids: list[UUID]
) -> None:
    for route in LINK_ROUTES:
        for status, told in answers(route, link, asset_ids[0]):
            assert status < 500, route.name
            # Its own address may be repeated in the answer: that tells what was asked, no more.
            others = [pk for pk in asset_ids[1:] if str(pk) in told or pk.hex in told]
            assert others == [], route.name
            assert "IMG_0" not in told, route.name
            assert "/media/" not in told, route.name
            assert "7 photos" not in told, route.name
            assert "6 photos" not in told, route.name


@pytest.mark.parametrize("path", ["/photo/{pk}", "/info/{pk}", "/downloads"])
def test_what_is_asked_for_by_name_is_not_there(
    link: SharedLink, asset_ids: list[UUID], path: str
) -> None:
    address = link.path + path.format(pk=asset_ids[0])
    assert Client().get(address).status_code == 404


@pytest.mark.parametrize("path", ["/tiles", "/timeline", "/ids"])
def test_the_parts_of_the_grid_are_empty(
    link: SharedLink, asset_ids: list[UUID], path: str
) -> None:
    told = Client().get(link.path + path).content.decode()
    assert [pk for pk in asset_ids if str(pk) in told] == []
    assert "[133" not in told  # the shape of each of its photos, in hundredths


def test_a_chat_app_reads_the_title_alone(link: SharedLink) -> None:
    told = Client().get(link.path, headers=CHAT_APP).content.decode()
    assert "Summer" in told
    assert "og:image" not in told
    assert "photos" not in told.partition("og:description")[2][:80]


def test_downloads_are_refused(link: SharedLink, asset_ids: list[UUID]) -> None:
    rights = rights_of(link)
    assert (rights.look, rights.download, rights.originals) == (False, False, False)
    with pytest.raises(NotGranted):
        request_download(enter(link, {}), "visitor", "", [asset_ids[0]])
    with pytest.raises(NotGranted):
        request_download(enter(link, {}), "visitor", "")


def test_a_link_whose_downloads_are_used_up_says_nothing_of_them(owner: User, album: Album) -> None:
    link = share_album(owner, album.id, LinkSettings(allow_upload=True, max_downloads=1))
    SharedLink.objects.update(hides_album=True, times_taken=1)
    link.refresh_from_db()
    assert not rights_of(link).is_used_up
    assert Client().get(f"{link.path}/downloads").status_code == 404


def test_contents_are_empty_and_whole_again_once_it_is_opened(
    link: SharedLink, asset_ids: list[UUID]
) -> None:
    assert list(contents_of(link).ids()) == []
    assert not contents_of(link).contains(asset_ids[0])
    assert contents_of(link).asset(asset_ids[0]) is None
    open_album(link)
    link = SharedLink.objects.get(pk=link.pk)
    assert set(contents_of(link).ids()) == set(asset_ids)
    assert collection_of(link).totals.count == 7
    assert str(asset_ids[1]) in Client().get(link.path).content.decode()
