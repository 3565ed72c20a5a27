"""What owners' programs change by ``/api``, in each home of photos."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from portal.library.folder import arranging
from portal.library.folder.library import FolderLibrary
from portal.library.types import Album, AssetFilter
from sharing.links import LinkSettings, share_assets
from sharing.models import SharedLink
from sharing.tasks import rescan
from tests.api_links.conftest import Program, program_of
from tests.homes.conftest import Home
from tests.library.files import write_photo, write_video
from tests.library.sending import sent, take

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def program(owner: User) -> Program:
    return program_of(owner)


def bring(home: Home, path: Path) -> UUID:
    """A photo that came by an upload, in no album."""
    return take(home.library, sent(path))[0]


def ids_in(home: Home, album: Album) -> list[UUID]:
    return [entry.id for entry in home.library.timeline(AssetFilter(album_id=album.id))]


def everything_below(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    return {
        str(path): (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_mode)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_what_was_sent_is_deleted_to_the_bin_and_what_links_showed_is_gone(
    home: Home, program: Program, owner: User, tmp_path: Path
) -> None:
    new = bring(home, write_photo(tmp_path / "IMG_1.jpg"))
    link = share_assets(owner, [new], LinkSettings())
    assert program.delete("/api/assets", {"ids": [str(new)]}).status_code == 204
    assert program.get(f"/api/assets/{new}").status_code == 400
    assert SharedLink.objects.get(pk=link.pk).epoch > link.epoch
    rescan()
    assert program.get(f"/api/assets/{new}").status_code == 400
    if isinstance(home.library, FolderLibrary):
        assert list((settings.LOGGIA_INCOMING / ".bin").rglob("*.jpg"))


def test_a_folder_of_ones_own_is_never_written_to(
    home: Home, program: Program, album: Album, tmp_path: Path
) -> None:
    if not isinstance(home.library, FolderLibrary):
        pytest.skip("Immich keeps its own trash")
    before = everything_below(settings.LOGGIA_PHOTOS)
    mine = str(ids_in(home, album)[0])
    new = str(bring(home, write_photo(tmp_path / "IMG_1.jpg")))
    response = program.delete("/api/assets", {"ids": [new, mine]})
    assert response.status_code == 400
    assert "0.jpg" in response.json()["message"]
    assert program.get(f"/api/assets/{new}").status_code == 200
    program.put(f"/api/assets/{mine}", {"description": "Mine", "isFavorite": True})
    assert everything_below(settings.LOGGIA_PHOTOS) == before


def test_photos_join_an_album_of_the_library_and_leave_it(
    home: Home, program: Program, album: Album, tmp_path: Path
) -> None:
    new = bring(home, write_photo(tmp_path / "IMG_1.jpg"))
    path = f"/api/albums/{album.id}/assets"
    there = ids_in(home, album)[0]
    told = program.put(path, {"ids": [str(new), str(there)]}).json()
    assert [each.get("error", "") for each in told] == ["", "duplicate"]
    assert new in ids_in(home, album)
    rescan()
    assert new in ids_in(home, album)
    assert program.get(f"/api/albums?assetId={new}").json()
    assert program.delete(path, {"ids": [str(new)]}).json() == [{"id": str(new), "success": True}]
    assert new not in ids_in(home, album)
    rescan()
    assert new not in ids_in(home, album)
    assert home.library.asset(new)  # it is still in the library


def test_what_a_kill_has_left_of_copies_goes_within_a_day(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not isinstance(home.library, FolderLibrary):
        pytest.skip("albums of Immich are no folders")
    left = write_photo(settings.LOGGIA_INCOMING / arranging.COPIES / "left.jpg")
    rescan()
    assert left.exists()  # perhaps somebody is at work
    monkeypatch.setattr(arranging, "LEFT_FOR", -1.0)
    rescan()
    assert not left.parent.exists()


def test_what_was_sent_joins_a_folder_without_taking_room_twice(
    home: Home, program: Program, album: Album, tmp_path: Path
) -> None:
    if not isinstance(home.library, FolderLibrary):
        pytest.skip("albums of Immich are no folders")
    new = bring(home, write_photo(tmp_path / "IMG_1.jpg"))
    (first,) = settings.LOGGIA_INCOMING.rglob("IMG_1.jpg")
    program.put(f"/api/albums/{album.id}/assets", {"ids": [str(new)]})
    second = settings.LOGGIA_INCOMING / "Summer/IMG_1.jpg"
    assert second.samefile(first)
    assert rescan().unchanged == 5
    assert program.get(f"/api/assets/{new}").status_code == 200
    program.delete("/api/assets", {"ids": [str(new)]})
    assert not first.exists()
    assert not second.exists()


def test_a_photo_of_the_owners_joins_another_folder_by_a_copy(
    home: Home, program: Program, album: Album
) -> None:
    if not isinstance(home.library, FolderLibrary):
        pytest.skip("albums of Immich are no folders")
    write_photo(settings.LOGGIA_PHOTOS / "Winter/9.jpg")
    rescan()
    winter = next(each for each in home.library.albums() if each.name == "Winter")
    (snow,) = ids_in(home, winter)
    before = everything_below(settings.LOGGIA_PHOTOS)
    path = f"/api/albums/{album.id}/assets"
    assert program.put(path, {"ids": [str(snow)]}).json() == [{"id": str(snow), "success": True}]
    assert snow in ids_in(home, album)
    assert everything_below(settings.LOGGIA_PHOTOS) == before
    assert (settings.LOGGIA_INCOMING / "Summer/9.jpg").exists()
    assert not (settings.LOGGIA_INCOMING / ".joining").exists()
    own = program.delete(path, {"ids": [str(ids_in(home, album)[0])]}).json()
    assert own[0]["error"] == "no_permission"  # it lies in the folder itself


def test_what_is_said_of_a_photo_outlives_the_next_look(
    home: Home, program: Program, album: Album, tmp_path: Path
) -> None:
    new = bring(home, write_photo(tmp_path / "IMG_1.jpg"))
    said = {
        "description": "Dinner", "rating": 5, "isFavorite": True, "latitude": 52.5,
        "longitude": 13.4, "dateTimeOriginal": "2020-02-01T10:00:00+01:00",
    }  # fmt: skip
    response = program.put(f"/api/assets/{new}", said)
    assert response.status_code == 200, response.json()
    for _look in range(2):
        told = program.get(f"/api/assets/{new}").json()
        exif = told["exifInfo"]
        assert (told["isFavorite"], exif["description"], exif["rating"]) == (True, "Dinner", 5)
        assert (exif["latitude"], exif["longitude"]) == (52.5, 13.4)
        assert told["localDateTime"] == "2020-02-01T10:00:00.000Z"
        assert told["fileCreatedAt"] == "2020-02-01T09:00:00.000Z"
        rescan()


def test_a_live_photo_joins_and_goes_with_both_halves(
    home: Home, program: Program, album: Album, tmp_path: Path
) -> None:
    half = sent(write_video(tmp_path / "IMG_7.mov", content_id="7"))
    still = sent(write_photo(tmp_path / "IMG_7.jpg", content_id="7"), live_video_key=half.key)
    moving, shown = take(home.library, half, still)
    path = f"/api/albums/{album.id}/assets"
    told = program.put(path, {"ids": [str(shown), str(moving)]}).json()
    assert [each["success"] for each in told] == [True, True]
    (in_album,) = home.library.assets(AssetFilter(album.id, frozenset({shown})))
    assert in_album.live_video_id == moving
    assert program.get(f"/api/assets/{moving}").json()["visibility"] == "hidden"
    assert program.delete("/api/assets", {"ids": [str(shown)]}).status_code == 204
    rescan()
    assert program.get(f"/api/assets/{shown}").status_code == 400
    if isinstance(home.library, FolderLibrary):  # Immich keeps a moving half for its still's sake
        assert program.get(f"/api/assets/{moving}").status_code == 400
        binned = list((settings.LOGGIA_INCOMING / ".bin").rglob("IMG_7.*"))
        assert {path.suffix for path in binned} == {".jpg", ".mov"}


def test_months_follow_what_was_said(home: Home, program: Program, album: Album) -> None:
    first = str(ids_in(home, album)[0])
    program.put(f"/api/assets/{first}", {"dateTimeOriginal": "1999-05-01T10:00:00+02:00"})
    months = program.get(f"/api/timeline/buckets?albumId={album.id}").json()
    assert months[-1] == {"timeBucket": "1999-05-01", "count": 1}
    told = program.get(f"/api/albums/{album.id}?withoutAssets=true").json()
    assert told["startDate"] == "1999-05-01T00:00:00.000Z"


def test_an_album_made_here_holds_photos_of_either_home(
    home: Home, program: Program, album: Album
) -> None:
    ids = [str(pk) for pk in ids_in(home, album)[:2]]
    made = program.post("/api/albums", {"albumName": "Two", "assetIds": ids}).json()
    assert made["assetCount"] == 2
    assert [asset["checksum"] != "" for asset in made["assets"]] == [True, True]
    assert program.get("/api/assets/statistics").json()["images"] >= 3
    assert program.delete(f"/api/albums/{made['id']}").status_code == 204


def test_a_key_of_immichs_without_the_permission_is_said_so(
    home: Home, program: Program, album: Album, request: pytest.FixtureRequest
) -> None:
    if isinstance(home.library, FolderLibrary):
        pytest.skip("a folder asks for no key")
    first = str(ids_in(home, album)[0])
    home.pull_the_plug()
    response: Any = program.put(f"/api/assets/{first}", {"description": "No"})
    assert (response.status_code, bool(response.json()["message"])) == (503, True)
    home.plug_in()
