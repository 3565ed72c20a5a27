"""The timeline by months, as clients of Immich page through albums and libraries."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from portal.api_errors import ApiRefused
from portal.library import get_library
from portal.library.queries import AssetQuery
from portal.library.types import Asset, AssetFilter, AssetKind, Page
from sharing.api.album_finding import find_album
from sharing.api.asset_bodies import Visibility
from sharing.api.callers import Caller, GuestCaller
from sharing.api.link_bodies import Body
from sharing.api.moments import NO_TIME, stamp, taken
from sharing.api.seeing import not_found
from sharing.api.shapes import View, duration_of
from sharing.contents import Contents, LibraryContents
from sharing.tags.models import TaggedAsset


class BucketsQuery(Body):
    """Which photos; those that are in no timeline of Loggia's are none."""

    album_id: UUID | None = None
    user_id: UUID | None = None
    tag_id: UUID | None = None
    person_id: UUID | None = None
    order: Literal["asc", "desc"] = "desc"
    visibility: Visibility | None = None
    is_favorite: bool | None = None
    is_trashed: bool | None = None
    with_coordinates: bool = False
    bbox: str | None = None


class BucketQuery(BucketsQuery):
    """One month, named by its first day."""

    time_bucket: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}")


Months = dict[str, list[UUID]]
ALL = Page(limit=1_000_000)


def months_of(caller: Caller, query: BucketsQuery) -> Months:
    """The ids of each month, newest first unless asked otherwise; raises ``ApiRefused``."""
    view = View.of(caller)
    entries = _entries(caller, query)
    is_up = query.order == "asc"
    entries = sorted(entries, key=lambda entry: (entry[0], entry[1]), reverse=not is_up)
    found: Months = {}
    for moment, asset_id in entries:
        found.setdefault(_month(view.dated if view.is_bare else moment), []).append(asset_id)
    return found


def counts_of(months: Months) -> list[dict[str, Any]]:
    """TimeBucketsResponseDto of each."""
    return [{"timeBucket": month, "count": len(ids)} for month, ids in months.items()]


def columns_of(caller: Caller, query: BucketQuery) -> dict[str, list[Any]]:
    """TimeBucketAssetResponseDto: a list for each fact, all of the same length."""
    ids = months_of(caller, query).get(_named(query.time_bucket), [])
    found = {asset.id: asset for asset in _assets(caller, query, ids)}
    view = View.of(caller)
    rows = [_row(found[asset_id], view) for asset_id in ids if asset_id in found]
    names = [name for name in _NAMES if query.with_coordinates or name not in _PLACE]
    return {name: [row[name] for row in rows] for name in names}


def _entries(caller: Caller, query: BucketsQuery) -> Sequence[tuple[datetime, UUID]]:
    if query.is_trashed or query.visibility in {"hidden", "locked"}:
        return []
    if query.bbox is not None:
        raise ApiRefused(HTTPStatus.BAD_REQUEST, "Loggia has no map: leave bbox away")
    contents: Contents = LibraryContents(AssetFilter())
    if query.album_id is not None:
        contents = find_album(caller, query.album_id).contents
    elif isinstance(caller, GuestCaller):  # a link has no timeline but its album's
        raise not_found("timeline.read")
    chosen = _chosen(caller, query)
    if chosen is not None and query.album_id is None:
        return [(taken_at, pk) for pk, taken_at in chosen.items()]
    entries = [(entry.taken_at, entry.id) for entry in contents.timeline()]
    return entries if chosen is None else [entry for entry in entries if entry[1] in chosen]


def _chosen(caller: Caller, query: BucketsQuery) -> dict[UUID, datetime] | None:
    """Those with a mark that was asked for, and when they were taken; ``None`` without one."""
    tagged = _tagged(caller, query.tag_id)
    is_archive = query.visibility == "archive"
    if tagged is None and not (query.person_id or is_archive) and query.is_favorite is None:
        return None
    if isinstance(caller, GuestCaller):  # marks are their owner's affair
        raise not_found("timeline.read")
    asked = AssetQuery(
        ids=tagged,
        person_ids=frozenset(filter(None, [query.person_id])),
        is_favorite=query.is_favorite,
        is_archived=is_archive,
    )
    return {asset.id: asset.taken_at for asset in get_library().search(asked, ALL)}


def _tagged(caller: Caller, tag_id: UUID | None) -> frozenset[UUID] | None:
    if tag_id is None or isinstance(caller, GuestCaller):
        return None
    tagged = TaggedAsset.objects.filter(tag=tag_id, tag__owner=caller.user)
    return frozenset(tagged.values_list("asset_id", flat=True))


def _assets(caller: Caller, query: BucketQuery, ids: Sequence[UUID]) -> Sequence[Asset]:
    """Of an album's live photos, those are stills whose moving half lies elsewhere."""
    link = caller.access.link if isinstance(caller, GuestCaller) else None
    album_id = link.album_id if link else None
    return get_library().assets(AssetFilter(album_id, frozenset(ids)))


def _row(asset: Asset, view: View) -> dict[str, Any]:
    """``fileCreatedAt`` is UTC without saying so, as Immich has it here."""
    offset = (asset.utc_offset or NO_TIME).total_seconds() / 3600
    exif, is_told = asset.exif, not view.is_cleaned
    moment = view.dated if view.is_bare else taken(asset)
    added = asset.added_at if view.rights is None else None
    return {
        "id": str(asset.id),
        "ownerId": str(view.owner_id),
        "isImage": asset.kind is AssetKind.IMAGE,
        "isFavorite": asset.is_favorite and view.rights is None,
        "isTrashed": False,
        "visibility": "archive" if asset.is_archived and view.rights is None else "timeline",
        "duration": duration_of(asset) if asset.kind is AssetKind.VIDEO else None,
        "livePhotoVideoId": str(asset.live_video_id) if asset.live_video_id else None,
        "createdAt": stamp(added or moment),
        "fileCreatedAt": stamp(moment)[:19],
        "localOffsetHours": 0 if view.is_bare else offset,
        "projectionType": None,
        "ratio": round(asset.width / asset.height, 3) if asset.height else 1,
        "thumbhash": b64encode(asset.thumbhash).decode() or None,
        "city": (is_told and exif.city) or None,
        "country": (is_told and exif.country) or None,
        "latitude": exif.latitude if is_told else None,
        "longitude": exif.longitude if is_told else None,
    }


def _named(bucket: str) -> str:
    return bucket[:8] + "01"


def _month(moment: datetime) -> str:
    return f"{moment.year:04}-{moment.month:02}-01"


_PLACE = ("latitude", "longitude")
_NAMES = (
    "id", "ownerId", "isImage", "isFavorite", "isTrashed", "visibility", "duration",
    "livePhotoVideoId", "createdAt", "fileCreatedAt", "localOffsetHours", "projectionType", "ratio",
    "thumbhash", "city", "country", *_PLACE,
)  # fmt: skip
