"""Which video is the moving half of which still."""

from collections.abc import Callable
from pathlib import Path

import pytest

from portal.library.folder.library import FolderLibrary
from portal.library.interface import Library
from portal.library.types import Asset, AssetFilter
from tests.library.files import write_photo, write_video

pytestmark = pytest.mark.django_db(transaction=True)
AssetNamed = Callable[[Library, str], Asset]
MARK, OTHER_MARK = "11111111-AAAA", "22222222-BBBB"


def names(library: FolderLibrary) -> set[str]:
    return {asset.filename for asset in library.assets(AssetFilter())}


def half_of(library: FolderLibrary, still: Asset) -> str:
    return library.asset(still.live_video_id).filename if still.live_video_id else ""


@pytest.mark.parametrize("video", ["IMG_1.MOV", "img_1.mov", "IMG_1.mp4"])
def test_a_short_video_of_the_same_name_beside_a_still_is_its_half(
    folder_library: FolderLibrary, photos: Path, asset_named: AssetNamed, video: str
) -> None:
    write_photo(photos / "A/IMG_1.JPG")
    write_video(photos / "A" / video, seconds=2)
    folder_library.refresh()
    assert names(folder_library) == {"IMG_1.JPG"}
    assert half_of(folder_library, asset_named(folder_library, "IMG_1.JPG")) == video


@pytest.mark.parametrize(
    ("video", "seconds"),
    [("A/IMG_1.mov", 8), ("B/IMG_1.mov", 2), ("A/IMG_2.mov", 2)],
    ids=["too long", "elsewhere", "another name"],
)
def test_other_videos_stand_for_themselves(
    folder_library: FolderLibrary, photos: Path, video: str, seconds: float
) -> None:
    write_photo(photos / "A/IMG_1.jpg")
    write_video(photos / video, seconds=seconds)
    folder_library.refresh()
    assert folder_library.totals(AssetFilter()).count == 2


def test_a_content_identifier_pairs_across_names_and_folders(
    folder_library: FolderLibrary, photos: Path, asset_named: AssetNamed
) -> None:
    write_photo(photos / "A/still.jpg", content_id=MARK)
    write_video(photos / "B/film.mov", seconds=2, content_id=MARK)
    folder_library.refresh()
    assert names(folder_library) == {"still.jpg"}
    assert half_of(folder_library, asset_named(folder_library, "still.jpg")) == "film.mov"
    assert [album.name for album in folder_library.albums()] == ["A"]


def test_different_content_identifiers_say_that_names_are_alike_by_chance(
    folder_library: FolderLibrary, photos: Path
) -> None:
    write_photo(photos / "A/IMG_1.jpg", content_id=MARK)
    write_video(photos / "A/IMG_1.mov", seconds=2, content_id=OTHER_MARK)
    folder_library.refresh()
    assert names(folder_library) == {"IMG_1.jpg", "IMG_1.mov"}


@pytest.mark.parametrize("mark", ["", MARK])
@pytest.mark.parametrize("first", ["still", "video"])
def test_the_halves_may_come_one_after_the_other(
    folder_library: FolderLibrary, photos: Path, first: str, mark: str
) -> None:
    def still() -> None:
        write_photo(photos / "A/IMG_1.jpg", content_id=mark)

    def video() -> None:
        write_video(photos / "A/IMG_1.mov", seconds=2, content_id=mark)

    for write in (still, video) if first == "still" else (video, still):
        write()
        folder_library.refresh()
    assert names(folder_library) == {"IMG_1.jpg"}
    (album,) = folder_library.albums()
    assert (album.images, album.videos) == (1, 0)


@pytest.mark.parametrize("mark", ["", MARK])
def test_when_the_still_goes_the_video_is_shown(
    folder_library: FolderLibrary, photos: Path, mark: str
) -> None:
    write_photo(photos / "A/other.jpg")
    still = write_photo(photos / "A/IMG_1.jpg", content_id=mark)
    write_video(photos / "A/IMG_1.mov", seconds=2, content_id=mark)
    folder_library.refresh()
    kept = still.rename(photos.parent / "kept.jpg")
    folder_library.refresh()
    assert names(folder_library) == {"other.jpg", "IMG_1.mov"}

    kept.rename(still)
    folder_library.refresh()
    assert names(folder_library) == {"other.jpg", "IMG_1.jpg"}


def test_when_the_video_goes_the_still_is_a_photo(
    folder_library: FolderLibrary, photos: Path, asset_named: AssetNamed
) -> None:
    write_photo(photos / "A/IMG_1.jpg")
    video = write_video(photos / "A/IMG_1.mov", seconds=2)
    folder_library.refresh()
    with_video = folder_library.albums()[0]

    video.unlink()
    folder_library.refresh()

    assert asset_named(folder_library, "IMG_1.jpg").live_video_id is None
    assert folder_library.albums()[0].size < with_video.size
    assert folder_library.albums()[0].version != with_video.version


def test_a_video_moved_away_from_its_namesake_is_a_video_again(
    folder_library: FolderLibrary, photos: Path
) -> None:
    write_photo(photos / "A/IMG_1.jpg")
    video = write_video(photos / "A/IMG_1.mov", seconds=2)
    folder_library.refresh()
    (photos / "B").mkdir()
    video.rename(photos / "B/IMG_1.mov")
    folder_library.refresh()
    assert names(folder_library) == {"IMG_1.jpg", "IMG_1.mov"}
