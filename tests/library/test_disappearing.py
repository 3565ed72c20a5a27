"""What is gone is hidden and remembered; what only seems to be gone stays."""

import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from portal.library.folder.library import FolderLibrary
from portal.library.folder.models import Folder, Place, StoredAlbum, StoredAsset
from portal.library.interface import Library, LibraryUnavailable, NotInLibrary
from portal.library.types import Album, AssetFilter, Page, Rendition
from tests.library.files import write_photo

pytestmark = pytest.mark.django_db(transaction=True)
AlbumNamed = Callable[[Library, str], Album]
NamesIn = Callable[[Library, str], list[str]]
EVERYTHING = AssetFilter()


def fill(folder: Path, number: int) -> None:
    for index in range(number):
        write_photo(folder / f"{index:02}.jpg")


def test_a_removed_file_is_hidden_and_comes_back_with_its_id(
    folder_library: FolderLibrary, photos: Path, album_named: AlbumNamed
) -> None:
    path = write_photo(photos / "A/one.jpg")
    write_photo(photos / "A/two.jpg")
    folder_library.refresh()
    one = next(a for a in folder_library.assets(EVERYTHING) if a.filename == "one.jpg")
    kept = path.rename(photos.parent / "kept.jpg")

    report = folder_library.refresh()

    assert report.removed == 1
    assert report.shrunk_albums == {album_named(folder_library, "A").id}
    assert [a.filename for a in folder_library.assets(EVERYTHING)] == ["two.jpg"]
    assert not folder_library.contains(EVERYTHING, one.id)
    for ask in (folder_library.asset, folder_library.original):
        with pytest.raises(NotInLibrary):
            ask(one.id)
    with pytest.raises(NotInLibrary):
        folder_library.rendition(one.id, Rendition.THUMBNAIL)

    shutil.copy(kept, photos / "A/under another name.jpg")
    assert folder_library.refresh().added == 1
    assert folder_library.asset(one.id).filename == "under another name.jpg"


def test_an_empty_album_is_not_listed_but_its_links_find_it(
    folder_library: FolderLibrary, photos: Path, album_named: AlbumNamed
) -> None:
    write_photo(photos / "A/one.jpg")
    write_photo(photos / "B/two.jpg")
    folder_library.refresh()
    a = album_named(folder_library, "A")

    shutil.rmtree(photos / "A")
    folder_library.refresh()

    assert [album.name for album in folder_library.albums()] == ["B"]
    assert folder_library.album(a.id).count == 0
    assert folder_library.status().albums == 1


def test_what_is_gone_for_thirty_days_is_purged_with_its_renditions(
    folder_library: FolderLibrary, photos: Path, tmp_path: Path, album_named: AlbumNamed
) -> None:
    path = write_photo(photos / "A/one.jpg")
    write_photo(photos / "B/two.jpg")
    folder_library.refresh()
    folder_library.make_renditions(60)
    album = album_named(folder_library, "A")
    asset = folder_library.assets(AssetFilter(album_id=album.id))[0]
    thumbnail = folder_library.rendition(asset.id, Rendition.THUMBNAIL).path
    shutil.rmtree(photos / "A")
    folder_library.refresh()

    travel(timedelta(days=29))
    folder_library.refresh()
    assert StoredAsset.objects.filter(pk=asset.id).exists()
    assert thumbnail.exists()

    travel(timedelta(days=2))
    folder_library.refresh()
    assert not StoredAsset.objects.filter(pk=asset.id).exists()
    assert not thumbnail.exists()
    with pytest.raises(NotInLibrary):
        folder_library.album(album.id)
    assert Folder.objects.count() == Place.objects.count() == 1
    assert not path.exists()


def travel(time: timedelta) -> None:
    """Let that much time pass for all that is remembered."""
    for asset in StoredAsset.objects.exclude(removed_at=None):
        StoredAsset.objects.filter(pk=asset.pk).update(removed_at=earlier(asset.removed_at, time))
    for place in Place.objects.exclude(missing_since=None):
        missing = earlier(place.missing_since, time)
        Place.objects.filter(pk=place.pk).update(missing_since=missing)
    for album in StoredAlbum.objects.exclude(emptied_at=None):
        StoredAlbum.objects.filter(pk=album.pk).update(emptied_at=earlier(album.emptied_at, time))


def earlier(moment: Any, time: timedelta) -> Any:
    return moment - time


def test_a_root_that_is_gone_changes_nothing_and_is_reported(
    folder_library: FolderLibrary, photos: Path
) -> None:
    fill(photos / "A", 3)
    folder_library.refresh()
    before = (folder_library.albums(), folder_library.assets(EVERYTHING))
    photos.rename(photos.with_name("unplugged"))

    with pytest.raises(LibraryUnavailable, match="is not there"):
        folder_library.refresh()

    assert (folder_library.albums(), folder_library.assets(EVERYTHING)) == before
    assert "is not there" in folder_library.status().trouble
    assert folder_library.originals([a.id for a in before[1]]) == {}
    with pytest.raises(LibraryUnavailable):
        folder_library.rendition(before[1][0].id, Rendition.THUMBNAIL)

    photos.with_name("unplugged").rename(photos)
    assert folder_library.refresh().unchanged == 3
    assert folder_library.status().trouble == ""


@pytest.mark.parametrize("left", [0, 3])
def test_a_root_that_suddenly_holds_next_to_nothing_changes_nothing(
    folder_library: FolderLibrary, photos: Path, left: int
) -> None:
    fill(photos / "A", 30)
    folder_library.refresh()
    for path in sorted((photos / "A").iterdir())[left:]:
        path.unlink()

    with pytest.raises(LibraryUnavailable, match="30"):
        folder_library.refresh()
    assert folder_library.totals(EVERYTHING).count == 30
    assert folder_library.status().trouble

    folder_library.accept_losses()
    assert folder_library.refresh().removed == 30 - left
    assert folder_library.totals(EVERYTHING).count == left
    assert folder_library.status().trouble == ""


def test_accepting_losses_holds_for_one_look_only(
    folder_library: FolderLibrary, photos: Path
) -> None:
    fill(photos / "A", 3)
    folder_library.accept_losses()
    folder_library.refresh()
    shutil.rmtree(photos / "A")
    with pytest.raises(LibraryUnavailable, match="suddenly empty"):
        folder_library.refresh()


def test_a_library_put_in_another_order_is_not_doubted(
    folder_library: FolderLibrary, photos: Path
) -> None:
    fill(photos / "A", 30)
    folder_library.refresh()
    (photos / "A").rename(photos / "B")
    assert folder_library.refresh().moved == 30


def test_the_sample_album_may_be_removed_at_once(
    folder_library: FolderLibrary, photos: Path
) -> None:
    fill(photos / "Sample", 3)
    (photos / "Sample/.loggia-sample").touch()
    folder_library.refresh()
    assert folder_library.albums()[0].is_sample

    shutil.rmtree(photos / "Sample")
    assert folder_library.refresh().removed == 3
    assert folder_library.albums() == []


def test_an_album_without_the_marker_is_a_sample_no_more(
    folder_library: FolderLibrary, photos: Path
) -> None:
    fill(photos / "Sample", 1)
    (photos / "Sample/.loggia-sample").touch()
    folder_library.refresh()
    (photos / "Sample/.loggia-sample").unlink()
    folder_library.refresh()
    assert not folder_library.albums()[0].is_sample


def test_a_folder_that_cannot_be_listed_keeps_what_it_held(
    folder_library: FolderLibrary,
    photos: Path,
    monkeypatch: pytest.MonkeyPatch,
    names_in: NamesIn,
) -> None:
    fill(photos / "A", 2)
    fill(photos / "Locked/inside", 2)
    folder_library.refresh()
    locked = os.fsencode(photos / "Locked")
    scandir = os.scandir

    def refusing(path: bytes) -> Any:
        """Root may list any folder, so tests that run as root need a disk that says no."""
        if path == locked:
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", refusing)
        report = folder_library.refresh()

    assert report.removed == 0
    assert len(names_in(folder_library, "Locked/inside")) == 2
    (problem,) = folder_library.problems(Page())
    assert problem.path == "Locked"
    assert "Permission denied" in problem.reason

    assert folder_library.refresh().problems == 0
    assert folder_library.problems(Page()) == []


def test_a_new_library_over_an_absent_folder_says_so(
    folder_library: FolderLibrary, photos: Path
) -> None:
    photos.rmdir()
    with pytest.raises(LibraryUnavailable, match=str(photos)):
        folder_library.refresh()
    photos.touch()
    with pytest.raises(LibraryUnavailable):
        folder_library.refresh()


def test_an_empty_folder_is_an_empty_library(folder_library: FolderLibrary) -> None:
    report = folder_library.refresh()
    assert report.added == 0
    assert folder_library.albums() == []
    assert folder_library.status().last_refresh is not None
    assert folder_library.status().last_refresh <= timezone.now()  # type: ignore[operator]


def test_a_file_changed_since_the_last_look_is_not_handed_out(
    folder_library: FolderLibrary, photos: Path
) -> None:
    path = write_photo(photos / "A/one.jpg")
    folder_library.refresh()
    asset = folder_library.assets(EVERYTHING)[0]
    path.write_bytes(b"something private")

    assert folder_library.originals([asset.id]) == {}
    with pytest.raises(NotInLibrary):
        folder_library.original(asset.id)
