import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from downloads.names import MISSING, Names, archive_name, neutral_stem, split

anything = st.text(st.characters(), max_size=300)
RESERVED = {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9", "COM²"}


def is_safe(name: str) -> bool:
    encoded = name.encode()  # a name that is no valid Unicode raises here
    return (
        0 < len(encoded) <= 255
        and not set(name) & set('<>:"/\\|?*')
        and not any(unicodedata.category(char) == "Cc" for char in name)
        and name == name.strip()
        and not name.startswith(".")
        and not name.endswith(".")
        and name.split(".", maxsplit=1)[0].rstrip().upper() not in RESERVED
        and name == unicodedata.normalize("NFC", name)
    )


@given(st.lists(anything, max_size=30))
def test_every_name_is_safe_and_no_two_are_equal_to_a_blind_disk(filenames: list[str]) -> None:
    names = Names()
    taken = []
    for filename in filenames:
        stem, suffix = split(filename)
        taken += names.take(stem, [suffix])
    assert all(is_safe(name) for name in taken), taken
    blind = {unicodedata.normalize("NFKD", name.casefold()) for name in taken if name.isascii()}
    assert len(blind) == len([name for name in taken if name.isascii()])
    for fold in (str.lower, str.upper, str.casefold):
        for form in ("NFC", "NFD"):
            assert len({unicodedata.normalize(form, fold(name)) for name in taken}) == len(taken)


@given(st.lists(st.tuples(anything, st.sampled_from([".jpg", ".HEIC", ""])), max_size=10))
def test_the_parts_of_a_live_photo_keep_one_stem(stills: list[tuple[str, str]]) -> None:
    names = Names()
    for stem, suffix in stills:
        still, video = names.take(stem, [suffix, ".mov"])
        assert video == still.removesuffix(suffix) + ".mov"


def taken(*filenames: str) -> list[str]:
    names = Names()
    return [name for filename in filenames for name in names.take(*_parts(filename))]


def _parts(filename: str) -> tuple[str, list[str]]:
    stem, suffix = split(filename)
    return stem, [suffix]


def test_equal_names_are_counted() -> None:
    assert taken("IMG_1.jpg", "IMG_1.jpg", "IMG_1.JPG", "img_1.jpg", "IMG_1.png") == [
        "IMG_1.jpg",
        "IMG_1 (2).jpg",
        "IMG_1 (3).JPG",
        "img_1 (4).jpg",
        "IMG_1.png",
    ]


def test_a_counted_name_does_not_take_a_real_ones_place() -> None:
    assert taken("a (2).jpg", "a.jpg", "a.jpg") == ["a (2).jpg", "a.jpg", "a (3).jpg"]


def test_composed_and_decomposed_letters_are_one() -> None:
    assert taken("Bär.jpg", "Ba\u0308r.jpg") == ["Bär.jpg", "Bär (2).jpg"]


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("../../etc/passwd", "_._._etc_passwd"),
        ("..", "_"),
        (".hidden.jpg", "_hidden.jpg"),
        ("CON.jpg", "_CON.jpg"),
        ("nul.tar.gz", "_nul.tar.gz"),
        ("what?.jpg", "what_.jpg"),
        ("line\nbreak.jpg", "line_break.jpg"),
        ("\u202egpj.exe", "_gpj.exe"),
        ("not utf-8 \udcff.jpg", "not utf-8 _.jpg"),
        (" dots and spaces. . ", "dots and spaces"),
        ("", "file"),
        ("missing.TXT", "missing (2).TXT"),
        ("." * 300, "_"),
    ],
)
def test_unsafe_names_are_made_safe(filename: str, expected: str) -> None:
    assert taken(filename) == [expected]


def test_long_names_keep_their_suffix_and_whole_letters() -> None:
    (name, second) = taken("写" * 200 + ".jpg", "写" * 200 + ".jpg")
    assert len(name.encode()) <= 255
    assert name.endswith("写.jpg")
    assert second.endswith("写 (2).jpg")


def test_the_note_keeps_its_name() -> None:
    assert taken(MISSING) == ["MISSING (2).txt"]


def test_many_equal_names_are_quick() -> None:
    assert len(set(taken(*["IMG.jpg"] * 5000))) == 5000


def test_neutral_names_tell_nothing_but_their_number() -> None:
    assert neutral_stem("photo", 7, 300) == "photo-0007"
    assert neutral_stem("video", 7, 20_000) == "video-00007"


def test_the_archive_is_named_after_the_album() -> None:
    assert archive_name("2024/Summer: the sea") == "2024_Summer_ the sea.zip"
    assert archive_name("...") == "_.zip"
    assert archive_name("") == "file.zip"
