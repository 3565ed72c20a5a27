"""Albums made in the portal: what owners do with them, and what guests of their links see."""

import re
from collections.abc import Callable
from html import unescape
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client

from portal.library.types import Album
from sharing.albums.editing import add_photos, delete_album, make_album, remove_photos, set_order
from sharing.albums.models import PortalAlbum
from sharing.albums.settling import settle_all
from sharing.contents import contents_of
from sharing.links import LinkSettings, share_portal_album
from sharing.models import SharedLink
from sharing.showing.grid import grid_of
from sharing.tasks import sweep
from tests.memory_library import MemoryLibrary

Make = Callable[..., PortalAlbum]


@pytest.fixture(autouse=True)
def no_grid_of_another_test() -> None:
    grid_of.cache_clear()


@pytest.fixture
def ids(library: MemoryLibrary, album: Album) -> list[UUID]:
    """Seven photos of one album and three of another, oldest first."""
    other = library.add_album("2024/Winter", 3)
    return library.members[album.id] + library.members[other.id]


@pytest.fixture
def made(owner: User, ids: list[UUID]) -> PortalAlbum:
    """Four photos of two albums."""
    return make_album(owner, "Best of", [ids[0], ids[3], ids[6], ids[8]])


@pytest.fixture
def shared(owner: User, made: PortalAlbum) -> SharedLink:
    return share_portal_album(owner, made, LinkSettings(description="", slug="best"))


def photos_of(client: Client, path: str = "/s/best") -> list[UUID]:
    """The photos a guest sees, in order."""
    page = client.get(path).content.decode()
    return [UUID(text) for text in re.findall(r'id="photo-\d+" data-id="([^"]+)"', page)]


def shown(client: Client, path: str) -> str:
    response = client.get(path, follow=True)
    assert response.status_code == 200
    return unescape(response.content.decode())


def in_order(album: PortalAlbum) -> list[UUID]:
    return album.items.there().arranged(PortalAlbum.objects.get(pk=album.pk).order).asset_ids()


def test_photos_of_several_albums_are_put_into_one(
    owner_client: Client, library: MemoryLibrary, album: Album, ids: list[UUID]
) -> None:
    form = {"photos": f"{ids[0]},{ids[1]}", "put": "1"}
    address = owner_client.post(f"/albums/{album.id}/choose/", form)["Location"]
    assert "2 chosen photos" in shown(owner_client, address)
    page = owner_client.post(address, {"name": "Best of"})["Location"]
    made = PortalAlbum.objects.get()
    assert page == f"/albums/made/{made.pk}/"
    winter = next(pk for pk, name in library.names.items() if name == "2024/Winter")
    more = {"photos": f"{ids[7]},{ids[8]}", "put": "1", "into": str(made.pk)}
    assert owner_client.post(f"/albums/{winter}/choose/", more)["Location"] == page
    assert "2 photos added." in shown(owner_client, page)
    assert set(in_order(made)) == {ids[0], ids[1], ids[7], ids[8]}


def test_an_album_wants_a_name_and_keeps_what_was_chosen(
    owner_client: Client, album: Album, ids: list[UUID]
) -> None:
    form = {"photo": str(ids[0]), "put": "1"}
    address = owner_client.post(f"/albums/{album.id}/choose/", form)["Location"]
    refused = owner_client.post(address, {"name": "   "})
    assert "Please give the album a name." in refused.content.decode()
    assert owner_client.post(address, {"name": "x" * 201}).status_code == 200
    assert not PortalAlbum.objects.exists()
    assert owner_client.post(address, {"name": "Now"}).status_code == 302


def test_what_is_there_already_is_not_added_again(
    owner_client: Client, album: Album, made: PortalAlbum, ids: list[UUID]
) -> None:
    form = {"photos": f"{ids[0]},{ids[1]}", "put": "1", "into": str(made.pk)}
    owner_client.post(f"/albums/{album.id}/choose/", form)
    assert "1 photo added. 1 was there already." in shown(owner_client, f"/albums/made/{made.pk}/")
    assert made.items.count() == 5


def test_portal_albums_stand_beside_those_of_the_library(
    owner_client: Client, other_client: Client, made: PortalAlbum
) -> None:
    page = shown(owner_client, "/albums/")
    assert page.index("Made here") < page.index("Best of") < page.index("From the library")
    assert "2025/Summer" in page
    assert "Best of" not in shown(other_client, "/albums/")
    assert "Best of" not in shown(owner_client, "/albums/?q=summer")


@pytest.mark.parametrize("path", ["", "change/", "arrange/", "move/", "delete/", "restore/"])
def test_somebody_else_s_album_is_not_there(
    other_client: Client, made: PortalAlbum, path: str
) -> None:
    ask = other_client.post if path else other_client.get
    assert ask(f"/albums/made/{made.pk}/{path}").status_code == 404
    assert "?made=" not in other_client.get(f"/links/new/?made={made.pk}")["Location"]
    assert PortalAlbum.objects.alive().count() == 1


def test_guests_see_the_album_by_date_either_way(
    client: Client, shared: SharedLink, made: PortalAlbum, ids: list[UUID]
) -> None:
    by_date = photos_of(client)
    assert set(by_date) == {ids[0], ids[3], ids[6], ids[8]}
    assert "12 July 2025" in client.get("/s/best").content.decode()
    set_order(made, "newest")
    assert photos_of(client) == by_date[::-1]
    assert "<h1>Best of</h1>" in client.get("/s/best").content.decode()


def test_by_hand_there_are_no_days_and_no_months(
    owner_client: Client, client: Client, shared: SharedLink, made: PortalAlbum
) -> None:
    before = photos_of(client)
    owner_client.post(f"/albums/made/{made.pk}/change/", {"name": "Best of", "order": "hand"})
    page = client.get("/s/best").content.decode()
    assert photos_of(client) == before
    assert "July 2025" not in page
    assert "data-months" not in page
    assert "days" not in client.get("/s/best/timeline").json()


def test_tiles_timeline_photo_pages_and_ids_keep_the_order_by_hand(
    owner_client: Client, client: Client, shared: SharedLink, made: PortalAlbum
) -> None:
    set_order(made, "hand")
    first = in_order(made)[0]
    form = {"photo": str(first), "action": "last"}
    assert owner_client.post(f"/albums/made/{made.pk}/arrange/", form).status_code == 302
    order = in_order(made)
    assert order[-1] == first
    assert photos_of(client) == photos_of(client, "/s/best/tiles") == order
    assert client.get("/s/best/ids").json()["ids"] == [str(pk) for pk in order]
    page = client.get(f"/s/best/photo/{order[1]}").content.decode()
    assert page.index(str(order[0])) < page.index(str(order[2]))
    assert client.get(f"/s/best/info/{order[1]}").status_code == 200


def test_a_photo_that_is_added_is_seen_and_one_taken_out_is_gone(
    owner_client: Client, client: Client, shared: SharedLink, made: PortalAlbum, ids: list[UUID]
) -> None:
    add_photos(made, [ids[1]])
    shared.refresh_from_db()
    assert (ids[1] in photos_of(client), shared.epoch) == (True, 1)
    form = {"photos": f"{ids[1]},{ids[0]}", "action": "remove"}
    owner_client.post(f"/albums/made/{made.pk}/arrange/", form)
    shared.refresh_from_db()
    assert set(photos_of(client)) == {ids[3], ids[6], ids[8]}
    assert client.get(f"/s/best/photo/{ids[1]}").status_code == 404
    assert client.get(f"/s/best/info/{ids[1]}").status_code == 404
    assert shared.epoch == 2
    assert "2 photos taken out of the album." in shown(owner_client, f"/albums/made/{made.pk}/")


def test_only_links_to_the_album_lose_their_media_urls(
    owner: User, link: SharedLink, shared: SharedLink, made: PortalAlbum, ids: list[UUID]
) -> None:
    assert remove_photos(made, [ids[0]]) == 1
    assert remove_photos(made, [ids[0], ids[1]]) == 0
    epochs = {one.slug: one.epoch for one in SharedLink.objects.all()}
    assert epochs == {"best": 2, "": 1}


def test_what_leaves_the_library_leaves_the_album_and_comes_back_to_its_place(
    client: Client, library: MemoryLibrary, shared: SharedLink, made: PortalAlbum
) -> None:
    set_order(made, "hand")
    order = photos_of(client)
    away = library.held.pop(order[1])
    settle_all()
    shared.refresh_from_db()
    assert (photos_of(client), shared.epoch) == ([order[0], *order[2:]], 2)
    assert "2 photos, 1 video" in client.get("/s/best").content.decode()
    library.held[away.id] = away
    settle_all()
    assert photos_of(client) == order


def test_a_library_that_did_not_change_changes_no_album(made: PortalAlbum) -> None:
    settle_all()
    assert PortalAlbum.objects.get().revision == made.revision


def test_the_owner_s_pages_know_the_album_by_name(
    owner_client: Client, shared: SharedLink, made: PortalAlbum, ids: list[UUID]
) -> None:
    owner_client.post(f"/albums/made/{made.pk}/arrange/", {"photo": str(ids[3]), "action": "cover"})
    for path in ("/", "/?q=best", f"/links/{shared.pk}/", "/activity/"):
        assert "Best of" in shown(owner_client, path), path
    assert ids[3].hex in shown(owner_client, "/")
    owner_client.post(f"/albums/made/{made.pk}/change/", {"name": "Finest", "order": "oldest"})
    assert "Finest" in shown(owner_client, "/")


def test_the_cover_is_what_chat_apps_show(
    client: Client, owner_client: Client, shared: SharedLink, made: PortalAlbum, ids: list[UUID]
) -> None:
    def picture() -> str:
        found = re.search(r'property="og:image" content="([^"]+)"', shown(client, "/s/best"))
        return found[1] if found else ""

    assert in_order(made)[0].hex in picture()
    form = {"photo": str(ids[6]), "action": "cover"}
    owner_client.post(f"/albums/made/{made.pk}/arrange/", form)
    assert ids[6].hex in picture()
    remove_photos(made, [ids[6]])
    assert in_order(made)[0].hex in picture()


def test_a_deleted_album_s_links_show_nothing_until_it_is_back(
    owner_client: Client, client: Client, shared: SharedLink, made: PortalAlbum
) -> None:
    before = photos_of(client)
    gone = owner_client.post(f"/albums/made/{made.pk}/delete/")["Location"]
    page = client.get("/s/best")
    assert (page.status_code, photos_of(client)) == (200, [])
    assert "Best of" not in page.content.decode()
    assert "An album that is not in the library now" in shown(owner_client, "/")
    assert "Deleted: Best of" in shown(owner_client, gone)
    shared.refresh_from_db()
    assert shared.epoch == 2
    owner_client.post(f"/albums/made/{made.pk}/restore/")
    assert photos_of(client) == before


def test_a_link_may_take_uploads_and_a_deleted_album_takes_no_link(
    owner: User, owner_client: Client, made: PortalAlbum
) -> None:
    form = {"lifetime": "never", "allow_upload": "on"}
    assert owner_client.post(f"/links/new/?made={made.pk}", form).status_code == 302
    link = SharedLink.objects.get()
    assert (link.kind, link.portal_album, link.allow_upload) == ("ALBUM", made, True)
    delete_album(made)
    assert owner_client.post(f"/links/new/?made={made.pk}", form)["Location"] == "/albums/"


def test_a_part_of_an_album_is_shared_by_itself(
    owner_client: Client, made: PortalAlbum, ids: list[UUID]
) -> None:
    form = {"photos": f"{ids[0]},{ids[1]}", "action": "share"}
    address = owner_client.post(f"/albums/made/{made.pk}/arrange/", form)["Location"]
    owner_client.post(address, {"lifetime": "never"})
    assert contents_of(SharedLink.objects.get()).ids() == [ids[0]]


def test_albums_deleted_long_ago_are_cleared_and_their_links_stay(
    owner: User, shared: SharedLink, made: PortalAlbum, ids: list[UUID]
) -> None:
    delete_album(make_album(owner, "Another", ids))
    delete_album(made)
    PortalAlbum.objects.update(deleted_at="2020-01-01T00:00Z")
    sweep()
    assert list(PortalAlbum.objects.values_list("name", flat=True)) == ["Best of"]
    assert made.items.count() == 0
    assert Client().get(shared.path).status_code == 200
    owner.delete()
    assert not PortalAlbum.objects.exists()
