"""Which assets an album shows, and the counts that follow."""

import secrets
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from portal.library.folder.models import Member, Place, StoredAlbum, StoredAsset
from portal.library.types import AssetKind


def bring_up_to_date(album_id: UUID) -> None:
    """Let an album show what lies in its folders, each content once, and count it."""
    gained = _gain(album_id)
    lost = _lose(album_id)
    facts = _count(Member.objects.filter(album=album_id))
    album = StoredAlbum.objects.filter(pk=album_id)
    if gained or lost or not album.filter(**facts).exists():
        facts["version"] = secrets.token_hex(8)
    if lost:
        facts["has_lost"] = True
    album.update(**facts)
    is_empty = facts["cover"] is None
    album.filter(emptied_at__isnull=is_empty).update(
        emptied_at=timezone.now() if is_empty else None
    )


def _gain(album_id: UUID) -> int:
    shown = Member.objects.filter(album=album_id, asset=OuterRef("pk"))
    new = StoredAsset.objects.listed().filter(_lies_in(album_id, "pk"), ~Exists(shown))
    members = [
        Member(album_id=album_id, asset_id=pk, taken_at=taken_at)
        for pk, taken_at in new.values_list("pk", "taken_at")
    ]
    return len(Member.objects.bulk_create(members))


def _lose(album_id: UUID) -> int:
    members = Member.objects.filter(album=album_id)
    surplus = members.exclude(_lies_in(album_id, "asset"), asset__is_listed=True)
    lost, _per_model = members.filter(pk__in=surplus.values("pk")).delete()
    return lost


def _lies_in(album_id: UUID, asset: str) -> Exists:
    places = Place.objects.present().filter(folder__album=album_id)
    return Exists(places.filter(asset=OuterRef(asset)))


def _count(members: QuerySet[Member]) -> dict[str, Any]:
    counts = members.aggregate(
        images=Count("pk", filter=Q(asset__kind=AssetKind.IMAGE)),
        videos=Count("pk", filter=Q(asset__kind=AssetKind.VIDEO)),
        stills=Sum("asset__size"),
        moving=Sum("asset__live_video__size"),
        first=Min("taken_at"),
        last=Max("taken_at"),
    )
    in_order = members.order_by("taken_at", "asset").values_list("asset", flat=True)
    return {
        "images": counts["images"],
        "videos": counts["videos"],
        "size": (counts["stills"] or 0) + (counts["moving"] or 0),
        "first": counts["first"] and counts["first"].date(),
        "last": counts["last"] and counts["last"].date(),
        "cover": in_order.filter(asset__kind=AssetKind.IMAGE).first() or in_order.first(),
    }
