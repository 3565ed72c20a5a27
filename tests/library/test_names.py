"""File and folder names of every kind."""

import itertools
import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.library.folder.library import FolderLibrary
from portal.library.folder.roots import Root, Spot, readable
from portal.library.index.queries import natural
from portal.library.interface import Library
from portal.library.types import AssetFilter
from tests.library.files import write_photo

pytestmark = pytest.mark.django_db(transaction=True)
NamesIn = Callable[[Library, str], list[str]]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"caf\xe9", "caf\N{REPLACEMENT CHARACTER}"),
        (b"two\nlines", "two\nlines"),
        ("Πάσχα 2024 🎉".encode(), "Πάσχα 2024 🎉"),
        (b" blank ", " blank "),
        (b"x" * 251, "x" * 251),
        ("é".encode() * 125, "é" * 125),
        (b"bell\a tab\t escape\x1b[31m \x7f", "bell\a tab\t escape\x1b[31m \x7f"),
        (b"back\\slash \"quote' ;%s {0}", "back\\slash \"quote' ;%s {0}"),
    ],
)
def test_names_that_are_odd_are_taken_in(
    folder_library: FolderLibrary, photos: Path, names_in: NamesIn, name: bytes, shown: str
) -> None:
    folder = Path(os.fsdecode(os.fsencode(photos) + b"/" + name))
    data = write_photo(photos.parent / "made.jpg").read_bytes()
    folder.mkdir()
    (folder / os.fsdecode(name + b".JPG")).write_bytes(data)

    folder_library.refresh()

    assert names_in(folder_library, shown) == [f"{shown}.JPG"]
    asset = folder_library.assets(AssetFilter())[0]
    assert folder_library.original(asset.id).path.read_bytes() == data
    assert folder_library.make_renditions(60) == 0
    assert folder_library.refresh().unchanged == 1


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.binary(min_size=1, max_size=200), min_size=1, max_size=6, unique=True))
def test_any_name_that_a_disk_takes_is_found_again(
    folder_library: FolderLibrary, photos: Path, raw_names: list[bytes]
) -> None:
    names = [name.replace(b"/", b"_").replace(b"\0", b"_").lstrip(b".") for name in raw_names]
    data = write_photo(photos.parent / "made.jpg").read_bytes()
    for old in photos.iterdir():
        old.unlink()
    write_photo(photos / "anchor.jpg")
    for name in names:
        Path(os.fsdecode(os.fsencode(photos) + b"/_" + name + b".jpg")).write_bytes(data)

    folder_library.refresh()

    assert folder_library.refresh().unchanged == len(set(names)) + 1
    assert folder_library.totals(AssetFilter()).count == 2


def test_hidden_files_and_folders_are_passed_over(
    folder_library: FolderLibrary, photos: Path
) -> None:
    write_photo(photos / "A/seen.jpg")
    for path in (
        ".hidden.jpg",
        "._seen.jpg",
        ".trash/x.jpg",
        "@eaDir/x.jpg",
        "A/.thumbnails/x.jpg",
    ):
        write_photo(photos / path)
    (photos / "A/notes.txt").write_text("no photo")
    (photos / "A/folder.jpg").mkdir()
    os.mkfifo(photos / "A/pipe.jpg")

    report = folder_library.refresh()

    assert (report.added, report.problems) == (1, 0)


def test_files_right_in_the_root_are_an_album_named_like_it(
    folder_library: FolderLibrary, photos: Path, names_in: NamesIn
) -> None:
    write_photo(photos / "loose.jpg")
    folder_library.refresh()
    assert names_in(folder_library, "photos") == ["loose.jpg"]


def test_albums_come_in_the_order_people_count_in(
    folder_library: FolderLibrary, photos: Path
) -> None:
    for name in ("Trip 10", "trip 9", "Trip 9/b", "Äpfel", "Zoo"):
        write_photo(photos / name / "one.jpg")
    folder_library.refresh()
    names = [album.name for album in folder_library.albums()]
    assert names == ["trip 9", "Trip 9/b", "Trip 10", "Zoo", "Äpfel"]


@given(st.lists(st.text()))
def test_any_names_can_be_put_in_order(names: list[str]) -> None:
    in_order = sorted(names, key=natural)
    assert all(natural(a) <= natural(b) for a, b in itertools.pairwise(in_order))


def test_dates_before_1970_come_first(folder_library: FolderLibrary, photos: Path) -> None:
    write_photo(photos / "A/new.jpg", taken="2020-01-01 00:00:00")
    write_photo(photos / "A/old.jpg", taken="1931-05-17 12:00:00")
    undated = write_photo(photos / "A/undated.jpg")
    os.utime(undated, (-86_400, -86_400))

    folder_library.refresh()

    in_order = folder_library.assets(AssetFilter())
    assert [asset.filename for asset in in_order] == ["old.jpg", "undated.jpg", "new.jpg"]
    assert in_order[0].taken_at == datetime.fromisoformat("1931-05-17T12:00:00")
    assert folder_library.albums()[0].first == date(1931, 5, 17)


def test_a_deep_tree_is_taken_in_as_far_as_paths_go(
    folder_library: FolderLibrary, photos: Path
) -> None:
    folder = photos
    for _ in range(12):
        folder /= "d" * 200
    write_photo(folder / "deep.jpg")
    write_photo(photos / "shallow.jpg")

    report = folder_library.refresh()

    assert (report.added, report.problems) == (1, 1)
    assert folder_library.refresh().problems == 1


@given(st.binary(max_size=300))
def test_a_path_for_people_is_always_text(raw: bytes) -> None:
    for text in (readable(raw), str(Spot(0, raw, raw))):
        assert text.encode().decode() == text


def test_a_root_holds_only_what_lies_below_it(tmp_path: Path) -> None:
    root = Root(0, tmp_path)
    assert root.holds(os.fsencode(tmp_path / "x"))
    assert not root.holds(os.fsencode(tmp_path) + b"x")
    assert root.resolve(b"..", b"etc") is None
    assert Root(0, Path("/")).resolve(b"etc", b"") == b"/etc"


SCRIPTS = [
    "Ελλάδα", "Крым", "ירושלים", "القاهرة", "दिल्ली", "กรุงเทพ", "北京", "東京ディズニー", "서울", "አዲስ አበባ",
    "e\N{COMBINING ACUTE ACCENT}te\N{COMBINING ACUTE ACCENT}", "👩‍👩‍👧‍👦 home", "\N{RIGHT-TO-LEFT OVERRIDE}gpj",
]  # fmt: skip


def test_albums_of_every_script_stand_side_by_side(
    folder_library: FolderLibrary, photos: Path, names_in: NamesIn
) -> None:
    for name in SCRIPTS:
        write_photo(photos / name / f"{name}.jpg")
    assert folder_library.refresh().added == len(SCRIPTS)
    for name in SCRIPTS:
        assert names_in(folder_library, name) == [f"{name}.jpg"]
