"""An asset is its content, paths are its places; a folder's album follows the folder."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.library.folder.library import FolderLibrary
from portal.library.interface import Library, NotInLibrary
from portal.library.types import Album, AssetFilter
from tests.library.files import age, write_photo, write_video

pytestmark = pytest.mark.django_db(transaction=True)
AlbumNamed = Callable[[Library, str], Album]
NamesIn = Callable[[Library, str], list[str]]


def ids(library: Library, album: Album) -> set[object]:
    return {asset.id for asset in library.assets(AssetFilter(album_id=album.id))}


def copy_elsewhere(old: Path, new: Path) -> None:
    """Move as between two disks: other inodes."""
    new.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(old, new)
    shutil.rmtree(old)


def move(old: Path, new: Path) -> None:
    new.parent.mkdir(parents=True, exist_ok=True)
    old.rename(new)


def test_a_moved_file_keeps_its_id_and_takes_its_new_name(
    folder_library: FolderLibrary, photos: Path, album_named: AlbumNamed
) -> None:
    write_photo(photos / "A/one.jpg")
    write_photo(photos / "A/two.jpg")
    folder_library.refresh()
    before = folder_library.assets(AssetFilter())

    (photos / "B").mkdir()
    (photos / "A/one.jpg").rename(photos / "B/renamed.jpg")
    report = folder_library.refresh()

    assert (report.moved, report.added, report.removed) == (1, 0, 0)
    assert {a.id for a in folder_library.assets(AssetFilter())} == {a.id for a in before}
    moved = folder_library.assets(AssetFilter(album_id=album_named(folder_library, "B").id))
    assert [asset.filename for asset in moved] == ["renamed.jpg"]
    assert report.shrunk_albums == {album_named(folder_library, "A").id}


@pytest.mark.parametrize("take", [move, copy_elsewhere], ids=["same disk", "other disk"])
def test_a_renamed_folder_keeps_its_album(
    folder_library: FolderLibrary,
    photos: Path,
    album_named: AlbumNamed,
    take: Callable[[Path, Path], None],
) -> None:
    for name in ("one", "two", "three"):
        write_photo(photos / f"2024/Summer/{name}.jpg")
        write_photo(photos / f"2024/Winter/{name}.jpg")
    folder_library.refresh()
    summer = album_named(folder_library, "2024/Summer")
    winter = album_named(folder_library, "2024/Winter")
    shown = ids(folder_library, summer)

    take(photos / "2024", photos / "Trips/of 2024")
    report = folder_library.refresh()

    assert folder_library.album(summer.id).name == "Trips/of 2024/Summer"
    assert folder_library.album(winter.id).name == "Trips/of 2024/Winter"
    assert ids(folder_library, summer) == shown
    assert len(folder_library.albums()) == 2
    assert (report.added, report.removed, report.moved) == (0, 0, 6)
    assert report.shrunk_albums == frozenset()


def test_a_folder_that_was_away_for_a_while_comes_back_under_a_new_name(
    folder_library: FolderLibrary, photos: Path, tmp_path: Path, album_named: AlbumNamed
) -> None:
    write_photo(photos / "Other/x.jpg")
    for name in ("one", "two", "three"):
        write_photo(photos / f"Old/{name}.jpg")
    folder_library.refresh()
    old = album_named(folder_library, "Old")
    shown = ids(folder_library, old)

    move(photos / "Old", tmp_path / "away")
    assert folder_library.refresh().removed == 3
    assert folder_library.album(old.id).count == 0
    move(tmp_path / "away", photos / "New")
    assert folder_library.refresh().added == 3

    assert folder_library.album(old.id).name == "New"
    assert ids(folder_library, old) == shown


def test_a_renamed_folder_that_lost_and_gained_a_few_is_still_the_same(
    folder_library: FolderLibrary, photos: Path, album_named: AlbumNamed
) -> None:
    for name in ("one", "two", "three"):
        write_photo(photos / f"Old/{name}.jpg")
    folder_library.refresh()
    old = album_named(folder_library, "Old")

    move(photos / "Old", photos / "New")
    (photos / "New/one.jpg").unlink()
    write_photo(photos / "New/four.jpg")
    report = folder_library.refresh()

    assert album_named(folder_library, "New").id == old.id
    assert report.shrunk_albums == {old.id}
    assert (report.added, report.removed, report.moved) == (1, 1, 2)


def test_files_that_join_another_folder_do_not_bring_their_album(
    folder_library: FolderLibrary, photos: Path, album_named: AlbumNamed
) -> None:
    write_photo(photos / "A/one.jpg")
    write_photo(photos / "B/two.jpg")
    folder_library.refresh()
    a, b = (album_named(folder_library, name) for name in "AB")

    move(photos / "A/one.jpg", photos / "B/one.jpg")
    folder_library.refresh()

    assert folder_library.album(b.id).count == 2
    assert folder_library.album(a.id).count == 0
    assert [album.id for album in folder_library.albums()] == [b.id]


def test_of_two_parts_of_a_folder_the_larger_one_keeps_the_album(
    folder_library: FolderLibrary, photos: Path, album_named: AlbumNamed
) -> None:
    for number in range(5):
        write_photo(photos / f"All/{number}.jpg")
    folder_library.refresh()
    album = album_named(folder_library, "All")

    for number in range(5):
        move(photos / f"All/{number}.jpg", photos / f"Part {number // 2}/{number}.jpg")
    folder_library.refresh()
    assert album.id not in {shown.id for shown in folder_library.albums()}  # no part is a half

    for number in range(5):
        move(photos / f"Part {number // 2}/{number}.jpg", photos / f"Again/{number}.jpg")
    folder_library.refresh()
    assert album_named(folder_library, "Again").id == album.id


def test_two_folders_may_swap_their_names(
    folder_library: FolderLibrary, photos: Path, album_named: AlbumNamed, names_in: NamesIn
) -> None:
    write_photo(photos / "A/one.jpg")
    write_photo(photos / "B/two.jpg")
    folder_library.refresh()

    move(photos / "A", photos / "C")
    move(photos / "B", photos / "A")
    move(photos / "C", photos / "B")
    report = folder_library.refresh()

    assert names_in(folder_library, "A") == ["two.jpg"]
    assert names_in(folder_library, "B") == ["one.jpg"]
    assert report.removed == 0


def test_the_same_content_shows_once_in_an_album_and_in_every_album_it_lies_in(
    folder_library: FolderLibrary, photos: Path, names_in: NamesIn
) -> None:
    for path in ("A/one.jpg", "A/two.jpg", "B/three.jpg"):
        write_photo(photos / path, seed=1)
    report = folder_library.refresh()

    assert report.added == 1
    assert len(names_in(folder_library, "A")) == len(names_in(folder_library, "B")) == 1

    (photos / "A/one.jpg").unlink()
    (photos / "B/three.jpg").unlink()
    folder_library.refresh()
    assert names_in(folder_library, "A") == ["two.jpg"]


def test_other_content_under_the_same_path_is_another_asset(
    folder_library: FolderLibrary, photos: Path, album_named: AlbumNamed
) -> None:
    write_photo(photos / "A/stays.jpg")
    age(write_photo(photos / "A/one.jpg"))
    folder_library.refresh()
    album = album_named(folder_library, "A")
    before = ids(folder_library, album)

    write_photo(photos / "A/one.jpg")
    report = folder_library.refresh()

    assert (report.added, report.removed) == (1, 1)
    assert len(ids(folder_library, album) - before) == 1
    (replaced,) = before - ids(folder_library, album)
    with pytest.raises(NotInLibrary):
        folder_library.asset(replaced)  # type: ignore[arg-type]
    assert report.shrunk_albums == {album.id}


def test_a_touched_file_is_the_same_asset(folder_library: FolderLibrary, photos: Path) -> None:
    path = write_photo(photos / "A/one.jpg")
    folder_library.refresh()
    version = folder_library.albums()[0].version
    age(path)
    report = folder_library.refresh()
    assert (report.added, report.removed, report.moved) == (0, 0, 0)
    assert folder_library.albums()[0].version == version
    assert folder_library.original(folder_library.assets(AssetFilter())[0].id).path == path


def test_a_version_differs_when_the_assets_do(folder_library: FolderLibrary, photos: Path) -> None:
    write_photo(photos / "A/one.jpg")
    versions = set()
    for change in (
        lambda: write_photo(photos / "A/two.jpg"),
        lambda: write_video(photos / "A/two.mov"),
        (photos / "A/two.mov").unlink,
        (photos / "A/two.jpg").unlink,
    ):
        folder_library.refresh()
        versions.add(folder_library.albums()[0].version)
        change()
    folder_library.refresh()
    versions.add(folder_library.albums()[0].version)
    assert len(versions) == 5


def test_unchanged_files_are_not_read_again(folder_library: FolderLibrary, photos: Path) -> None:
    path = write_photo(photos / "A/one.jpg")
    status = path.stat()
    folder_library.refresh()

    # Ruined without a change of size or time: whoever reads it will find it unreadable.
    path.write_bytes(b"\0" * status.st_size)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    report = folder_library.refresh()

    assert (report.unchanged, report.problems) == (1, 0)
