from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from hashlib import sha1
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings

from portal.library.renditions import RenditionStore
from portal.library.types import Album, Asset, AssetKind, Rendition, StoredFile
from sharing.contributions.models import State, Upload
from sharing.links import LinkSettings, change_link, share_assets
from sharing.models import SharedLink
from tests.api_assets.conftest import UNKNOWN, Program, by_key, program_of
from tests.memory_library import MemoryLibrary

pytestmark = pytest.mark.django_db


def test_an_owner_is_told_all_that_is_known(program: Program, photo: Asset) -> None:
    response = program.get(f"/api/assets/{photo.id}")
    told = response.json()
    assert response.status_code == 200
    assert told["id"] == str(photo.id)
    assert told["type"] == "IMAGE"
    assert told["originalFileName"] == "IMG_0000.jpg"
    assert told["checksum"] == "c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M="
    assert told["fileCreatedAt"] == "2025-07-12T07:30:00.000Z"
    assert told["localDateTime"] == "2025-07-12T09:30:00.000Z"
    assert told["duration"] is None
    assert told["visibility"] == "timeline"
    assert (told["width"], told["height"]) == (4000, 3000)
    assert told["owner"]["id"] == told["ownerId"]
    assert UUID(told["ownerId"]).version == 4
    exif = told["exifInfo"]
    assert exif["dateTimeOriginal"] == "2025-07-12T07:30:00+00:00"
    assert (exif["timeZone"], exif["exposureTime"]) == ("UTC+2", "1/60")
    assert (exif["fileSizeInByte"], exif["latitude"], exif["rating"]) == (1000, 48.86, 4)
    assert (exif["make"], exif["lensModel"], exif["description"]) == (
        "Canon",
        "RF24-105mm",
        "Lunch",
    )


def test_durations_are_milliseconds_or_words(
    program: Program, library: MemoryLibrary, album: Album, settings: Settings
) -> None:
    video = next(one for one in library.held.values() if one.kind is AssetKind.VIDEO)
    assert program.get(f"/api/assets/{video.id}").json()["duration"] == 75_000
    settings.LOGGIA_API_DURATION = "2"
    assert program.get(f"/api/assets/{video.id}").json()["duration"] == "0:01:15.00000"


def test_a_moving_half_is_hidden_and_found_by_its_own_id(
    program: Program, library: MemoryLibrary, album: Album, photo: Asset
) -> None:
    half = live_photo(library, album, photo)
    assert program.get(f"/api/assets/{photo.id}").json()["livePhotoVideoId"] == str(half.id)
    told = program.get(f"/api/assets/{half.id}").json()
    assert (told["type"], told["visibility"]) == ("VIDEO", "hidden")


def test_guests_see_what_their_link_shows(
    guest: Program, link: SharedLink, library: MemoryLibrary, album: Album, photo: Asset
) -> None:
    half = live_photo(library, album, photo)
    told = guest.get(by_key(link, f"/api/assets/{photo.id}")).json()
    assert told["originalFileName"] == "IMG_0000.jpg"
    assert told["createdAt"] == told["fileCreatedAt"]  # when the owner got it is not theirs
    assert "owner" not in told
    assert guest.get(by_key(link, f"/api/assets/{half.id}")).json()["visibility"] == "hidden"


@pytest.mark.parametrize("asset", ["elsewhere", "nowhere"])
def test_what_a_link_does_not_show_is_not_found(
    guest: Program, link: SharedLink, library: MemoryLibrary, refused: Any, asset: str
) -> None:
    other = library.add_album("Other")
    asset_id = other.cover_id if asset == "elsewhere" else UNKNOWN
    response = guest.get(by_key(link, f"/api/assets/{asset_id}"))
    assert refused(response) == (400, "Not found or no asset.read access")


def test_unknown_ids_and_no_ids_are_400(program: Program, refused: Any, db: None) -> None:
    assert refused(program.get(f"/api/assets/{UNKNOWN}")) == (
        400,
        "Not found or no asset.read access",
    )
    status, words = refused(program.get("/api/assets/not-an-id"))
    assert status == 400
    assert "[id]" in words


def test_who_shows_nothing_is_not_let_in(guest: Program, photo: Asset, refused: Any) -> None:
    assert refused(guest.get(f"/api/assets/{photo.id}")) == (401, "Authentication required")


def test_a_key_needs_the_permission(owner: User, photo: Asset, refused: Any) -> None:
    program = program_of(owner, "album.read")
    assert refused(program.get(f"/api/assets/{photo.id}")) == (
        403,
        "Missing required permission: asset.read",
    )


def test_where_metadata_is_withheld_the_file_delivered_is_described(
    guest: Program, link: SharedLink, photo: Asset
) -> None:
    change_link(link, LinkSettings(show_metadata=False))
    response = guest.get(by_key(link, f"/api/assets/{photo.id}"))
    told = response.json()
    assert told["hasMetadata"] is False
    assert "exifInfo" not in told
    assert (told["originalFileName"], told["originalMimeType"]) == ("photo-0001.jpg", "image/jpeg")
    assert (told["width"], told["height"]) == (2048, 1536)
    dates = {told[name] for name in ("createdAt", "fileCreatedAt", "localDateTime", "updatedAt")}
    assert len(dates) == 1
    for secret in ("2025-07-12", "IMG_0000", "c3Nz", "Canon", "Paris", "48.86"):
        assert secret not in response.content.decode()


def test_where_places_are_withheld_nothing_of_the_original_file_is_told(
    guest: Program, link: SharedLink, photo: Asset
) -> None:
    change_link(link, LinkSettings(show_location=False))
    response = guest.get(by_key(link, f"/api/assets/{photo.id}"))
    told = response.json()
    assert told["exifInfo"]["make"] == "Canon"
    assert told["fileCreatedAt"] == "2025-07-12T07:30:00.000Z"
    assert told["exifInfo"]["latitude"] is None
    for secret in ("c3Nz", "Paris", "France", "48.86"):
        assert secret not in response.content.decode()


def test_cleaned_pictures_come_with_their_own_checksum_and_size(
    guest: Program, link: SharedLink, photo: Asset, library: MemoryLibrary, tmp_path: Path
) -> None:
    (tmp_path / "original").write_bytes(b"with a place inside")
    library.store = RenditionStore(tmp_path)
    library.files[photo.id] = StoredFile(tmp_path / "original", 19, 0, "image/jpeg")
    change_link(link, LinkSettings(show_location=False))
    told = guest.get(by_key(link, f"/api/assets/{photo.id}")).json()
    made = library.rendition(photo.id, Rendition.LARGE).path.read_bytes()
    assert told["checksum"] == b64encode(sha1(made, usedforsecurity=False).digest()).decode()
    assert told["exifInfo"]["fileSizeInByte"] == len(made)


def test_statistics_count_photos_and_videos(program: Program, album: Album) -> None:
    assert program.get("/api/assets/statistics").json() == {"images": 6, "videos": 1, "total": 7}
    trashed = program.get("/api/assets/statistics?isTrashed=true").json()
    assert trashed == {"images": 0, "videos": 0, "total": 0}


def test_statistics_are_not_for_guests(guest: Program, link: SharedLink, refused: Any) -> None:
    assert refused(guest.get(by_key(link, "/api/assets/statistics"))) == (403, "Forbidden")


def test_chosen_photos_alone_are_shown_by_their_link(
    guest: Program, owner: User, album: Album, library: MemoryLibrary
) -> None:
    chosen, other = list(library.held)[:2]
    link = share_assets(owner, [chosen], LinkSettings())
    assert guest.get(by_key(link, f"/api/assets/{chosen}")).status_code == 200
    assert guest.get(by_key(link, f"/api/assets/{other}")).status_code == 400


def live_photo(library: MemoryLibrary, album: Album, still: Asset) -> Asset:
    half = replace(
        still, id=UUID(int=still.id.int ^ 1, version=4), kind=AssetKind.VIDEO,
        media_type="video/quicktime", duration=timedelta(seconds=3),
    )  # fmt: skip
    library.place(half, album.id)
    library.hidden.add(half.id)
    library.held[still.id] = replace(still, live_video_id=half.id)
    return half


def test_a_locked_link_shows_nothing_on_any_route(
    guest: Program, link: SharedLink, album: Album, photo: Asset, refused: Any
) -> None:
    change_link(link, LinkSettings(password="secret word"))
    for path in (
        f"/api/assets/{photo.id}",
        f"/api/albums/{album.id}",
        f"/api/timeline/buckets?albumId={album.id}",
        f"/api/timeline/bucket?albumId={album.id}&timeBucket=2025-07-01",
    ):
        assert refused(guest.get(by_key(link, path))) == (401, "Password required")


def test_a_guests_upload_is_found_by_the_id_it_was_told_by(
    guest: Program, link: SharedLink, photo: Asset, library: MemoryLibrary, send: Any
) -> None:
    sent = send(link, state=State.HELD)
    path = by_key(link, f"/api/assets/{sent.pk}")
    assert guest.get(path).status_code == 400
    Upload.objects.filter(pk=sent.pk).update(state=State.DONE, asset_id=photo.id)
    assert guest.get(path).json()["id"] == str(photo.id)
    library.members[link.shown_album_id or UNKNOWN].remove(photo.id)
    assert guest.get(path).status_code == 400  # the owner took it out of the album
