"""Which assets albums show, and the counts that follow; many albums at a time."""

import secrets
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, Subquery, Sum, UUIDField
from django.db.models.functions import Coalesce
from django.utils import timezone

from portal.library.folder.chunks import chunks
from portal.library.folder.models import Member, Place, StoredAlbum
from portal.library.types import AssetKind

COUNTED = ["images", "videos", "size", "first", "last", "cover", "version", "emptied_at"]
_NOTHING: Mapping[str, Any] = {"images": 0, "videos": 0, "size": 0, "first": None, "last": None}


def bring_up_to_date(albums: Collection[UUID]) -> None:
    """Let albums show what lies in their folders, each content once, and count it."""
    for chunk in chunks(albums):
        gained = _gain(chunk)
        lost = _lose(chunk)
        StoredAlbum.objects.filter(pk__in=lost).update(has_lost=True)
        _count(chunk, gained | lost)


def _gain(albums: list[UUID]) -> set[UUID]:
    shown = Member.objects.filter(album=OuterRef("folder__album"), asset=OuterRef("asset"))
    lying = Place.objects.present().filter(folder__album__in=albums, asset__is_listed=True)
    rows = lying.filter(~Exists(shown)).values_list(
        "folder__album_id", "asset_id", "asset__taken_at"
    )
    members = [Member(album_id=a, asset_id=asset, taken_at=t) for a, asset, t in set(rows)]
    Member.objects.bulk_create(members)
    return {member.album_id for member in members}


def _lose(albums: list[UUID]) -> set[UUID]:
    lying = Place.objects.present().filter(folder__album=OuterRef("album"), asset=OuterRef("asset"))
    surplus = Member.objects.filter(album__in=albums).exclude(Exists(lying), asset__is_listed=True)
    rows = dict(surplus.values_list("pk", "album_id"))
    for chunk in chunks(rows):
        Member.objects.filter(pk__in=chunk).delete()
    return set(rows.values())


def _count(albums: list[UUID], changed: set[UUID]) -> None:
    """Write down the counts of those albums that differ, or whose members do."""
    counts = _counts(albums)
    differing = [
        album
        for album in StoredAlbum.objects.filter(pk__in=albums).annotate(leading=_leading())
        if _differs(album, counts.get(album.pk, _NOTHING)) or album.pk in changed
    ]
    # One statement for all of them, where an update each would take a millisecond each
    StoredAlbum.objects.bulk_create(
        differing, update_conflicts=True, unique_fields=["id"], update_fields=COUNTED
    )


def _counts(albums: list[UUID]) -> dict[UUID, Mapping[str, Any]]:
    rows = (
        Member.objects.filter(album__in=albums)
        .order_by()
        .values("album_id")
        .annotate(
            images=Count("pk", filter=Q(asset__kind=AssetKind.IMAGE)),
            videos=Count("pk", filter=Q(asset__kind=AssetKind.VIDEO)),
            stills=Sum("asset__size", default=0),
            moving=Sum("asset__live_video__size", default=0),
            begin=Min("taken_at"),
            end=Max("taken_at"),
        )
    )
    return {
        row["album_id"]: {
            "images": row["images"],
            "videos": row["videos"],
            "size": row["stills"] + row["moving"],
            "first": row["begin"].date(),
            "last": row["end"].date(),
        }
        for row in rows
    }


def _leading() -> Coalesce:
    """The first image stands for an album, or else whatever comes first."""
    members = Member.objects.filter(album=OuterRef("pk")).order_by("taken_at", "asset")
    image = members.filter(asset__kind=AssetKind.IMAGE).values("asset_id")[:1]
    anything = members.values("asset_id")[:1]
    key = UUIDField()
    return Coalesce(Subquery(image, output_field=key), Subquery(anything, output_field=key))


def _differs(album: StoredAlbum, facts: Mapping[str, Any]) -> bool:
    """Bring the row in hand up to date; tells whether anything was different."""
    facts = {**facts, "cover_id": album.leading}  # type: ignore[attr-defined]
    differs = any(getattr(album, name) != value for name, value in facts.items())
    for name, value in facts.items():
        setattr(album, name, value)
    album.version = secrets.token_hex(8)
    is_empty = album.cover_id is None
    if is_empty != (album.emptied_at is not None):
        album.emptied_at = timezone.now() if is_empty else None
        return True
    return differs
