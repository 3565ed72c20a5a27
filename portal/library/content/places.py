"""Where a picture was taken: EXIF's rationals, XMP's and QuickTime's texts, as degrees."""

import re
from collections.abc import Mapping

from portal.library.content.ifd import Tags, Value

Place = tuple[float, float]

_XMP_COORDINATE = re.compile(r"(\d{1,3}),(\d{1,2}(?:\.\d+)?)(?:,(\d{1,2}(?:\.\d+)?))?([NSEW])")
_ISO_6709 = re.compile(r"([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)")


def from_exif(gps: Tags) -> Place | None:
    """EXIF 3.0, section 4.6.6: degrees, minutes, seconds, and a letter for the hemisphere."""
    latitude = _degrees(gps.get(2), gps.get(1), b"NS")
    longitude = _degrees(gps.get(4), gps.get(3), b"EW")
    return checked(latitude, longitude)


def from_xmp(properties: Mapping[str, str]) -> Place | None:
    """XMP part 2: ``51,30.25N`` or ``51,30,15N``."""
    return checked(
        _xmp_degrees(properties.get("exif:GPSLatitude", "")),
        _xmp_degrees(properties.get("exif:GPSLongitude", "")),
    )


def from_iso_6709(text: str) -> Place | None:
    """``+27.5916+086.5640+8850/``, with DDMM and DDMMSS forms (ISO 6709, annex H)."""
    match = _ISO_6709.match(text.strip())
    if not match:
        return None
    return checked(_sexagesimal(match[1], 2), _sexagesimal(match[2], 3))


def checked(latitude: float | None, longitude: float | None) -> Place | None:
    """Nothing outside the globe; and 0, 0 is what receivers write before they know."""
    if latitude is None or longitude is None:
        return None
    if abs(latitude) > 90 or abs(longitude) > 180 or (latitude, longitude) == (0, 0):
        return None
    return round(latitude, 7), round(longitude, 7)


def _degrees(value: Value | None, letter: Value | None, letters: bytes) -> float | None:
    if not isinstance(value, tuple) or not 1 <= len(value) <= 3:
        return None
    if not isinstance(letter, bytes) or letter[:1].upper() not in {letters[:1], letters[1:]}:
        return None  # without the letter it could be either side of the globe
    degrees = sum(float(part) / float(60**power) for power, part in enumerate(value))
    return -degrees if letter[:1].upper() == letters[1:] else degrees


def _xmp_degrees(text: str) -> float | None:
    match = _XMP_COORDINATE.fullmatch(text.strip())
    if not match:
        return None
    degrees = int(match[1]) + float(match[2]) / 60 + float(match[3] or 0) / 3600
    return -degrees if match[4] in "SW" else degrees


def _sexagesimal(text: str, width: int) -> float:
    sign = -1.0 if text[0] == "-" else 1.0
    whole, dot, fraction = text[1:].partition(".")
    if len(whole) <= width:
        return sign * float(text[1:])
    if len(whole) <= width + 2:
        return sign * (int(whole[:-2]) + float(whole[-2:] + dot + fraction) / 60)
    degrees = int(whole[:-4]) + int(whole[-4:-2]) / 60
    return sign * (degrees + float(whole[-2:] + dot + fraction) / 3600)
