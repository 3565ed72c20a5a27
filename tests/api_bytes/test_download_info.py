"""In which archives photos are best fetched: as an Immich server says it."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from portal.accounts.identity import owner_uuid
from portal.library.types import Asset
from sharing.models import SharedLink
from tests.api_bytes.conftest import Program, said
from tests.downloads.files_library import FilesLibrary

Guest = Callable[[SharedLink], Program]
INFO = "/download/info"


@pytest.fixture
def photos(library: FilesLibrary) -> list[Asset]:
    return [library.add(f"IMG_{n}.jpg", bytes(1000 + n)) for n in range(4)]


def test_an_albums_photos_are_in_one_archive_in_their_order(
    program: Program, photos: list[Asset], library: FilesLibrary
) -> None:
    answer = program.post(INFO, {"albumId": str(library.album_id)})
    assert answer.status_code == 201
    ids = [str(photo.id) for photo in photos]
    assert answer.json() == {"totalSize": 4006, "archives": [{"size": 4006, "assetIds": ids}]}


def test_an_archive_ends_once_it_is_larger_than_wanted(
    program: Program, photos: list[Asset], library: FilesLibrary
) -> None:
    body = {"albumId": str(library.album_id), "archiveSize": 1500}
    said = program.post(INFO, body).json()
    assert [archive["size"] for archive in said["archives"]] == [2001, 2005]
    assert said["totalSize"] == 4006


def test_a_live_photo_is_named_with_its_moving_half(
    program: Program, library: FilesLibrary
) -> None:
    live = library.add("LIVE.jpg", bytes(1000), live=bytes(500))
    answer = program.post(INFO, {"assetIds": [str(live.id)], "archiveSize": 1})
    ids = [str(live.id), str(live.live_video_id)]
    assert answer.json() == {"totalSize": 1500, "archives": [{"size": 1500, "assetIds": ids}]}


def test_owners_may_ask_for_all_that_is_theirs(
    program: Program, photos: list[Asset], owner: object
) -> None:
    mine = program.post(INFO, {"userId": str(owner_uuid(owner))})  # type: ignore[arg-type]
    assert len(mine.json()["archives"][0]["assetIds"]) == 4
    other = program.post(INFO, {"userId": str(uuid4())})
    assert said(other) == (400, "Not found or no timeline.download access")


def test_guests_are_told_of_what_their_link_shows(
    guest_of: Guest,
    make_link: Callable[..., SharedLink],
    photos: list[Asset],
    library: FilesLibrary,
) -> None:
    guest = guest_of(make_link())
    answer = guest.post(INFO, {"albumId": str(library.album_id)})
    assert (answer.status_code, answer.json()["totalSize"]) == (201, 4006)
    chosen = guest.post(INFO, {"assetIds": [str(photos[0].id), str(photos[0].id)]})
    assert chosen.json()["totalSize"] == 1000
    other = guest.post(INFO, {"albumId": str(uuid4())})
    assert said(other) == (400, "Not found or no album.download access")
    closed = guest_of(make_link(allow_download=False))
    refused = closed.post(INFO, {"albumId": str(library.album_id)})
    assert said(refused) == (400, "Not found or no album.download access")


def test_the_size_of_an_original_that_is_withheld_is_not_told(
    guest_of: Guest, make_link: Callable[..., SharedLink], photos: list[Asset]
) -> None:
    guest = guest_of(make_link(show_metadata=False))
    size = guest.post(INFO, {"assetIds": [str(photos[0].id)]}).json()["totalSize"]
    assert size not in {0, 1000}


def test_what_is_not_understood_is_said(program: Program) -> None:
    assert said(program.post(INFO, {})) == (400, "assetIds, albumId, or userId is required")
    unknown = program.post(INFO, {"assetIds": [str(uuid4())]})
    assert said(unknown) == (400, "Not found or no asset.download access")
    for wrong in ({"assetIds": ["x"]}, {"albumId": 5}, {"assetIds": [], "archiveSize": 0}):
        assert said(program.post(INFO, wrong))[0] == 400
