"""Immich's answers as plain values. Fields that are new are ignored, odd ones do no harm.

What one cannot do without (an id, a kind, a time) raises ``Malformed``; all else may be missing.
"""

import logging
import mimetypes
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from uuid import UUID

from portal.library.immich.fields import (
    Json,
    Malformed,
    bytes_of,
    count_of,
    list_of,
    moment_of,
    number_of,
    object_of,
    optional_uuid_of,
    text_of,
    uuid_of,
)
from portal.library.types import AssetKind, Exif, Person

logger = logging.getLogger(__name__)
KINDS = {"IMAGE": AssetKind.IMAGE, "VIDEO": AssetKind.VIDEO}
FARTHEST = timedelta(hours=15)  # that a wall clock is away from UTC
LARGEST = 2**31 - 1
LARGEST_FILE = 2**44  # bytes: sums of these still fit into the database


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
    added_at: datetime | None
    updated_at: datetime | None
    changed_at: str  # of the file, as written
    checksum: bytes
    is_external: bool  # then the checksum is of its path
    visibility: str  # timeline, archive, hidden, locked
    is_trashed: bool
    duration: timedelta | None
    thumbhash: bytes
    live_video_id: UUID | None
    is_favorite: bool
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
    """One page of a search."""

    assets: Sequence[AssetInfo]
    has_more: bool


def read_version(answer: Json) -> tuple[int, int, int]:
    found = object_of(answer)
    numbers = [found.get(name) for name in ("major", "minor", "patch")]
    if not all(isinstance(number, int) for number in numbers):
        raise Malformed("version")
    major, minor, patch = numbers
    return int(major or 0), int(minor or 0), int(patch or 0)


def read_permissions(answer: Json) -> frozenset[str]:
    return frozenset(map(str, list_of(object_of(answer).get("permissions"))))


def read_id(answer: Json) -> UUID:
    return uuid_of(object_of(answer).get("id"))


def read_albums(answer: Json) -> list[AlbumInfo]:
    return [read_album(each) for each in list_of(answer)]


def read_album(answer: Json) -> AlbumInfo:
    found = object_of(answer)
    dates = (
        "updatedAt", "lastModifiedAssetTimestamp", "startDate", "endDate", "assetCount",
        "albumThumbnailAssetId",
    )  # fmt: skip
    return AlbumInfo(
        id=uuid_of(found.get("id")),
        name=text_of(found.get("albumName")),
        count=count_of(found.get("assetCount")) or 0,
        cover_id=optional_uuid_of(found.get("albumThumbnailAssetId")),
        stamp=" ".join(str(found.get(name, "")) for name in dates)[:300],
    )


def read_search(answer: Json) -> Found:
    """One that cannot be read does not keep the others away; raises when none can be."""
    found = object_of(object_of(answer).get("assets"))
    items = list_of(found.get("items"))
    assets = []
    for each in items:
        try:
            assets.append(read_asset(each))
        except Malformed as exc:
            logger.warning("A photo of Immich's was left out: %s", exc)
    if items and not assets:
        raise Malformed("no photo can be read")
    return Found(assets, has_more=found.get("nextPage") is not None)


def read_people(answer: Json) -> tuple[list[Person], bool]:
    """A page of people, and whether there are more."""
    found = object_of(answer)
    people = [
        Person(uuid_of(each.get("id")), text_of(each.get("name")))
        for each in map(object_of, list_of(found.get("people")))
    ]
    return people, found.get("hasNextPage") is True


def read_buckets(answer: Json) -> list[str]:
    """The names of a timeline's months."""
    return [str(object_of(each).get("timeBucket")) for each in list_of(answer)]


def read_bucket(answer: Json) -> list[UUID]:
    return [uuid_of(each) for each in list_of(object_of(answer).get("id"))]


def read_asset(answer: Json) -> AssetInfo:
    found = object_of(answer)
    exif = found.get("exifInfo")
    exif = exif if isinstance(exif, dict) else {}
    local, moment = moment_of(found.get("localDateTime")), moment_of(found.get("fileCreatedAt"))
    if local is None or moment is None:
        raise Malformed("asset without a time")
    kind = KINDS.get(str(found.get("type")))
    width, height = _sides(found, exif)
    name = text_of(found.get("originalFileName"))
    return AssetInfo(
        id=uuid_of(found.get("id")),
        owner_id=optional_uuid_of(found.get("ownerId")),
        kind=kind,
        filename=name.rpartition("/")[2] or "photo",
        media_type=_media_type(found, name),
        size=_size(exif),
        width=width,
        height=height,
        taken_at=local,
        sort_at=moment,
        utc_offset=_offset(local, moment) if exif.get("timeZone") else None,
        added_at=moment_of(found.get("createdAt")),
        updated_at=moment_of(found.get("updatedAt")),
        changed_at=str(found.get("fileModifiedAt", "")),
        checksum=bytes_of(found.get("checksum")),
        is_external=found.get("libraryId") is not None,
        visibility=_visibility(found),
        is_trashed=found.get("isTrashed") is True,
        duration=_duration(found.get("duration")) if kind is AssetKind.VIDEO else None,
        thumbhash=bytes_of(found.get("thumbhash"))[:40],
        live_video_id=optional_uuid_of(found.get("livePhotoVideoId")),
        is_favorite=found.get("isFavorite") is True,
        exif=_exif(exif),
    )


def _size(exif: Mapping[str, Json]) -> int | None:
    size = count_of(exif.get("fileSizeInByte"))
    return size if size is not None and size <= LARGEST_FILE else None


def _visibility(found: Mapping[str, Json]) -> str:
    named = found.get("visibility")
    if isinstance(named, str):
        return named
    return "archive" if found.get("isArchived") is True else "timeline"


def _sides(found: Mapping[str, Json], exif: Mapping[str, Json]) -> tuple[int, int]:
    """As seen; the sides of EXIF are those before it is turned."""
    width, height = count_of(found.get("width")), count_of(found.get("height"))
    if width and height:
        return min(width, LARGEST), min(height, LARGEST)
    width, height = count_of(exif.get("exifImageWidth")), count_of(exif.get("exifImageHeight"))
    if not width or not height:
        return 4, 3  # unknown: the commonest shape
    is_turned = str(exif.get("orientation")) in {"5", "6", "7", "8"}
    width, height = min(width, LARGEST), min(height, LARGEST)
    return (height, width) if is_turned else (width, height)


def _offset(local: datetime, moment: datetime) -> timedelta | None:
    offset = timedelta(minutes=round((local - moment).total_seconds() / 60))
    return offset if abs(offset) <= FARTHEST else None


def _exif(found: Mapping[str, Json]) -> Exif:
    iso, rating = count_of(found.get("iso")), found.get("rating")
    return Exif(
        make=text_of(found.get("make")),
        model=text_of(found.get("model")),
        lens=text_of(found.get("lensModel")),
        exposure_time=_exposure(found.get("exposureTime")),
        f_number=number_of(found.get("fNumber")),
        iso=iso if iso and iso <= LARGEST else None,
        focal_length=number_of(found.get("focalLength")),
        latitude=number_of(found.get("latitude")),
        longitude=number_of(found.get("longitude")),
        description=text_of(found.get("description"), 10_000),
        city=text_of(found.get("city")),
        state=text_of(found.get("state")),
        country=text_of(found.get("country")),
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
