"""Immich's answers as plain values. Fields that are new are ignored, odd ones do no harm.

What one cannot do without (an id, a kind, a time) raises ``Malformed``; all else may be missing.
"""

import base64
import binascii
import mimetypes
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from portal.library.index.translate import storable
from portal.library.types import AssetKind, Exif, Person

Json = Any
KINDS = {"IMAGE": AssetKind.IMAGE, "VIDEO": AssetKind.VIDEO}
FARTHEST = timedelta(hours=15)  # that a wall clock is away from UTC
LARGEST = 2**31 - 1
LONGEST_NAME = 1_000  # characters


class Malformed(ValueError):
    """Not the answer that was expected."""


@dataclass(frozen=True, slots=True)
class AssetInfo:
    id: UUID
    owner_id: UUID | None
    kind: AssetKind | None  # None: neither a picture nor a video
    filename: str
    media_type: str
    size: int | None  # bytes
    width: int
    height: int
    taken_at: datetime  # the wall clock's, as if it were UTC
    sort_at: datetime  # what the search sorts by: fileCreatedAt
    utc_offset: timedelta | None
    updated_at: datetime | None
    changed_at: str  # of the file, as written
    checksum: bytes
    is_external: bool  # then the checksum is of its path
    visibility: str  # timeline, archive, hidden, locked
    is_trashed: bool
    duration: timedelta | None
    thumbhash: bytes
    live_video_id: UUID | None
    exif: Exif


@dataclass(frozen=True, slots=True)
class AlbumInfo:
    id: UUID
    name: str
    count: int
    cover_id: UUID | None
    stamp: str  # differs when something in the album does


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search. ``count`` is what the server sent, readable or not."""

    assets: Sequence[AssetInfo]
    has_more: bool


def read_version(answer: Json) -> tuple[int, int, int]:
    found = _object(answer)
    numbers = [found.get(name) for name in ("major", "minor", "patch")]
    if not all(isinstance(number, int) for number in numbers):
        raise Malformed("version")
    major, minor, patch = numbers
    return int(major or 0), int(minor or 0), int(patch or 0)


def read_permissions(answer: Json) -> frozenset[str]:
    return frozenset(map(str, _list(_object(answer).get("permissions"))))


def read_id(answer: Json) -> UUID:
    return _uuid(_object(answer).get("id"))


def read_albums(answer: Json) -> list[AlbumInfo]:
    return [read_album(each) for each in _list(answer)]


def read_album(answer: Json) -> AlbumInfo:
    found = _object(answer)
    dates = ("updatedAt", "lastModifiedAssetTimestamp", "startDate", "endDate", "assetCount")
    return AlbumInfo(
        id=_uuid(found.get("id")),
        name=_text(found.get("albumName")),
        count=_count(found.get("assetCount")) or 0,
        cover_id=_optional_uuid(found.get("albumThumbnailAssetId")),
        stamp=" ".join(str(found.get(name, "")) for name in dates)[:300],
    )


def read_search(answer: Json) -> Found:
    assets = _object(_object(answer).get("assets"))
    return Found(
        [read_asset(each) for each in _list(assets.get("items"))],
        has_more=assets.get("nextPage") is not None,
    )


def read_people(answer: Json) -> tuple[list[Person], bool]:
    """A page of people, and whether there are more."""
    found = _object(answer)
    people = [
        Person(_uuid(each.get("id")), _text(each.get("name")))
        for each in map(_object, _list(found.get("people")))
    ]
    return people, found.get("hasNextPage") is True


def read_buckets(answer: Json) -> list[str]:
    """The names of a timeline's months."""
    return [str(_object(each).get("timeBucket")) for each in _list(answer)]


def read_bucket(answer: Json) -> list[UUID]:
    return [_uuid(each) for each in _list(_object(answer).get("id"))]


def read_asset(answer: Json) -> AssetInfo:
    found = _object(answer)
    exif = found.get("exifInfo")
    exif = exif if isinstance(exif, dict) else {}
    local, moment = _moment(found.get("localDateTime")), _moment(found.get("fileCreatedAt"))
    if local is None or moment is None:
        raise Malformed("asset without a time")
    kind = KINDS.get(str(found.get("type")))
    width, height = _sides(found, exif)
    name = _text(found.get("originalFileName"))
    return AssetInfo(
        id=_uuid(found.get("id")),
        owner_id=_optional_uuid(found.get("ownerId")),
        kind=kind,
        filename=name.rpartition("/")[2] or "photo",
        media_type=_media_type(found, name),
        size=_count(exif.get("fileSizeInByte")),
        width=width,
        height=height,
        taken_at=local,
        sort_at=moment,
        utc_offset=_offset(local, moment) if exif.get("timeZone") else None,
        updated_at=_moment(found.get("updatedAt")),
        changed_at=str(found.get("fileModifiedAt", "")),
        checksum=_decoded(found.get("checksum")),
        is_external=found.get("libraryId") is not None,
        visibility=_visibility(found),
        is_trashed=found.get("isTrashed") is True,
        duration=_duration(found.get("duration")) if kind is AssetKind.VIDEO else None,
        thumbhash=_decoded(found.get("thumbhash"))[:40],
        live_video_id=_optional_uuid(found.get("livePhotoVideoId")),
        exif=_exif(exif),
    )


def _visibility(found: Mapping[str, Json]) -> str:
    named = found.get("visibility")
    if isinstance(named, str):
        return named
    return "archive" if found.get("isArchived") is True else "timeline"


def _sides(found: Mapping[str, Json], exif: Mapping[str, Json]) -> tuple[int, int]:
    """As seen; the sides of EXIF are those before it is turned."""
    width, height = _count(found.get("width")), _count(found.get("height"))
    if width and height:
        return min(width, LARGEST), min(height, LARGEST)
    width, height = _count(exif.get("exifImageWidth")), _count(exif.get("exifImageHeight"))
    if not width or not height:
        return 4, 3  # unknown: the commonest shape
    is_turned = str(exif.get("orientation")) in {"5", "6", "7", "8"}
    width, height = min(width, LARGEST), min(height, LARGEST)
    return (height, width) if is_turned else (width, height)


def _offset(local: datetime, moment: datetime) -> timedelta | None:
    offset = timedelta(minutes=round((local - moment).total_seconds() / 60))
    return offset if abs(offset) <= FARTHEST else None


def _exif(found: Mapping[str, Json]) -> Exif:
    iso, rating = _count(found.get("iso")), found.get("rating")
    return Exif(
        make=_text(found.get("make")),
        model=_text(found.get("model")),
        lens=_text(found.get("lensModel")),
        exposure_time=_exposure(found.get("exposureTime")),
        f_number=_number(found.get("fNumber")),
        iso=iso if iso and iso <= LARGEST else None,
        focal_length=_number(found.get("focalLength")),
        latitude=_number(found.get("latitude")),
        longitude=_number(found.get("longitude")),
        description=_text(found.get("description"), 10_000),
        rating=rating if isinstance(rating, int) and rating in range(-1, 6) else None,
    )


def _exposure(value: Json) -> float | None:
    """Seconds, of “1/250” or “0.5”."""
    try:
        seconds = float(Fraction(str(value)))
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    return seconds if 0 < seconds < 1e6 else None


def _duration(value: Json) -> timedelta:
    """2.x writes “00:00:07.000”, 3.x milliseconds; what is not known is nothing."""
    if isinstance(value, int | float) and 0 <= value < 1e12:
        return timedelta(milliseconds=value)
    match = re.fullmatch(r"([0-9]{1,5}):([0-9]{1,2}):([0-9]{1,2}(?:\.[0-9]{1,9})?)", str(value))
    if not match:
        return timedelta(0)
    return timedelta(hours=int(match[1]), minutes=int(match[2]), seconds=float(match[3]))


def _media_type(found: Mapping[str, Json], name: str) -> str:
    named = found.get("originalMimeType")
    if isinstance(named, str) and re.fullmatch(r"[\w.+-]{1,40}/[\w.+-]{1,39}", named):
        return named.lower()
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _moment(value: Json) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _decoded(value: Json) -> bytes:
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except binascii.Error:
        return b""


def _number(value: Json) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) < 1e9 else None


def _count(value: Json) -> int | None:
    number = _number(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**60:
        return value
    return int(number) if number is not None and number >= 0 else None


def _text(value: Json, longest: int = LONGEST_NAME) -> str:
    return storable(value)[:longest] if isinstance(value, str) else ""


def _uuid(value: Json) -> UUID:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError) as exc:
        raise Malformed("no id") from exc


def _optional_uuid(value: Json) -> UUID | None:
    return None if value is None else _uuid(value)


def _object(value: Json) -> Mapping[str, Json]:
    if not isinstance(value, dict):
        raise Malformed("not an object")
    return value


def _list(value: Json) -> Sequence[Json]:
    if not isinstance(value, list):
        raise Malformed("not a list")
    return value
