"""Assets as the JSON of Immich: the shape of 2.7 with what 3 adds, so that clients of both read it.

Guests are told of the file that they get. Where a link hands out a cleaned file, its name, its type
and its size in pixels are in the answer, never the original's; where it withholds metadata, every
date is the link's own.
"""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from portal.accounts.identity import owner_uuid, uuid_of_owner
from portal.library.renditions import MEDIA_TYPES
from portal.library.types import Asset, AssetKind, Rendition
from sharing.access import Rights
from sharing.api.callers import Caller, GuestCaller
from sharing.api.moments import in_words, milliseconds, stamp, taken, zone
from sharing.models import SharedLink
from sharing.showing.delivery import LONGEST_SIDE, fitted, name_for_guests


@dataclass(frozen=True, slots=True)
class Delivered:
    """A cleaned file that is there: what a guest may know of it. ``size`` is in bytes."""

    sha1: bytes
    size: int


@dataclass(frozen=True, slots=True)
class View:
    """Whose answer it is. An owner has no ``rights``: nothing is withheld.

    ``dated`` stands for all dates that are withheld. ``delivered`` tells of cleaned files, as far
    as they are known.
    """

    owner_id: UUID
    rights: Rights | None = None
    with_exif: bool = True
    dated: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    delivered: Mapping[UUID, Delivered] = field(default_factory=dict)

    @classmethod
    def of(cls, caller: Caller, *, with_exif: bool = True) -> "View":
        if isinstance(caller, GuestCaller):
            return cls.of_guest(caller.access.link, caller.access.rights, with_exif=with_exif)
        return cls(owner_uuid(caller.user), None, with_exif)

    @classmethod
    def of_guest(cls, link: SharedLink, rights: Rights, *, with_exif: bool = True) -> "View":
        return cls(uuid_of_owner(link.owner_id), rights, with_exif, link.created_at)

    def knowing(self, delivered: Mapping[UUID, Delivered]) -> "View":
        return replace(self, delivered=delivered)

    @property
    def is_bare(self) -> bool:
        """Whether metadata is withheld."""
        return self.rights is not None and not self.rights.metadata

    @property
    def is_cleaned(self) -> bool:
        """Whether another file than the original is handed out."""
        return self.rights is not None and not self.rights.location


def asset_dicts(assets: Iterable[Asset], view: View, first: int = 1) -> list[dict[str, Any]]:
    """Assets as they are shown; ``first`` is where the first of them stands, counted from 1."""
    return [asset_dict(asset, view, number) for number, asset in enumerate(assets, first)]


def asset_dict(
    asset: Asset, view: View, number: int = 1, *, hidden: bool = False
) -> dict[str, Any]:
    """One asset (AssetResponseDto); ``number`` is its place among what the link shows.

    A ``hidden`` one is the moving half of a live photo.
    """
    cleaned = view.delivered.get(asset.id) if view.is_cleaned else None
    sha1 = (cleaned and cleaned.sha1) if view.is_cleaned else asset.sha1
    name = _name(asset, view, number)
    width, height = _shape(asset, view)
    answer: dict[str, Any] = {
        "id": str(asset.id),
        "deviceAssetId": name,
        "ownerId": str(view.owner_id),
        "deviceId": "loggia",
        "libraryId": None,
        "type": "VIDEO" if asset.kind is AssetKind.VIDEO else "IMAGE",
        "originalPath": name,
        "originalFileName": name,
        "originalMimeType": _media_type(asset, view),
        "thumbhash": b64encode(asset.thumbhash).decode() or None,
        "isFavorite": asset.is_favorite and view.rights is None,
        "isArchived": asset.is_archived and view.rights is None,
        "isTrashed": False,
        "visibility": _visibility(asset, view, hidden=hidden),
        "duration": duration_of(asset),
        "livePhotoVideoId": str(asset.live_video_id) if asset.live_video_id else None,
        "people": [],
        "tags": [],
        "checksum": b64encode(sha1 or b"").decode(),  # empty: it is not known
        "isOffline": False,
        "duplicateId": None,
        "resized": True,
        "stack": None,
        "isEdited": False,
        "hasMetadata": not view.is_bare,
        "width": width,
        "height": height,
        **_dates(asset, view),
    }
    if view.with_exif and not view.is_bare:
        answer["exifInfo"] = _exif(asset, view, (width, height), cleaned)
    return answer


def duration_of(asset: Asset) -> int | str | None:
    """As clients of the configured generation read it; see ``LOGGIA_API_DURATION``."""
    is_old = settings.LOGGIA_API_DURATION == "2"
    return in_words(asset.duration) if is_old else milliseconds(asset.duration)


def _visibility(asset: Asset, view: View, *, hidden: bool) -> str:
    if hidden:
        return "hidden"
    return "archive" if asset.is_archived and view.rights is None else "timeline"


def _name(asset: Asset, view: View, number: int) -> str:
    if view.rights is None or not view.is_cleaned:
        return asset.filename
    return name_for_guests(asset, view.rights, number)


def _media_type(asset: Asset, view: View) -> str:
    if not view.is_cleaned:
        return asset.media_type
    return MEDIA_TYPES[Rendition.CLEAN if asset.kind is AssetKind.VIDEO else Rendition.LARGE]


def _shape(asset: Asset, view: View) -> tuple[int, int]:
    """In pixels; a cleaned video keeps its own."""
    if view.rights is None or not view.is_cleaned or asset.kind is AssetKind.VIDEO:
        return asset.width, asset.height
    largest = Rendition.LARGE if view.rights.download else Rendition.PREVIEW
    return fitted(asset, LONGEST_SIDE[largest])


def _dates(asset: Asset, view: View) -> dict[str, str]:
    """When an owner's library got it is told to its owners alone."""
    if view.is_bare:
        return dict.fromkeys(_DATES, stamp(view.dated))
    moment = stamp(taken(asset))
    is_owner = view.rights is None and asset.added_at is not None
    added = stamp(asset.added_at) if is_owner and asset.added_at else moment
    updated = stamp(asset.updated_at) if is_owner and asset.updated_at else added
    return {
        "createdAt": added,
        "fileCreatedAt": moment,
        "fileModifiedAt": moment,
        "localDateTime": stamp(asset.taken_at),
        "updatedAt": updated,
    }


_DATES = ("createdAt", "fileCreatedAt", "fileModifiedAt", "localDateTime", "updatedAt")


def _exif(
    asset: Asset, view: View, shape: tuple[int, int], cleaned: Delivered | None
) -> dict[str, Any]:
    exif, is_located = asset.exif, not view.is_cleaned
    size = asset.size if is_located else cleaned and cleaned.size
    return {
        "make": exif.make or None,
        "model": exif.model or None,
        "exifImageWidth": shape[0],
        "exifImageHeight": shape[1],
        "fileSizeInByte": size,
        "orientation": "1",
        "dateTimeOriginal": stamp(taken(asset)).replace(".000Z", "+00:00").replace("Z", "+00:00"),
        "modifyDate": None,
        "timeZone": zone(asset.utc_offset),
        "lensModel": exif.lens or None,
        "fNumber": exif.f_number,
        "focalLength": exif.focal_length,
        "iso": exif.iso,
        "exposureTime": _shutter(exif.exposure_time),
        "latitude": exif.latitude if is_located else None,
        "longitude": exif.longitude if is_located else None,
        "city": (is_located and exif.city) or None,
        "state": (is_located and exif.state) or None,
        "country": (is_located and exif.country) or None,
        "description": exif.description,
        "projectionType": None,
        "rating": exif.rating if exif.rating and exif.rating > 0 else None,
    }


def _shutter(seconds: float | None) -> str | None:
    """``1/60``, ``2.5``."""
    if not seconds or seconds < 0:
        return None
    return f"{seconds:g}" if seconds >= 0.3 else f"1/{round(1 / seconds)}"
