"""Paths from templates and numbers: safe on every system, each its own, the same in every order."""

import random
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downloads.batch.lying import Lying
from downloads.batch.memory import Memory
from downloads.batch.naming import Naming, reserved_for_us
from downloads.batch.numbering import numbered
from downloads.batch.template import FIELDS, PathTemplate
from downloads.batch.wanted import Kind, Photo, Wanted
from downloads.names import fold

WHEN = datetime(2024, 5, 31, 23, 59, 58)  # noqa: DTZ001 - a clock on a wall
DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"COM{n}" for n in range(10)), *(f"LPT{n}" for n in range(10))}  # fmt: skip


def photo(name: str = "IMG_1.jpg", asset_id: str = "a", moving: str = "", **rest: Any) -> Photo:
    files = [
        Wanted(f"{asset_id}{number}", each, Path("/nowhere"), 1, b"x" * 20, WHEN, WHEN.replace(tzinfo=UTC))
        for number, each in enumerate([name, moving] if moving else [name])
    ]  # fmt: skip
    kind = Kind.LIVEPHOTO if moving else Kind.IMAGE
    return replace(Photo(asset_id, kind, tuple(files), asset_id), **rest)


def path_of(template: str, one: Photo, half: int = 0) -> str:
    return PathTemplate(template).path_of(one, one.files[half])


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("{year}/{month}/{day}/{filename}", "2024/05/31/IMG_1.jpg"),
        ("{year}-{month}-{day} {hour}.{minute}.{second}.{ext}", "2024-05-31 23.59.58.jpg"),
        ("{album}/{camera}/{stem}.{ext}", "Bärbel & Co/Pixel 8/IMG_1.jpg"),
        ("{make}/{model}/{type}/{id}.{ext}", "Google/Pixel 8/image/a.jpg"),
        ("{{{year}}}/{filename}", "{2024}/IMG_1.jpg"),
        ("x/{id}", "x/a"),
    ],
)
def test_each_field_says_what_it_is(template: str, path: str) -> None:
    one = photo(album="Bärbel & Co", camera="Pixel 8", make="Google", model="Pixel 8")
    assert path_of(template, one) == path


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "_._._etc_passwd"),
        ("/etc/passwd", "_etc_passwd"),
        ("..\\windows.jpg", "_._windows.jpg"),
        ("CON.jpg", "_CON.jpg"),
        ("aux", "_aux"),
        ("name. . .", "name"),
        ("a\nb\x07.jpg", "a_b_.jpg"),
        ("Cafe\u0301.jpg", "Caf\u00e9.jpg"),
        ("IMG.jpg.part", "IMG.jpg.part_"),
        ("IMG.jpg.part.json", "IMG.jpg.part.json_"),
        (".hidden.jpg", "_hidden.jpg"),
        ("", "file"),
        ("x" * 300 + ".jpeg", "x" * 250 + ".jpeg"),
    ],
)
def test_dangerous_names_become_safe_ones(name: str, safe: str) -> None:
    assert path_of("{filename}", photo(name)) == safe


def test_a_folder_whose_fields_are_unknown_is_left_out() -> None:
    assert path_of("{album}/{camera}/{filename}", photo()) == "IMG_1.jpg"
    assert path_of("{album}/{filename}", photo(album="../../x/..")) == "_._.._x_/IMG_1.jpg"


def test_a_moving_half_goes_by_its_still() -> None:
    one = photo("IMG_1.HEIC", moving="other.MOV")
    assert path_of("{id}/{stem}.{ext}", one, 1) == "a/IMG_1.MOV"


odd = [*'aA.. /\\:*?<>|"\0\n\u0301e\u00e9ßſK\u202e🎉~$%{}-_1', "CON", "nul", ".part", ".jpg"]
awkward = st.lists(st.sampled_from(odd), max_size=90).map("".join)
templates = st.lists(
    st.lists(st.sampled_from([f"{{{name}}}" for name in FIELDS] + ["x", " ", ".", "-"]), min_size=1,
             max_size=3).map("".join).filter(lambda text: text.strip(" .") != ""),
    min_size=1, max_size=4,
).map("/".join).filter(lambda text: "{" in text)  # fmt: skip


@given(template=templates, name=awkward | st.text(max_size=400), album=awkward, camera=st.text())
@settings(max_examples=400, deadline=None)
def test_no_name_whatever_leads_outside_or_is_refused_by_any_system(
    template: str, name: str, album: str, camera: str
) -> None:
    path = path_of(template, photo(name, album=album, camera=camera))
    for number in (1, 2, 10_000):
        for part in numbered(path, number).split("/"):
            assert part
            assert part not in {".", ".."}
            assert part == part.strip(" ").rstrip(".")
            assert not part.startswith(".")
            assert len(part.encode()) <= 255
            assert not set(part) & set('<>:"\\|?*')
            assert not any(unicodedata.category(each) in {"Cc", "Cs"} for each in part)
            assert unicodedata.is_normalized("NFC", part)
            assert part.split(".")[0].rstrip().upper() not in DEVICES
            assert not part.lower().endswith((".part", ".part.json"))


@given(
    names=st.lists(st.sampled_from(["a.jpg", "A.JPG", "a (2).jpg", "é.jpg", "e\u0301.jpg", "b"]),
                   min_size=1, max_size=12),
    moving=st.lists(st.booleans(), min_size=12, max_size=12),
    seed=st.integers(),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_whatever_the_order_of_answers_each_has_its_own_name_and_the_same(
    names: list[str], moving: list[bool], seed: int
) -> None:
    photos = [
        photo(name, f"{number:02}", "m.mov" if moving[number] else "")
        for number, name in enumerate(names)
    ]
    with TemporaryDirectory() as folder:
        first = named(Path(folder), photos)
        random.Random(seed).shuffle(photos)  # noqa: S311 - dice
        assert named(Path(folder), photos) == first
    assert len({fold(path) for path in first.values()}) == len(first)
    assert len(first) == sum(len(each.files) for each in photos)


def named(folder: Path, photos: list[Photo]) -> dict[str, str]:
    with Memory(folder, keep=False) as memory:
        naming = Naming(PathTemplate("{filename}"), Lying(folder), memory, reserved_for_us())
        placed, missing = naming.place(photos)
    assert missing == []
    return {each.file.id: each.path for each in placed}
