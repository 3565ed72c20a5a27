"""Symbolic links: followed inside the root, never out of it, never in circles."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.library.folder.library import FolderLibrary
from portal.library.interface import Library, NotInLibrary
from portal.library.types import AssetFilter, Page
from tests.library.files import write_photo

pytestmark = pytest.mark.django_db(transaction=True)
NamesIn = Callable[[Library, str], list[str]]


def test_links_inside_the_root_are_places_like_any_other(
    folder_library: FolderLibrary, photos: Path, names_in: NamesIn
) -> None:
    write_photo(photos / "A/one.jpg")
    (photos / "B").mkdir()
    (photos / "B/linked.jpg").symlink_to("../A/one.jpg")
    (photos / "C").symlink_to("A")

    assert folder_library.refresh().added == 1
    assert [album.name for album in folder_library.albums()] == ["A", "B", "C"]
    asset = folder_library.assets(AssetFilter())[0]
    assert folder_library.original(asset.id).path == photos / "A/one.jpg"


def test_links_out_of_the_root_are_left_out_and_listed(
    folder_library: FolderLibrary, photos: Path, tmp_path: Path
) -> None:
    write_photo(photos / "A/one.jpg")
    write_photo(tmp_path / "private/secret.jpg")
    (photos / "A/secret.jpg").symlink_to(tmp_path / "private/secret.jpg")
    (photos / "A/folder").symlink_to(tmp_path / "private")
    (photos / "A/sideways").symlink_to("../../photos2")
    write_photo(tmp_path / "photos2/beside.jpg")  # a name that begins like the root's

    report = folder_library.refresh()

    assert report.added == 1
    problems = {problem.path: problem.reason for problem in folder_library.problems(Page())}
    assert set(problems) == {"A/secret.jpg", "A/folder", "A/sideways"}
    assert all("out of the photo folder" in reason for reason in problems.values())


@pytest.mark.parametrize("target", [".", "..", "../..", "loop", "../B/back"])
def test_links_in_circles_end(folder_library: FolderLibrary, photos: Path, target: str) -> None:
    write_photo(photos / "A/one.jpg")
    write_photo(photos / "B/two.jpg")
    (photos / "A/loop").symlink_to(target)
    (photos / "B/back").symlink_to("../A")
    assert folder_library.refresh().added == 2
    assert len(folder_library.albums()) <= 4


def test_a_mesh_of_links_does_not_blow_up(folder_library: FolderLibrary, photos: Path) -> None:
    for a in range(12):
        write_photo(photos / f"{a}/photo.jpg")
        for b in range(12):
            (photos / f"{a}/to {b}").symlink_to(f"../{b}")
    assert folder_library.refresh().added == 12
    assert len(folder_library.albums()) == 12 * 12


def test_links_to_nowhere_are_nothing(folder_library: FolderLibrary, photos: Path) -> None:
    write_photo(photos / "one.jpg")
    (photos / "gone.jpg").symlink_to("nowhere.jpg")
    report = folder_library.refresh()
    assert (report.added, report.problems) == (1, 0)


def test_a_link_swapped_after_the_scan_hands_out_nothing(
    folder_library: FolderLibrary, photos: Path, tmp_path: Path
) -> None:
    status = write_photo(photos / "A/one.jpg").stat()
    (photos / "B").mkdir()
    (photos / "B/linked.jpg").symlink_to("../A/one.jpg")
    folder_library.refresh()
    asset = folder_library.assets(AssetFilter())[0]

    # Same size and time as what was indexed, so that only where it lies tells the difference.
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(b"s" * status.st_size)
    os.utime(secret, ns=(status.st_mtime_ns, status.st_mtime_ns))
    for link in ("A/one.jpg", "B/linked.jpg"):
        (photos / link).unlink()
        (photos / link).symlink_to(secret)

    assert folder_library.originals([asset.id]) == {}
    with pytest.raises(NotInLibrary):
        folder_library.original(asset.id)


def test_a_folder_swapped_for_a_link_hands_out_nothing(
    folder_library: FolderLibrary, photos: Path, tmp_path: Path
) -> None:
    write_photo(photos / "A/one.jpg")
    folder_library.refresh()
    asset = folder_library.assets(AssetFilter())[0]
    (photos / "A").rename(tmp_path / "outside")
    (photos / "A").symlink_to(tmp_path / "outside")
    assert folder_library.originals([asset.id]) == {}


def test_the_root_itself_may_be_a_link(
    folder_library: FolderLibrary, photos: Path, tmp_path: Path
) -> None:
    write_photo(photos / "A/one.jpg")
    photos.rename(tmp_path / "disk")
    photos.symlink_to(tmp_path / "disk")
    assert folder_library.refresh().added == 1
