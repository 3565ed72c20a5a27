# ruff: noqa: DTZ001 - what cameras write down is wall-clock time
"""What cameras and programs write is read, and what they garble is left out."""

import math
import os
import struct
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from portal.library.content import places
from portal.library.content.camera import read_notes
from portal.library.content.moments import from_file_time, from_utc, parse_moment
from portal.library.content.reading import Content, read_content
from portal.library.content.sample.labels import apple_note
from portal.library.content.wording import clean, describe
from portal.library.types import AssetKind
from tests.content.conftest import gradient

EXIF, GPS = 0x8769, 0x8825
FILE_TIME = datetime(2020, 2, 3, 4, 5, 6).astimezone()


def shot(path: Path, main: Any = (), exif: Any = (), gps: Any = (), **options: Any) -> Content:
    """A picture with these tags, last written at ``FILE_TIME``."""
    tags = Image.Exif()
    tags.update(dict(main))
    tags.get_ifd(EXIF).update(dict(exif))
    tags.get_ifd(GPS).update(dict(gps))
    Image.fromarray(gradient(60, 40)).save(path, exif=tags, **options)
    os.utime(path, (FILE_TIME.timestamp(), FILE_TIME.timestamp()))
    return read_content(path)


def xmp(attributes: str, inside: str = "") -> bytes:
    spaces = {
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "xmp": "http://ns.adobe.com/xap/1.0/",
        "exif": "http://ns.adobe.com/exif/1.0/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "photoshop": "http://ns.adobe.com/photoshop/1.0/",
        "tiff": "http://ns.adobe.com/tiff/1.0/",
        "aux": "http://ns.adobe.com/exif/1.0/aux/",
    }
    names = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in spaces.items())
    return (
        f'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {names}>'
        f"<rdf:Description {attributes}>{inside}</rdf:Description>"
        f'</rdf:RDF></x:xmpmeta>{" " * 100}<?xpacket end="w"?>'
    ).encode()


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.heic"])
def test_everything_a_camera_says(tmp_path: Path, name: str) -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    content = shot(
        tmp_path / name,
        {0x010F: "Maker ", 0x0110: "Model\x00rubbish", 0x010E: b"On the pier", 0x4746: 4},
        {
            0x9003: "2023:07:08 09:10:11", 0x9291: "25", 0x9011: "-03:30",
            0x829A: IFDRational(1, 250), 0x829D: IFDRational(28, 10), 0x8827: 400,
            0x920A: IFDRational(355, 10), 0xA434: "A lens",
        },
        {1: "S", 2: (33.0, 51.0, 30.0), 3: "W", 4: (70.0, 30.0, 0.0)},
    )  # fmt: skip
    assert content.taken_at == datetime(2023, 7, 8, 9, 10, 11, 250_000)
    assert content.utc_offset == -timedelta(hours=3, minutes=30)
    exif = content.exif
    assert (exif.make, exif.model, exif.lens) == ("Maker", "Model", "A lens")
    assert (exif.exposure_time, exif.f_number, exif.iso) == (0.004, 2.8, 400)
    assert (exif.focal_length, exif.description, exif.rating) == (35.5, "On the pier", 4)
    assert exif.latitude == pytest.approx(-33.858333)
    assert exif.longitude == pytest.approx(-70.5)


def test_tags_of_a_tiff_are_its_own(tmp_path: Path) -> None:
    image = Image.fromarray(gradient(60, 40))
    image.save(tmp_path / "a.tif", tiffinfo={0x010F: "Scanner", 0x0132: "1999:12:31 23:59:58"})
    content = read_content(tmp_path / "a.tif")
    assert content.exif.make == "Scanner"
    assert content.taken_at == datetime(1999, 12, 31, 23, 59, 58)


@pytest.mark.parametrize(
    ("exif", "packet", "expected"),
    [
        ({0x9003: "1956:05:04 12:00:00"}, b"", datetime(1956, 5, 4, 12)),
        ({0x9003: "1899:01:01 00:00:00"}, b"", datetime(1899, 1, 1)),
        ({0x9003: "0000:00:00 00:00:00", 0x9004: "2001:02:03 04:05:06"}, b"", datetime(2001, 2, 3, 4, 5, 6)),
        ({0x9003: "    :  :     :  :  "}, xmp('exif:DateTimeOriginal="2002-03-04T05:06:07.5+01:00"'), datetime(2002, 3, 4, 5, 6, 7, 500_000)),
        ({0x9003: "2005:13:45 99:00:00"}, xmp('photoshop:DateCreated="2003-04-05"'), datetime(2003, 4, 5)),
        ({0x9003: "9999:01:01 00:00:00"}, xmp('xmp:CreateDate="2004-05-06T07:08"'), datetime(2004, 5, 6, 7, 8)),
        ({0x9003: "1970:01:01 00:00:00"}, b"", FILE_TIME.replace(tzinfo=None)),
        ({}, b"", FILE_TIME.replace(tzinfo=None)),
    ],
)  # fmt: skip
def test_the_best_date_wins(
    tmp_path: Path, exif: dict[int, str], packet: bytes, expected: datetime
) -> None:
    assert shot(tmp_path / "a.jpg", exif=exif, xmp=packet).taken_at == expected


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2024:02:30 10:00:00", "0001-01-01T00:00:00Z", "1904:01:01 00:00:00"]
)
def test_impossible_dates_are_no_dates(text: str) -> None:
    assert parse_moment(text) is None


def test_instants_are_shown_in_the_servers_time_zone() -> None:
    moment = from_utc("2024-06-01T12:00:00.000000Z")
    assert moment is not None
    assert moment.offset is not None
    assert moment.local - moment.offset == datetime(2024, 6, 1, 12)


@given(st.integers(-(2**63), 2**63 - 1))
def test_any_file_time_is_some_moment(mtime_ns: int) -> None:
    assert from_file_time(mtime_ns).local.tzinfo is None


@given(st.text(max_size=60), st.text(max_size=10), st.text(max_size=10))
def test_no_date_text_upsets_the_reader(text: str, subsecond: str, offset: str) -> None:
    for told in (text, "2024:01:02 03:04:05" + text):
        moment = parse_moment(told, subsecond, offset)
        assert moment is None or moment.local.tzinfo is None


@pytest.mark.parametrize(
    "gps",
    [
        {},
        {1: "N", 2: (50.0, 0.0, 0.0)},
        {1: "N", 2: (91.0, 0.0, 0.0), 3: "E", 4: (8.0, 0.0, 0.0)},
        {2: (50.0, 0.0, 0.0), 4: (8.0, 0.0, 0.0)},
        {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)},
        {1: "N", 2: (IFDRational(0, 0),) * 3, 3: "E", 4: (IFDRational(0, 0),) * 3},
    ],
)
def test_half_a_place_is_no_place(tmp_path: Path, gps: dict[int, Any]) -> None:
    content = shot(tmp_path / "a.jpg", gps=gps)
    assert (content.exif.latitude, content.exif.longitude) == (None, None)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("+27.5916+086.5640+8850/", (27.5916, 86.564)),
        ("-3351.5-07030.0/", (-33.8583333, -70.5)),
        ("+405130.6-0740010.2/", (40.8585, -74.0028333)),
        ("+00.0000+000.0000/", None),
        ("here", None),
        ("+95.0+000.1/", None),
    ],
)
def test_places_of_videos(text: str, place: tuple[float, float] | None) -> None:
    assert places.from_iso_6709(text) == (pytest.approx(place) if place else None)


def test_xmp_fills_what_exif_leaves_open(tmp_path: Path) -> None:
    inside = (
        '<dc:description><rdf:Alt><rdf:li xml:lang="de">Am Strand</rdf:li>'
        '<rdf:li xml:lang="x-default">On the beach</rdf:li></rdf:Alt></dc:description>'
        "<xmp:Rating>5</xmp:Rating>"
    )
    place = (
        'exif:GPSLatitude="51,30.5N" exif:GPSLongitude="0,7,30W" tiff:Model="Phone" aux:Lens="Zoom"'
    )
    content = shot(tmp_path / "a.jpg", {0x010E: "OLYMPUS DIGITAL CAMERA"}, xmp=xmp(place, inside))
    exif = content.exif
    assert (exif.description, exif.rating) == ("On the beach", 5)
    assert exif.latitude == pytest.approx(51.508333)
    assert exif.longitude == pytest.approx(-0.125)
    assert (exif.model, exif.lens) == ("Phone", "Zoom")


@pytest.mark.parametrize(
    "packet",
    [
        b"<x:xmpmeta><not closed",
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>',
        b"\xff\xfe\x00rubbish",
        xmp('xmp:Rating="many" exif:GPSLatitude="200,0N"'),
    ],
)
def test_damaged_xmp_costs_only_itself(packet: bytes) -> None:
    notes = read_notes(b"", packet)
    assert (notes.exif.rating, notes.exif.latitude, notes.taken) == (None, None, None)


@pytest.mark.parametrize(
    "text",
    ["OLYMPUS DIGITAL CAMERA", "SONY DSC", "SAMSUNG", "Exif_JPEG_PICTURE", "DCIM\\100MEDIA\\DJI_0001.JPG",
     "cof", "hdr", "binary comment", "default", "  ", "?????"],
)  # fmt: skip
def test_a_cameras_boilerplate_is_no_description(text: str) -> None:
    assert describe(text) == ""


@given(st.text())
def test_text_is_safe_to_store(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) <= 200
    assert "\x00" not in cleaned
    cleaned.encode()


@given(st.binary(max_size=400), st.sampled_from([b"II*\x00", b"MM\x00*", b"Exif\x00\x00II*\x00"]))
def test_no_damaged_exif_upsets_the_reader(rubbish: bytes, start: bytes) -> None:
    notes = read_notes(start + b"\x08\x00\x00\x00" + rubbish, b"")
    for number in (notes.exif.exposure_time, notes.exif.f_number, notes.exif.focal_length):
        assert number is None or (math.isfinite(number) and number > 0)


def test_directories_that_point_at_themselves_end() -> None:
    entry = struct.pack("<HHLL", 0x8769, 4, 1, 8)
    block = b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", 1) + entry + bytes(4)
    assert read_notes(block, b"").taken is None


@pytest.mark.parametrize("name", ["a.jpg", "a.heic"])
def test_apples_mark_of_a_live_photo(tmp_path: Path, name: str) -> None:
    mark = "6D0E2B1A-0000-4444-8888-ABCDEFABCDEF"
    content = shot(tmp_path / name, exif={0x927C: apple_note(mark)})
    assert content.content_id == mark


def test_everything_a_phone_says_in_a_video(film: Callable[..., Path]) -> None:
    apple = "com.apple.quicktime."
    path = film(
        "a.mov",
        tags={
            f"{apple}creationdate": "2024-05-01T10:20:30+0530",
            f"{apple}location.ISO6709": "+48.8577+002.2950+035.0/",
            f"{apple}make": "Apple",
            f"{apple}model": "iPhone 15",
            f"{apple}content.identifier": "PAIR-1",
            f"{apple}description": "The tower",
        },
    )
    content = read_content(path)
    assert content.kind is AssetKind.VIDEO
    assert content.taken_at == datetime(2024, 5, 1, 10, 20, 30)
    assert content.utc_offset == timedelta(hours=5, minutes=30)
    assert (content.exif.make, content.exif.model) == ("Apple", "iPhone 15")
    assert (content.exif.latitude, content.exif.longitude) == (48.8577, 2.295)
    assert (content.content_id, content.exif.description) == ("PAIR-1", "The tower")


def test_a_video_without_date_has_that_of_its_file(film: Callable[..., Path]) -> None:
    path = film("a.mp4")
    os.utime(path, (FILE_TIME.timestamp(), FILE_TIME.timestamp()))
    assert read_content(path).taken_at == FILE_TIME.replace(tzinfo=None)


def test_a_videos_clock_runs_in_utc(film: Callable[..., Path]) -> None:
    content = read_content(film("a.mp4", tags={"creation_time": "2024-05-01T08:00:00Z"}))
    assert content.utc_offset is not None
    assert content.taken_at - content.utc_offset == datetime(2024, 5, 1, 8)
