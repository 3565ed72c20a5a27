"""Raw files and motion photos in a folder: what is listed, shown and handed out."""

from collections.abc import Callable
from pathlib import Path

import av
import pytest
from PIL import Image

from portal.library.folder.library import FolderLibrary
from portal.library.interface import ContentUnreadable, Library
from portal.library.types import Asset, AssetFilter, Rendition
from tests.content.motions import with_directory, with_trailer
from tests.content.raws import raw_file
from tests.library.files import write_photo, write_video

pytestmark = pytest.mark.django_db(transaction=True)
AssetNamed = Callable[[Library, str], Asset]


def write(path: Path, data: bytes) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return data


def test_a_raw_file_and_its_jpeg_are_two_photos(
    folder_library: FolderLibrary, photos: Path, asset_named: AssetNamed
) -> None:
    data = write(photos / "Trip/IMG_1.DNG", raw_file())
    write_photo(photos / "Trip/IMG_1.JPG")
    report = folder_library.refresh()

    assert (report.added, report.problems) == (2, 0)
    assert folder_library.make_renditions(60) == 0
    asset = asset_named(folder_library, "IMG_1.DNG")
    assert (asset.media_type, asset.width, asset.height) == ("image/x-adobe-dng", 1800, 1200)
    original = folder_library.original(asset.id)
    assert original.media_type == "image/x-adobe-dng"
    assert original.path.read_bytes() == data
    for rendition, size in ((Rendition.THUMBNAIL, (375, 250)), (Rendition.LARGE, (1200, 800))):
        with Image.open(folder_library.rendition(asset.id, rendition).path) as picture:
            assert picture.size == size


def test_a_raw_file_that_was_cut_off_is_listed(folder_library: FolderLibrary, photos: Path) -> None:
    write(photos / "Trip/IMG_1.NEF", raw_file()[:2_000_000])
    assert folder_library.refresh().problems == 1


@pytest.mark.parametrize("way", [with_directory, with_trailer])
def test_a_motion_photo_is_one_asset_whose_half_can_be_played(
    folder_library: FolderLibrary,
    photos: Path,
    tmp_path: Path,
    asset_named: AssetNamed,
    way: Callable[[bytes, bytes], bytes],
) -> None:
    still = write_photo(tmp_path / "still.jpg").read_bytes()
    video = write_video(tmp_path / "video.mov", seconds=2).read_bytes()
    data = write(photos / "Trip/PXL_1.MP.jpg", way(still, video))
    write_photo(photos / "Trip/plain.jpg")
    folder_library.refresh()

    moving, plain = (asset_named(folder_library, name) for name in ("PXL_1.MP.jpg", "plain.jpg"))
    assert moving.has_motion
    assert moving.live_video_id is None
    assert not plain.has_motion
    assert folder_library.original(moving.id).path.read_bytes() == data
    half = folder_library.rendition(moving.id, Rendition.MOTION)
    assert half.media_type == "video/mp4"
    with av.open(str(half.path)) as film:
        assert film.duration == 2_000_000
    assert len(folder_library.assets(AssetFilter())) == 2
    with pytest.raises(ContentUnreadable, match="no moving picture"):
        folder_library.rendition(plain.id, Rendition.MOTION)
