from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.library.types import Album, Asset
from sharing.albums.editing import delete_album, make_album
from sharing.albums.models import PortalAlbum
from sharing.contributions.models import State
from sharing.links import LinkSettings, change_link, share_album, share_portal_album
from sharing.models import SharedLink
from tests.api_assets.conftest import UNKNOWN, Program, by_key, ids_of, program_of
from tests.memory_library import MemoryLibrary

pytestmark = pytest.mark.django_db
NOT_FOUND = (400, "Not found or no album.read access")


@pytest.fixture
def made(owner: User, library: MemoryLibrary, album: Album) -> PortalAlbum:
    return make_album(owner, "Best of", list(library.held)[:3])


def test_owners_list_their_own_and_those_of_the_library(
    program: Program, made: PortalAlbum, album: Album, owner: User
) -> None:
    share_album(owner, album.id, LinkSettings())
    response = program.get("/api/albums")
    first, second = response.json()
    assert response.status_code == 200
    assert (first["id"], first["albumName"]) == (str(made.pk), "Best of")
    assert (first["assetCount"], first["assets"], first["shared"]) == (3, [], False)
    assert (second["albumName"], second["assetCount"]) == ("2025/Summer", 7)
    assert (second["shared"], second["hasSharedLink"]) == (True, True)
    assert second["startDate"] == "2025-07-12T00:00:00.000Z"
    assert second["albumUsers"] == [{"user": second["owner"], "role": "editor"}]


def test_albums_are_listed_by_what_is_in_them_and_by_whether_they_are_shared(
    program: Program, made: PortalAlbum, album: Album, owner: User, library: MemoryLibrary
) -> None:
    inside, outside = next(iter(library.held)), list(library.held)[5]
    share_portal_album(owner, made, LinkSettings())
    assert len(program.get(f"/api/albums?assetId={inside}").json()) == 2
    assert ids_of(program.get(f"/api/albums?assetId={outside}").json()) == [str(album.id)]
    assert ids_of(program.get("/api/albums?shared=true").json()) == [str(made.pk)]
    assert ids_of(program.get("/api/albums?shared=false").json()) == [str(album.id)]
    counts = program.get("/api/albums/statistics").json()
    assert counts == {"owned": 2, "shared": 1, "notShared": 1}


def test_an_album_comes_with_its_photos_in_its_own_order_or_without(
    program: Program, made: PortalAlbum
) -> None:
    program.patch(f"/api/albums/{made.pk}", {"order": "desc"})
    told = program.get(f"/api/albums/{made.pk}").json()
    names = [asset["originalFileName"] for asset in told["assets"]]
    assert names == ["IMG_0002.jpg", "IMG_0001.jpg", "IMG_0000.jpg"]
    assert told["order"] == "desc"
    bare = program.get(f"/api/albums/{made.pk}?withoutAssets=true").json()
    assert (bare["assets"], bare["assetCount"]) == ([], 3)


def test_an_album_is_made_with_a_description_and_photos(
    program: Program, library: MemoryLibrary, album: Album
) -> None:
    ids = [str(pk) for pk in list(library.held)[:2]]
    body = {"albumName": "Temp", "description": "d", "assetIds": [*ids, str(UNKNOWN)]}
    response = program.post("/api/albums", body)
    told = response.json()
    assert response.status_code == 201
    assert (told["albumName"], told["description"], told["assetCount"]) == ("Temp", "d", 2)
    assert sorted(ids_of(told["assets"])) == sorted(ids)
    assert PortalAlbum.objects.get(pk=told["id"]).name == "Temp"


@pytest.mark.parametrize(
    "body",
    [
        {}, {"albumName": ""}, {"albumName": 7}, {"albumName": "x" * 201},
        {"albumName": "a", "assetIds": ["no"]}, {"albumName": "a\0b"},
        {"albumName": "a", "albumUsers": [{"userId": str(UNKNOWN), "role": "editor"}]},
    ],
)  # fmt: skip
def test_what_makes_no_album_is_refused_in_words(
    program: Program, library: MemoryLibrary, refused: Any, body: dict[str, object]
) -> None:
    status, words = refused(program.post("/api/albums", body))
    assert status == 400
    assert words
    assert not PortalAlbum.objects.exists()


def test_an_album_is_renamed_described_and_given_a_cover(
    program: Program, made: PortalAlbum, library: MemoryLibrary, refused: Any
) -> None:
    cover = str(list(library.held)[2])
    changes = {"albumName": "Renamed", "description": "New", "albumThumbnailAssetId": cover}
    response = program.patch(f"/api/albums/{made.pk}", changes)
    told = response.json()
    assert response.status_code == 200
    assert (told["albumName"], told["description"]) == ("Renamed", "New")
    assert (told["albumThumbnailAssetId"], told["assets"]) == (cover, [])
    wrong = program.patch(f"/api/albums/{made.pk}", {"albumThumbnailAssetId": str(UNKNOWN)})
    assert refused(wrong)[0] == 400
    assert program.patch(f"/api/albums/{made.pk}", {}).json()["albumName"] == "Renamed"


def test_an_album_is_deleted(program: Program, made: PortalAlbum, refused: Any) -> None:
    response = program.delete(f"/api/albums/{made.pk}")
    assert (response.status_code, response.content) == (204, b"")
    assert refused(program.get(f"/api/albums/{made.pk}")) == NOT_FOUND


def test_folders_are_neither_renamed_nor_deleted(
    program: Program, album: Album, refused: Any
) -> None:
    for response in (
        program.patch(f"/api/albums/{album.id}", {"albumName": "Other"}),
        program.delete(f"/api/albums/{album.id}"),
    ):
        status, words = refused(response)
        assert status == 400
        assert "library" in words


def test_foreign_and_unknown_albums_are_not_found(made: PortalAlbum, refused: Any) -> None:
    other = program_of(User.objects.create_user("otto"))
    assert refused(other.get(f"/api/albums/{made.pk}")) == NOT_FOUND
    assert refused(other.get(f"/api/albums/{UNKNOWN}")) == NOT_FOUND
    assert refused(other.patch(f"/api/albums/{made.pk}", {"albumName": "Mine"}))[0] == 400


def test_photos_are_put_into_an_album_and_taken_out(
    program: Program, made: PortalAlbum, library: MemoryLibrary
) -> None:
    there, new = str(next(iter(library.held))), str(list(library.held)[4])
    path = f"/api/albums/{made.pk}/assets"
    response = program.put(path, {"ids": [there, new, str(UNKNOWN), new]})
    assert response.status_code == 200
    assert response.json() == [
        {"id": there, "success": False, "error": "duplicate"},
        {"id": new, "success": True},
        {"id": str(UNKNOWN), "success": False, "error": "no_permission"},
        {"id": new, "success": False, "error": "duplicate"},
    ]
    assert program.delete(path, {"ids": [new, str(UNKNOWN)]}).json() == [
        {"id": new, "success": True},
        {"id": str(UNKNOWN), "success": False, "error": "not_found"},
    ]
    made.refresh_from_db()
    assert made.count == 3


def test_taking_a_photo_out_takes_it_from_links(
    program: Program, made: PortalAlbum, owner: User, library: MemoryLibrary
) -> None:
    link = share_portal_album(owner, made, LinkSettings())
    inside = str(next(iter(library.held)))
    program.delete(f"/api/albums/{made.pk}/assets", {"ids": [inside]})
    assert SharedLink.objects.get(pk=link.pk).epoch > link.epoch


def test_photos_are_put_into_an_album_of_the_library(
    program: Program, album: Album, library: MemoryLibrary
) -> None:
    other = library.add_album("Other", 1)
    path = f"/api/albums/{other.id}/assets"
    new, half = str(next(iter(library.held))), list(library.held)[1]
    library.hidden.add(half)  # goes where its still goes
    assert program.put(path, {"ids": [new, str(half)]}).json() == [
        {"id": new, "success": True},
        {"id": str(half), "success": True},
    ]
    assert library.album(other.id).count == 2
    assert program.delete(path, {"ids": [new]}).json() == [{"id": new, "success": True}]
    assert library.album(other.id).count == 1


def test_guests_see_their_album_alone(
    guest: Program, link: SharedLink, album: Album, library: MemoryLibrary, refused: Any
) -> None:
    other = library.add_album("Other")
    told = guest.get(by_key(link, f"/api/albums/{album.id}")).json()
    assert (told["albumName"], told["assetCount"], len(told["assets"])) == ("Summer", 7, 7)
    assert refused(guest.get(by_key(link, f"/api/albums/{other.id}"))) == NOT_FOUND
    assert refused(guest.get(by_key(link, "/api/albums"))) == (403, "Forbidden")


def test_guests_of_a_bare_link_learn_no_date_and_no_name(
    guest: Program, link: SharedLink, album: Album, photo: Asset
) -> None:
    change_link(link, LinkSettings(show_metadata=False))
    response = guest.get(by_key(link, f"/api/albums/{album.id}"))
    names = [asset["originalFileName"] for asset in response.json()["assets"]]
    assert names[:2] == ["photo-0001.jpg", "photo-0002.jpg"]
    assert names[-1] == "video-0007.mp4"
    for secret in ("2025-07", "IMG_", "startDate"):
        assert secret not in response.content.decode()


def test_a_hidden_album_and_a_deleted_one_show_nothing(
    guest: Program, owner: User, album: Album, made: PortalAlbum, refused: Any
) -> None:
    hidden = share_album(owner, album.id, LinkSettings(allow_upload=True, hides_album=True))
    assert refused(guest.get(by_key(hidden, f"/api/albums/{album.id}"))) == NOT_FOUND
    link = share_portal_album(owner, made, LinkSettings())
    delete_album(made)
    assert refused(guest.get(by_key(link, f"/api/albums/{made.pk}"))) == NOT_FOUND


def test_guests_put_only_what_they_sent(
    guest: Program, link: SharedLink, library: MemoryLibrary, send: Any, refused: Any
) -> None:
    owner, album = link.owner, library.album(link.shown_album_id or UNKNOWN)
    other = library.add_album("Other", 1)
    link = share_album(owner, album.id, LinkSettings(allow_upload=True))
    sent = send(link, state=State.HELD)
    shown = library.members[album.id][0]
    ids = [str(sent.pk), str(shown), str(other.cover_id)]
    told = guest.put(by_key(link, f"/api/albums/{album.id}/assets"), {"ids": ids}).json()
    assert [each.get("error", "") for each in told] == ["", "duplicate", "no_permission"]
    assert len(library.members[album.id]) == 7

    closed = share_album(owner, album.id, LinkSettings())
    response = guest.put(by_key(closed, f"/api/albums/{album.id}/assets"), {"ids": ids})
    assert refused(response) == (400, "Not found or no albumAsset.create access")
    elsewhere = guest.put(by_key(link, f"/api/albums/{other.id}/assets"), {"ids": ids})
    assert refused(elsewhere) == (400, "Not found or no albumAsset.create access")
    assert refused(guest.delete(by_key(link, f"/api/albums/{album.id}/assets"), {"ids": ids})) == (
        403,
        "Forbidden",
    )


def test_a_list_takes_as_many_queries_for_one_album_as_for_many(
    program: Program, made: PortalAlbum, owner: User, django_assert_num_queries: Any
) -> None:
    program.get("/api/albums")  # the key's use is noted
    with CaptureQueriesContext(connection) as few:
        program.get("/api/albums")
    for number in range(5):
        share_portal_album(owner, make_album(owner, f"Album {number}", []), LinkSettings())
    with django_assert_num_queries(len(few)):
        assert len(program.get("/api/albums").json()) == 7
