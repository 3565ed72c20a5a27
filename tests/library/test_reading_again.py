"""A newer version reads more of a file; what an older one took in is read again in passing."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.library.folder import rereading
from portal.library.folder.library import FolderLibrary
from portal.library.folder.models import StoredAsset
from portal.library.interface import Library
from portal.library.types import Asset, AssetFilter, Rendition
from tests.content.motions import with_directory
from tests.content.raws import raw_file
from tests.library.files import write_photo, write_video

pytestmark = pytest.mark.django_db(transaction=True)
AssetNamed = Callable[[Library, str], Asset]


@pytest.fixture
def old_index(folder_library: FolderLibrary, photos: Path, tmp_path: Path) -> FolderLibrary:
    """An index as a version wrote it that knew nothing of motion photos."""
    still = write_photo(tmp_path / "still.jpg").read_bytes()
    video = write_video(tmp_path / "video.mov").read_bytes()
    write_photo(photos / "A/plain.jpg")
    (photos / "A/moving.jpg").write_bytes(with_directory(still, video))
    (photos / "A/raw.dng").write_bytes(raw_file())
    folder_library.refresh()
    StoredAsset.objects.update(read_by=0, has_motion=False, shown_side=None, make="")
    return folder_library


def test_a_motion_photo_of_an_old_index_moves_after_the_next_look(
    old_index: FolderLibrary, asset_named: AssetNamed
) -> None:
    report = old_index.refresh()
    assert (report.added, report.removed, report.unchanged) == (0, 0, 3)
    assert asset_named(old_index, "moving.jpg").has_motion
    assert not asset_named(old_index, "plain.jpg").has_motion
    raw = asset_named(old_index, "raw.dng")
    assert (raw.shown_side, raw.exif.make) == (1200, "Loggia")
    moving = asset_named(old_index, "moving.jpg")
    assert old_index.rendition(moving.id, Rendition.MOTION).size


def test_each_look_reads_a_bounded_number_again(
    old_index: FolderLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rereading, "MOST", 2)
    old_index.refresh()
    assert StoredAsset.objects.filter(read_by=0).count() == 1
    old_index.refresh()
    assert StoredAsset.objects.filter(read_by=0).count() == 0


def test_one_that_cannot_be_read_any_more_stays_as_it_is_known(
    old_index: FolderLibrary, photos: Path
) -> None:
    path = photos / "A/plain.jpg"
    status = path.stat()
    path.write_bytes(b"\0" * status.st_size)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    before = {asset.id for asset in old_index.assets(AssetFilter())}
    old_index.refresh()
    assert {asset.id for asset in old_index.assets(AssetFilter())} == before
    assert StoredAsset.objects.filter(read_by=0).count() == 0


def test_a_date_that_is_read_better_puts_the_photo_in_its_place(
    old_index: FolderLibrary, asset_named: AssetNamed
) -> None:
    raw = asset_named(old_index, "raw.dng")
    right = raw.taken_at
    StoredAsset.objects.filter(pk=raw.id).update(taken_at="1990-01-01T00:00:00Z")
    old_index.refresh()
    (album,) = old_index.albums()
    in_album = old_index.assets(AssetFilter(album_id=album.id))
    assert [asset.taken_at for asset in in_album if asset.id == raw.id] == [right]
    assert [asset.id for asset in in_album] == [a.id for a in old_index.assets(AssetFilter())]
