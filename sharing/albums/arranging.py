"""The order by hand. A move writes a row or two, however long the album is.

Positions are whole numbers far apart; what is moved gets numbers between its new neighbours. Where
there is no number left, a few of those that follow are spread anew, more only if these are dense.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Min

from sharing.albums.models import ItemQuerySet, PortalAlbum, PortalAlbumItem
from sharing.albums.settling import AT_ONCE, change

STEP = 2**32  # between neighbours at first: room for 32 photos put into the same place
LEAST = 2**10  # between those that are spread anew
SPREAD = 64  # photos spread at first
MOST_MOVED = 1_000  # photos at once
STEPS = ("first", "earlier", "later", "last")


@dataclass(frozen=True, slots=True)
class Target:
    """Where photos go: a ``step`` of ``STEPS``, or right ``before`` or ``after`` another photo."""

    step: str = ""
    before: UUID | None = None
    after: UUID | None = None


@transaction.atomic
def move_photos(album: PortalAlbum, asset_ids: Collection[UUID], target: Target) -> bool:
    """Move photos there, together and in their order; returns whether there was such a place."""
    PortalAlbum.objects.select_for_update().get(pk=album.pk)
    chosen = album.items.there().filter(asset_id__in=list(asset_ids)[:MOST_MOVED])
    moving = list(chosen.order_by("position", "pk"))
    rest = album.items.exclude(pk__in=[item.pk for item in moving])
    place = _place(moving, rest, target) if moving else None
    if place is None:
        return False
    _put(moving, rest, *place)
    change(album)
    return True


def number_of(album: PortalAlbum, asset_id: UUID) -> int:
    """Where a photo stands in the order by hand, counted from 1; 0 when it is not there."""
    item = album.items.there().filter(asset_id=asset_id).first()
    return album.items.there().filter(position__lte=item.position).count() if item else 0


def take_over_order(album: PortalAlbum) -> None:
    """Let positions say the order by date that the album has now."""
    pks = album.items.arranged(album.order).values_list("pk", flat=True)
    rows = [(number * STEP, pk) for number, pk in enumerate(pks, 1)]
    table = connection.ops.quote_name(PortalAlbumItem._meta.db_table)  # noqa: SLF001 - its documented use
    # 20,000 rows in a tenth of a second; ``bulk_update`` would take twenty times as long.
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET position = %s WHERE id = %s", rows)  # noqa: S608


Bounds = tuple[int | None, int | None]


def _place(moving: Sequence[PortalAlbumItem], rest: ItemQuerySet, target: Target) -> Bounds | None:
    """The positions between which the photos go; ``None`` when there is nowhere to go."""
    if target.step in {"first", "last"}:
        return (None, _first(rest)) if target.step == "first" else (_last(rest), None)
    if target.step == "earlier":
        return _before(rest, _last(rest.there().filter(position__lt=moving[0].position)))
    if target.step == "later":
        return _after(rest, _first(rest.there().filter(position__gt=moving[-1].position)))
    if target.before:
        return _before(rest, _first(rest.filter(asset_id=target.before)))
    if target.after:
        return _after(rest, _first(rest.filter(asset_id=target.after)))
    return None


def _first(items: ItemQuerySet) -> int | None:
    position: int | None = items.aggregate(first=Min("position"))["first"]
    return position


def _last(items: ItemQuerySet) -> int | None:
    position: int | None = items.aggregate(last=Max("position"))["last"]
    return position


def _before(rest: ItemQuerySet, position: int | None) -> Bounds | None:
    if position is None:
        return None
    return _last(rest.filter(position__lt=position)), position


def _after(rest: ItemQuerySet, position: int | None) -> Bounds | None:
    if position is None:
        return None
    return position, _first(rest.filter(position__gt=position))


def _put(
    moving: Sequence[PortalAlbumItem], rest: ItemQuerySet, low: int | None, high: int | None
) -> None:
    """Give the photos positions between two others, and make room there first if need be."""
    placed = list(moving)
    if low is None:
        low = (high or 0) - STEP * (len(placed) + 1)
    if high is not None and high - low <= len(placed):
        following, high = _to_spread(rest, low, high, len(placed))
        placed += following
    if high is None:
        high = low + STEP * (len(placed) + 1)
    for number, item in enumerate(placed, 1):
        item.position = low + (high - low) * number // (len(placed) + 1)
    PortalAlbumItem.objects.bulk_update(placed, ["position"], batch_size=AT_ONCE)


def _to_spread(
    rest: ItemQuerySet, low: int, high: int, count: int
) -> tuple[list[PortalAlbumItem], int | None]:
    """As few of those that follow as need new positions, and where they end."""
    following, number = rest.filter(position__gte=high).order_by("position", "pk"), SPREAD
    while True:
        rows = list(following[: number + 1])
        if len(rows) <= number:
            return rows, None
        end = rows.pop().position
        if end - low >= LEAST * (number + count + 1):
            return rows, end
        number *= 4
