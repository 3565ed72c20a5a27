"""Pictures made of the originals: ahead, on demand, within a quota, and what cannot be made."""

import errno
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portal.library import keeping, reserve
from portal.library.folder.library import FolderLibrary
from portal.library.interface import ContentUnreadable, Library, LibraryUnavailable
from portal.library.types import Asset, AssetFilter, Page, Rendition
from tests.library.files import write_photo

pytestmark = pytest.mark.django_db(transaction=True)
AssetNamed = Callable[[Library, str], Asset]
DAYS = 86_400


def ruin(path: Path) -> None:
    """Make a file unreadable without changing its size or time."""
    status = path.stat()
    path.write_bytes(b"\0" * status.st_size)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_renditions_are_made_once(folder_library: FolderLibrary, photos: Path) -> None:
    path = write_photo(photos / "A/one.jpg")
    folder_library.refresh()
    assert folder_library.make_renditions(60) == 0
    asset = folder_library.assets(AssetFilter())[0]
    before = folder_library.rendition(asset.id, Rendition.PREVIEW)

    ruin(path)
    assert folder_library.make_renditions(60) == 0
    assert folder_library.rendition(asset.id, Rendition.PREVIEW) == before


def test_making_renditions_ends_when_its_time_is_over(
    folder_library: FolderLibrary, photos: Path
) -> None:
    for number in range(40):
        write_photo(photos / f"A/{number}.jpg")
    folder_library.refresh()
    assert folder_library.make_renditions(0) == 40
    assert folder_library.make_renditions(0.01) < 40
    assert folder_library.make_renditions(60) == 0


def test_what_cannot_be_made_is_remembered_and_listed(
    folder_library: FolderLibrary, photos: Path
) -> None:
    path = write_photo(photos / "A/one.jpg")
    folder_library.refresh()
    asset = folder_library.assets(AssetFilter())[0]
    original = path.read_bytes()
    ruin(path)

    with pytest.raises(ContentUnreadable) as failure:
        folder_library.rendition(asset.id, Rendition.THUMBNAIL)

    (problem,) = folder_library.problems(Page())
    assert (problem.path, problem.reason) == ("A/one.jpg", str(failure.value))
    assert folder_library.status().problems == 1
    assert folder_library.status().renditions_waiting == 0

    status = path.stat()
    path.write_bytes(original)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(ContentUnreadable):  # it is not tried at each request
        folder_library.rendition(asset.id, Rendition.THUMBNAIL)
    assert folder_library.rendition(asset.id, Rendition.LARGE).size


def test_one_unreadable_original_does_not_hold_up_the_others(
    folder_library: FolderLibrary, photos: Path
) -> None:
    paths = [write_photo(photos / f"A/{number}.jpg") for number in range(5)]
    folder_library.refresh()
    ruin(paths[2])
    assert folder_library.make_renditions(60) == 0
    assert folder_library.status().problems == 1


def test_assets_whose_original_is_away_are_passed_over(
    folder_library: FolderLibrary, photos: Path
) -> None:
    write_photo(photos / "A/here.jpg")
    write_photo(photos / "A/away.jpg")
    folder_library.refresh()
    (photos / "A/away.jpg").unlink()
    assert folder_library.make_renditions(60) == 0
    assert folder_library.status().renditions_waiting == 1
    assert folder_library.status().problems == 0


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_fails_is_told_in_words_and_tried_again(
    folder_library: FolderLibrary, photos: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    write_photo(photos / "A/one.jpg")
    folder_library.refresh()
    asset = folder_library.assets(AssetFilter())[0]

    def fail(*_args: Any, **_options: Any) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail)
        patch.setattr(Path, "replace", fail)
        patch.setattr(Path, "rename", fail)
        with pytest.raises(LibraryUnavailable):
            folder_library.rendition(asset.id, Rendition.PREVIEW)
        with pytest.raises(LibraryUnavailable):
            folder_library.make_renditions(60)

    assert folder_library.make_renditions(60) == 0
    assert folder_library.rendition(asset.id, Rendition.PREVIEW).size


def test_nothing_is_written_below_the_photo_folder(
    folder_library: FolderLibrary, photos: Path
) -> None:
    write_photo(photos / "A/one.jpg")
    before = {path: path.lstat().st_mtime_ns for path in [photos, *photos.rglob("*")]}
    folder_library.refresh()
    folder_library.make_renditions(60)
    folder_library.rendition(folder_library.assets(AssetFilter())[0].id, Rendition.LARGE)
    assert {path: path.lstat().st_mtime_ns for path in [photos, *photos.rglob("*")]} == before


def test_the_least_recently_used_leave_a_full_cache_and_the_recent_stay(
    folder_library: FolderLibrary, photos: Path
) -> None:
    for number in range(6):
        write_photo(photos / f"A/{number}.jpg", size=(640, 480))
    folder_library.refresh()
    assets = folder_library.assets(AssetFilter())
    files = [folder_library.rendition(asset.id, Rendition.LARGE).path for asset in assets[:5]]
    thumbnail = folder_library.rendition(assets[0].id, Rendition.THUMBNAIL).path
    used = [time.time() - days * DAYS for days in (9, 3, 12, 1, 0)]
    for path, moment in zip(files, used, strict=True):
        os.utime(path, (moment, moment))
    folder_library.cache.quota = round(sum(path.stat().st_size for path in files) * 0.9)

    newest = folder_library.rendition(assets[5].id, Rendition.LARGE).path

    assert [path.exists() for path in files] == [False, True, False, True, True]
    assert newest.exists()
    assert thumbnail.exists()
    assert folder_library.rendition(assets[2].id, Rendition.LARGE).path.exists()


def large_ones(library: FolderLibrary) -> list[Path]:
    return [
        library.rendition(asset.id, Rendition.LARGE).path for asset in library.assets(AssetFilter())
    ]


def test_a_cache_that_is_too_small_keeps_what_is_in_use_and_no_more(
    folder_library: FolderLibrary, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        write_photo(photos / f"A/{number}.jpg")
    folder_library.refresh()
    folder_library.cache.quota = 1
    monkeypatch.setattr(keeping, "PAUSE", 0)
    files = large_ones(folder_library)
    assert all(path.exists() for path in files)
    an_hour_ago = time.time() - keeping.IN_USE - 1
    for path in files[:2]:
        os.utime(path, (an_hour_ago, an_hour_ago))
    folder_library.cache.make_room()
    assert [path.exists() for path in files] == [False, False, True]


def test_nothing_more_is_made_on_demand_while_the_disk_is_nearly_full(
    folder_library: FolderLibrary, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        write_photo(photos / f"A/{number}.jpg")
    folder_library.refresh()
    first, second = folder_library.assets(AssetFilter())
    made = folder_library.rendition(first.id, Rendition.LARGE).path
    folder_library.cache.reserve = 2**60
    monkeypatch.setattr(keeping, "PAUSE", 0)
    monkeypatch.setattr(reserve, "SMALL_DISK", 2**20)

    with pytest.raises(LibraryUnavailable, match="disk is full"):
        folder_library.rendition(second.id, Rendition.LARGE)
    assert folder_library.rendition(first.id, Rendition.LARGE).size, "what is there stays"
    assert folder_library.rendition(second.id, Rendition.PREVIEW).size

    os.utime(made, (0, 0))
    with pytest.raises(LibraryUnavailable):
        folder_library.rendition(second.id, Rendition.LARGE)
    assert not made.exists(), "what nobody uses makes room"
    folder_library.cache.reserve = 0
    assert folder_library.rendition(second.id, Rendition.LARGE).size


def test_renditions_that_were_deleted_are_made_again(
    folder_library: FolderLibrary, photos: Path, tmp_path: Path
) -> None:
    write_photo(photos / "A/one.jpg")
    folder_library.refresh()
    folder_library.make_renditions(60)
    shutil.rmtree(tmp_path / "renditions")
    asset = folder_library.assets(AssetFilter())[0]
    assert folder_library.rendition(asset.id, Rendition.THUMBNAIL).path.exists()


def test_the_samples_are_taken_in_and_shown(
    folder_library: FolderLibrary, photos: Path, samples: Path, asset_named: AssetNamed
) -> None:
    shutil.copytree(samples, photos, dirs_exist_ok=True)
    report = folder_library.refresh()

    assert (report.added, report.problems) == (21, 0)
    assert folder_library.make_renditions(60) == 0
    upright = {
        (asset.width, asset.height)
        for asset in folder_library.assets(AssetFilter())
        if asset.filename.startswith("portrait_")
    }
    assert len(upright) == 1
    located = asset_named(folder_library, "DSCN0010.jpg")
    assert located.exif.latitude == pytest.approx(43.467, abs=0.01)
