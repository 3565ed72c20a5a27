"""When a picture was taken, out of the many ways in which that is written down."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EARLIEST = datetime(1826, 1, 1)  # noqa: DTZ001 - wall-clock time; no photograph is older
_MOMENT = re.compile(
    r"\s*(\d{4})[:\-/.](\d{1,2})[:\-/.](\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?"
)
# What a clock shows that was never set, or a field that was never filled
_UNSET = {(1904, 1, 1), (1970, 1, 1)}


@dataclass(frozen=True, slots=True)
class Moment:
    """Wall-clock time where the picture was taken, and how far that is ahead of UTC."""

    local: datetime  # naive
    offset: timedelta | None = None


def parse_moment(text: str, subsecond: str = "", offset: str = "") -> Moment | None:
    """Read an EXIF or ISO 8601 time; ``None`` for what is empty, impossible or absurd."""
    match = _MOMENT.match(text)
    if not match:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    fraction = (match[7] or "".join(re.findall(r"^\s*(\d+)", subsecond)))[:6].ljust(6, "0")
    try:
        local = datetime(year, month, day, hour, minute, min(second, 59), int(fraction))  # noqa: DTZ001 - wall-clock time
    except ValueError:
        return None
    if not _is_plausible(local):
        return None
    return Moment(local, parse_offset(match[8] or offset))


def parse_offset(text: str) -> timedelta | None:
    """Read ``+02:00``, ``-0330`` or ``Z``; ``None`` when there is no such offset on Earth."""
    if text.strip() == "Z":
        return timedelta(0)
    match = re.match(r"\s*([+-])(\d{2}):?(\d{2})", text)
    if not match or int(match[3]) > 59 or int(match[2]) > 14:
        return None
    ahead = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return -ahead if match[1] == "-" else ahead


def from_utc(text: str) -> Moment | None:
    """Read an instant in UTC; shown in this server's own time zone, for want of the camera's."""
    moment = parse_moment(text)
    if moment is None:
        return None
    there = moment.local.replace(tzinfo=UTC).astimezone()
    return Moment(there.replace(tzinfo=None), there.utcoffset())


def from_file_time(mtime_ns: int) -> Moment:
    """The last resort: when the file was last written, in this server's own time zone."""
    try:
        there = datetime.fromtimestamp(mtime_ns / 1e9, UTC).astimezone()
    except (OverflowError, ValueError, OSError):
        there = datetime.fromtimestamp(0, UTC)
    return Moment(there.replace(tzinfo=None))


def first_moment(candidates: Iterable[Moment | None]) -> Moment | None:
    return next((moment for moment in candidates if moment), None)


def _is_plausible(local: datetime) -> bool:
    if local < _EARLIEST or local > datetime.now() + timedelta(days=2):  # noqa: DTZ005 - both are wall-clock times
        return False
    is_midnight = (local.hour, local.minute, local.second) == (0, 0, 0)
    return not (is_midnight and (local.year, local.month, local.day) in _UNSET)
