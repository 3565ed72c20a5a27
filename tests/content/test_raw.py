"""Raw files are shown by the picture inside them, and told from plain TIFF by what they hold."""

import struct
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from portal.library.content.formats import SUFFIXES, recognize
from portal.library.content.raw import open_raw
from portal.library.content.rawfiles import CR3, RAF, RW2, is_cut_off, kind_of_tiff, notes_in
from portal.library.content.reading import read_content
from portal.library.content.rendering import render
from portal.library.interface import ContentUnreadable
from portal.library.types import AssetKind, Exif, Rendition
from tests.content.raws import ARW, DNG, NEF, ORF, Maker, raw_file

MAKERS = {
    ".dng": (DNG, "image/x-adobe-dng"),
    ".nef": (NEF, "image/x-nikon-nef"),
    ".arw": (ARW, "image/x-sony-arw"),
    ".orf": (ORF, "image/x-olympus-orf"),
}
PICTURES = (Rendition.THUMBNAIL, Rendition.THUMBNAIL_2X, Rendition.PREVIEW, Rendition.LARGE)


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def loaded(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        picture.load()
    return picture


def pictures_of(path: Path) -> dict[Rendition, Image.Image]:
    content = read_content(path)
    targets = {which: path.with_name(f"{path.name}.{which}") for which in PICTURES}
    render(path, content.kind, content.media_type, targets)
    return {which: loaded(target) for which, target in targets.items()}


@pytest.mark.parametrize("suffix", MAKERS)
def test_a_raw_file_says_what_and_when_it_is(tmp_path: Path, suffix: str) -> None:
    maker, media_type = MAKERS[suffix]
    assert suffix in SUFFIXES
    content = read_content(write(tmp_path / "misnamed.jpg", raw_file(maker)))
    assert (content.kind, content.media_type) == (AssetKind.IMAGE, media_type)
    # LibRaw knows of each camera how many columns at the border are no picture
    assert (content.width, content.height) == pytest.approx((1800, 1200), abs=5)
    assert content.taken_at == datetime(2024, 7, 1, 10)  # noqa: DTZ001 - wall-clock time
    assert content.exif == Exif(
        make=maker.make.decode(),
        model=maker.model.decode(),
        lens="Painted 50 mm",
        exposure_time=1 / 200,
        f_number=2.8,
        iso=400,
        latitude=47.5,
        longitude=8.25,
    )


@pytest.mark.parametrize("suffix", MAKERS)
def test_its_pictures_come_from_the_largest_one_inside(tmp_path: Path, suffix: str) -> None:
    pictures = pictures_of(write(tmp_path / "a.raw", raw_file(MAKERS[suffix][0])))
    assert pictures[Rendition.PREVIEW].size == pictures[Rendition.LARGE].size == (1200, 800)
    assert pictures[Rendition.THUMBNAIL].size == (375, 250)
    left, right = (pictures[Rendition.LARGE].getpixel((x, 400)) for x in (5, 1194))
    assert left == pytest.approx((5, 63, 122), abs=8)
    assert right == pytest.approx((122, 63, 5), abs=8)


@pytest.mark.parametrize(("orientation", "corner"), [(3, (122, 122)), (6, (5, 122)), (8, (122, 5))])
def test_it_is_shown_upright(tmp_path: Path, orientation: int, corner: tuple[int, int]) -> None:
    path = write(tmp_path / "a.dng", raw_file(orientation=orientation))
    content, pictures = read_content(path), pictures_of(path)
    sideways = orientation in {6, 8}
    assert (content.width, content.height) == ((1200, 1800) if sideways else (1800, 1200))
    assert pictures[Rendition.PREVIEW].size == ((800, 1200) if sideways else (1200, 800))
    pixel = pictures[Rendition.PREVIEW].getpixel((3, 3))
    assert isinstance(pixel, tuple)
    assert pixel[:2] == pytest.approx(corner, abs=10)


def test_a_preview_that_the_camera_has_turned_is_not_turned_again(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dng", raw_file(orientation=6, preview=(800, 1200)))
    assert (read_content(path).width, read_content(path).height) == (1200, 1800)
    picture = pictures_of(path)[Rendition.PREVIEW]
    assert picture.size == (800, 1200)
    assert np.asarray(picture, float)[3, 3, :2] == pytest.approx((5, 5), abs=10)


def test_a_square_chosen_in_the_camera_stays_one(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dng", raw_file(preview=(1200, 1200)))
    assert (read_content(path).width, read_content(path).height) == (1200, 1200)


@pytest.mark.parametrize("preview", [None, (160, 107)])
def test_without_a_preview_worth_showing_it_is_developed(
    tmp_path: Path, preview: tuple[int, int] | None
) -> None:
    path = write(tmp_path / "a.dng", raw_file(preview=preview, orientation=8))
    content, pictures = read_content(path), pictures_of(path)
    assert (content.width, content.height) == (1200, 1800)
    picture = np.asarray(pictures[Rendition.PREVIEW]).mean(2)
    assert picture.shape == (900, 600)
    assert picture[0].mean() > picture[-1].mean() + 50  # bright on the right before it was turned


def test_a_damaged_preview_is_told(tmp_path: Path) -> None:
    data = bytearray(raw_file())
    data[6000:7000] = b"\xff\xd8" * 500
    with pytest.raises(ContentUnreadable, match="damaged"):
        read_content(write(tmp_path / "a.dng", bytes(data)))


def test_scans_of_a_camera_maker_are_no_raw_files(picture: Callable[..., Path]) -> None:
    tags = Image.Exif()
    tags[0x010F] = "NIKON CORPORATION"
    path = picture("scan.tif", exif=tags)
    assert read_content(path).media_type == "image/tiff"
    assert kind_of_tiff(b"II*\0\x08\0\0\0\0\0") == "image/tiff"


@pytest.mark.parametrize("suffix", MAKERS)
@pytest.mark.parametrize("share", [0.0005, 0.005, 0.5, 0.99])
def test_a_raw_file_that_was_cut_off_is_refused(tmp_path: Path, suffix: str, share: float) -> None:
    data = raw_file(MAKERS[suffix][0])
    with pytest.raises(ContentUnreadable, match=r"cut off|damaged"):
        read_content(write(tmp_path / "a.dng", data[: int(len(data) * share)]))


def test_makers_that_have_no_tiff_say_how_long_they_are() -> None:
    head = b"FUJIFILMCCD-RAW 0201".ljust(84, b"\0") + struct.pack(">6L", 200, 50, 250, 10, 260, 900)
    assert is_cut_off(head.ljust(1159, b"\0"), RAF)
    assert not is_cut_off(head.ljust(1160, b"\0"), RAF)
    panasonic = b"IIU\0\x08\0\0\0" + struct.pack("<HHHLLL", 1, 0x0118, 4, 1, 500, 0)
    assert is_cut_off(panasonic.ljust(500, b"\0"), RW2)
    assert not is_cut_off(panasonic.ljust(501, b"\0"), RW2)


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"II*\0\x10\0\0\0CR\x02\0", "image/x-canon-cr2"),
        (b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom", "image/x-canon-cr3"),
        (b"FUJIFILMCCD-RAW 0201FF383501", "image/x-fuji-raf"),
        (b"IIU\0\x18\0\0\0", "image/x-panasonic-rw2"),
        (b"MMOR\0\0\0\x08", "image/x-olympus-orf"),
    ],
)
def test_other_makers_are_known_by_their_first_bytes(head: bytes, media_type: str) -> None:
    assert recognize(head).media_type == media_type


def test_canons_boxes_hold_the_notes() -> None:
    def box(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">L4s", 8 + len(content), kind) + content

    def block(tag: int, kind: int, value: bytes) -> bytes:
        count = len(value) // 8 if kind == 5 else len(value)
        return b"II*\0\x08\0\0\0" + struct.pack("<HHHLLL", 1, tag, kind, count, 26, 0) + value

    inner = box(b"CMT1", block(0x010F, 2, b"Canon\0")) + box(
        b"CMT2", block(0x829A, 5, struct.pack("<LL", 1, 250))
    )
    mark = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
    packet = bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + b"<x:xmpmeta></x:xmpmeta>"
    moov = box(b"moov", box(b"uuid", mark + inner))
    data = box(b"ftyp", b"crx \0\0\0\1crx isom") + moov + box(b"uuid", packet)
    told = notes_in(data, CR3)
    assert told is not None
    directories, xmp = told
    assert directories.main[0x010F] == b"Canon\0"
    assert directories.exif[0x829A] == (Fraction(1, 250),)
    assert xmp == b"<x:xmpmeta></x:xmpmeta>"


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 4200), st.integers(0, 255)), max_size=8), st.data())
def test_no_flipped_byte_upsets_the_reader(
    changes: list[tuple[int, int]], data: st.DataObject
) -> None:
    maker: Maker = data.draw(st.sampled_from([maker for maker, _type in MAKERS.values()]))
    damaged = bytearray(raw_file(maker, whole=(180, 120), preview=(120, 80)))
    for at, value in changes:
        damaged[at] = value
    for media_type in ("image/tiff", "image/x-adobe-dng"):
        notes_in(bytes(damaged), media_type)
        is_cut_off(bytes(damaged), media_type)
    with suppress(ContentUnreadable):
        assert open_raw(bytes(damaged), "image/x-adobe-dng").width
