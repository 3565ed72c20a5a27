"""What the camera wrote into a still: when, where, with what."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from portal.library.content import places
from portal.library.content.ifd import Directories, Tags, Value, read_directories, read_tags
from portal.library.content.moments import Moment, first_moment, parse_moment
from portal.library.content.wording import clean_line, decode, describe
from portal.library.content.xmp import read_xmp
from portal.library.types import Exif

_DESCRIPTION, _MAKE, _MODEL, _MODIFIED, _RATING = 0x010E, 0x010F, 0x0110, 0x0132, 0x4746
_EXPOSURE, _F_NUMBER, _ISO, _FOCAL_LENGTH, _LENS = 0x829A, 0x829D, 0x8827, 0x920A, 0xA434
_ORIGINAL, _DIGITIZED = 0x9003, 0x9004
_SUBSECONDS = {_MODIFIED: 0x9290, _ORIGINAL: 0x9291, _DIGITIZED: 0x9292}
_OFFSETS = {_MODIFIED: 0x9010, _ORIGINAL: 0x9011, _DIGITIZED: 0x9012}
_MAKER_NOTE, _APPLE_CONTENT_IDENTIFIER = 0x927C, 0x0011


@dataclass(frozen=True, slots=True)
class CameraNotes:
    taken: Moment | None = None
    exif: Exif = field(default_factory=Exif)
    content_id: str = ""  # Apple's, the same in both halves of a live photo


def read_notes(exif_block: bytes, xmp_packet: bytes) -> CameraNotes:
    """Read an EXIF block (or a whole TIFF file) and an XMP packet, either of which may be empty.

    Damaged, absurd and missing values are left out; this never fails.
    """
    return notes_of(read_directories(exif_block), xmp_packet)


def notes_of(directories: Directories, xmp_packet: bytes) -> CameraNotes:
    """The same of directories that were found elsewhere."""
    xmp = read_xmp(xmp_packet)
    return CameraNotes(
        first_moment(_moments(directories, xmp)),
        _exif(directories, xmp),
        _content_id(directories.exif.get(_MAKER_NOTE)),
    )


def _moments(directories: Directories, xmp: Mapping[str, str]) -> Iterator[Moment | None]:
    yield _moment(directories.exif, directories.exif, _ORIGINAL)
    yield parse_moment(xmp.get("exif:DateTimeOriginal", ""))
    yield parse_moment(xmp.get("photoshop:DateCreated", ""))
    yield _moment(directories.exif, directories.exif, _DIGITIZED)
    yield parse_moment(xmp.get("xmp:CreateDate", ""))
    yield _moment(directories.main, directories.exif, _MODIFIED)


def _moment(tags: Tags, details: Tags, tag: int) -> Moment | None:
    subsecond, offset = details.get(_SUBSECONDS[tag]), details.get(_OFFSETS[tag])
    return parse_moment(_text(tags.get(tag)), _text(subsecond), _text(offset))


def _exif(directories: Directories, xmp: Mapping[str, str]) -> Exif:
    main, exif = directories.main, directories.exif
    place = places.from_exif(directories.gps) or places.from_xmp(xmp) or (None, None)
    return Exif(
        make=clean_line(_text(main.get(_MAKE)) or xmp.get("tiff:Make", "")),
        model=clean_line(_text(main.get(_MODEL)) or xmp.get("tiff:Model", "")),
        lens=clean_line(
            _text(exif.get(_LENS)) or xmp.get("exifEX:LensModel", "") or xmp.get("aux:Lens", "")
        ),
        exposure_time=_positive(exif.get(_EXPOSURE), 86400),
        f_number=_positive(exif.get(_F_NUMBER), 1000),
        iso=_iso(exif.get(_ISO)),
        focal_length=_positive(exif.get(_FOCAL_LENGTH), 100_000),
        latitude=place[0],
        longitude=place[1],
        description=describe(xmp.get("dc:description", ""), _text(main.get(_DESCRIPTION))),
        rating=_rating(main.get(_RATING), xmp.get("xmp:Rating", "")),
    )


def _text(value: Value | None) -> str:
    return decode(value).strip() if isinstance(value, bytes) else ""


def _number(value: Value | None) -> int | Fraction | None:
    return value[0] if isinstance(value, tuple) and value else None


def _positive(value: Value | None, most: int) -> float | None:
    number = _number(value)
    return float(number) if number is not None and 0 < number <= most else None


def _iso(value: Value | None) -> int | None:
    number = _number(value)
    return int(number) if number is not None and 0 < number < 10_000_000 else None


def _rating(tag: Value | None, text: str) -> int | None:
    """XMP wins, being what photo programs write; 0 is "unrated" to both."""
    try:
        number = float(text) if text else float(_number(tag) or 0)
    except ValueError:
        return None
    if not math.isfinite(number) or not -1 <= number <= 5:
        return None
    return int(number) or None


def _content_id(maker_note: Value | None) -> str:
    """Apple's maker note is a directory of its own, counted from the note's first byte."""
    if not isinstance(maker_note, bytes) or not maker_note.startswith(b"Apple iOS\x00"):
        return ""
    order = "<" if maker_note[12:14] == b"II" else ">"
    return clean_line(_text(read_tags(maker_note, 14, order).get(_APPLE_CONTENT_IDENTIFIER)))
