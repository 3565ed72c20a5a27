"""What the info panel says about a photo: rows with a value, and no others."""

from dataclasses import dataclass
from datetime import timedelta

from django.template.defaultfilters import filesizeformat
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.library.types import Asset, Exif
from sharing.access import Rights
from sharing.showing.grid import day_label


@dataclass(frozen=True, slots=True)
class Fact:
    icon: str
    label: str
    value: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Degrees for people, and a geo URI (RFC 5870) that opens the device's own map."""

    label: str
    uri: str


def facts_of(asset: Asset, rights: Rights, sender: str = "") -> list[Fact]:
    """Call it only where the link shows metadata; what the link withholds is left out.

    ``sender`` is who sent it, where all guests may read that.
    """
    exif = asset.exif
    size = filesizeformat(asset.size) if rights.location else ""  # else another file is delivered
    pixels = f"{asset.width} × {asset.height}"
    facts = [
        Fact("person", _("Sent by"), sender),
        Fact("calendar", _("Taken"), day_label(asset.taken_at.date()), _clock_time(asset)),
        Fact("camera", _("Camera"), camera_name(exif), exif.lens),
        Fact("aperture", _("Exposure"), exposure(exif)),
        Fact("file", _("File"), asset.filename, " · ".join(filter(None, (pixels, size)))),
    ]
    return [fact for fact in facts if fact.value or fact.detail]


def place_of(asset: Asset, rights: Rights) -> Place | None:
    latitude, longitude = asset.exif.latitude, asset.exif.longitude
    if not rights.location or latitude is None or longitude is None:
        return None
    label = f"{_parallel(latitude)}, {_meridian(longitude)}"
    return Place(label, f"geo:{latitude:.6f},{longitude:.6f}")


def _parallel(latitude: float) -> str:
    north, south = pgettext("point of the compass", "N"), pgettext("point of the compass", "S")
    return f"{_degrees(latitude)} {north if latitude >= 0 else south}"


def _meridian(longitude: float) -> str:
    east, west = pgettext("point of the compass", "E"), pgettext("point of the compass", "W")
    return f"{_degrees(longitude)} {east if longitude >= 0 else west}"


def _degrees(angle: float) -> str:
    return f"{number_format(abs(angle), decimal_pos=5)}°"


def camera_name(exif: Exif) -> str:
    """Make and model, the make once: many cameras repeat it in their model."""
    make, model = exif.make.strip(), exif.model.strip()
    if make and model.lower().startswith(make.split()[0].lower()):
        return model
    return f"{make} {model}".strip()


def exposure(exif: Exif) -> str:
    parts = (
        _shutter(exif.exposure_time) if exif.exposure_time else "",
        f"f/{_short(exif.f_number)}" if exif.f_number else "",
        f"ISO {exif.iso}" if exif.iso else "",
        f"{_short(exif.focal_length)} mm" if exif.focal_length else "",
    )
    # A number never parts from its unit at a line's end.
    return " · ".join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in parts if part)


def _shutter(seconds: float) -> str:
    if seconds >= 0.3:
        return f"{_short(seconds)} s"
    return f"1/{round(1 / seconds)} s"


def _short(value: float) -> str:
    """One decimal, and none where it says nothing."""
    rounded = round(value, 1)
    return number_format(rounded, decimal_pos=0 if rounded == int(rounded) else 1)


def _clock_time(asset: Asset) -> str:
    time = date_format(asset.taken_at, "TIME_FORMAT")
    return f"{time} {_offset(asset.utc_offset)}".strip()


def _offset(offset: timedelta | None) -> str:
    if offset is None:
        return ""
    minutes = round(offset.total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    hours, minutes = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours:02}:{minutes:02}"
