"""What a client asks, in the library's words, with what the portal alone knows: albums, tags."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q

from portal.library.queries import NO_ASSETS, AssetQuery, Span
from portal.library.types import AssetKind
from sharing.albums.models import PortalAlbum, PortalAlbumItem
from sharing.api.search_bodies import StatisticsSearch, checksum_of
from sharing.tags.models import Tag, TaggedAsset

DEVICE = "loggia"  # what every asset's ``deviceId`` is
EXACT = {"make": "make", "model": "model", "lens_model": "lens", "city": "city", "state": "state",
         "country": "country"}  # fmt: skip
REST_OF_MILLISECOND = timedelta(microseconds=999)


def query_of(asked: StatisticsSearch, owner: User) -> AssetQuery:
    """The library's query; ``owner``'s own albums and tags are meant."""
    if _asks_for_what_is_not(asked):
        return NO_ASSETS
    query = AssetQuery(
        kind=AssetKind(asked.type.lower()) if asked.type else None,
        person_ids=frozenset(asked.person_ids or ()),
        taken=_span(asked.taken_after, asked.taken_before),
        added=_span(asked.created_after, asked.created_before),
        updated=_span(asked.updated_after, asked.updated_before),
        description=asked.description or "",
        rating=asked.rating,
        is_rated=False if _is_null(asked, "rating") else None,
        is_favorite=asked.is_favorite,
        is_live=asked.is_motion,
        is_archived=asked.visibility == "archive",
        **_exactly(asked),
    )
    query = _with_albums(query, asked, owner)
    query = _with_tags(query, asked, owner)
    return _with_files(query, asked)


def _asks_for_what_is_not(asked: StatisticsSearch) -> bool:
    """There is no trash and no other library here; see ``StatisticsSearch``."""
    wanted: list[object] = [
        asked.type in {"AUDIO", "OTHER"},
        asked.visibility in {"hidden", "locked"},
        asked.device_id not in {None, "", DEVICE},
        asked.is_encoded, asked.is_offline, asked.library_id, asked.ocr,
        asked.trashed_after, asked.trashed_before,
        asked.checksum and checksum_of(asked.checksum) is None,
        asked.encoded_video_path, asked.preview_path, asked.thumbnail_path,
    ]  # fmt: skip
    return any(wanted)


def _exactly(asked: StatisticsSearch) -> dict[str, Any]:
    """Null asks for assets of which it is not known, and so does the empty text."""
    given = {field: getattr(asked, name) for name, field in EXACT.items()
             if name in asked.model_fields_set}  # fmt: skip
    return {field: value or "" for field, value in given.items()}


def _with_albums(query: AssetQuery, asked: StatisticsSearch, owner: User) -> AssetQuery:
    """Albums of the library are its own business; those made in the portal are ids to it."""
    made = PortalAlbum.objects.alive().owned_by(owner)
    if asked.album_ids:
        wanted = set(asked.album_ids)
        ours = set(made.filter(pk__in=wanted).values_list("pk", flat=True))
        query = replace(query, album_ids=frozenset(wanted - ours))
        for album_id in ours:
            items = PortalAlbumItem.objects.filter(album=album_id, is_there=True)
            query = _among(query, items.values_list("asset_id", flat=True))
    elif asked.is_not_in_album:
        within = PortalAlbumItem.objects.filter(album__in=made).values_list("asset_id", flat=True)
        query = replace(query, is_in_no_album=True, without_ids=frozenset(within))
    return query


def _with_tags(query: AssetQuery, asked: StatisticsSearch, owner: User) -> AssetQuery:
    """A tag stands for those below it too; null asks for assets without any."""
    tagged = TaggedAsset.objects.filter(tag__owner=owner)
    if _is_null(asked, "tag_ids"):
        having = frozenset(tagged.values_list("asset_id", flat=True))
        return replace(query, without_ids=query.without_ids | having)
    for tag_id in set(asked.tag_ids or ()):
        tag = Tag.objects.owned_by(owner).filter(pk=tag_id).first()
        below = Q(tag__value__startswith=f"{tag.value}/") if tag else Q()
        fitting = tagged.filter(Q(tag=tag_id) | below) if tag else tagged.none()
        query = _among(query, fitting.values_list("asset_id", flat=True))
    return query


def _with_files(query: AssetQuery, asked: StatisticsSearch) -> AssetQuery:
    """What is asked of one file, or of its name: the path of an asset is its name here."""
    if asked.id:
        query = _among(query, [asked.id])
    return replace(
        query,
        sha1=checksum_of(asked.checksum) if asked.checksum else None,
        filename=asked.device_asset_id or None,
        name_parts=tuple(filter(None, (asked.original_file_name, asked.original_path))),
    )


def _among(query: AssetQuery, ids: Collection[UUID]) -> AssetQuery:
    some = frozenset(ids)
    return replace(query, ids=some if query.ids is None else some & query.ids)


def _span(after: datetime | None, before: datetime | None) -> Span:
    """Answers tell times to the millisecond, so a border is all of its own."""
    end = before
    if before and before.microsecond % 1_000 == 0:
        end = before + REST_OF_MILLISECOND
    return Span(after, end)


def _is_null(asked: StatisticsSearch, name: str) -> bool:
    """Sent as null, and not just left out."""
    return name in asked.model_fields_set and getattr(asked, name) is None
