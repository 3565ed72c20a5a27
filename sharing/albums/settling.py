"""Keeps what is known of portal albums in step with the library."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, Min

from portal.library import get_library
from portal.library.types import AssetFilter
from sharing.albums.models import PortalAlbum, PortalAlbumItem
from sharing.models import SharedLink

AT_ONCE = 500  # rows a query
T = TypeVar("T")


def settle_all() -> None:
    """Compare all albums with the library. Raises ``LibraryUnavailable``."""
    for album in PortalAlbum.objects.alive().iterator():
        settle(album)


@transaction.atomic
def settle(album: PortalAlbum) -> bool:
    """Mark what left the library and what came back; returns whether guests see a difference.

    What left raises the epoch of the album's links. Raises ``LibraryUnavailable``.
    """
    items = list(album.items.all())
    found = times_of([item.asset_id for item in items])
    gone = [item for item in items if item.is_there and item.asset_id not in found]
    here = [item for item in items if item.asset_id in found]
    changed = [item for item in here if not item.is_there or item.taken_at != found[item.asset_id]]
    for item in gone:
        item.is_there = False
    for item in changed:
        item.is_there, item.taken_at = True, found[item.asset_id]
    if not gone and not changed:
        return False
    columns = ["is_there", "taken_at"]
    PortalAlbumItem.objects.bulk_update([*gone, *changed], columns, batch_size=AT_ONCE)
    recount(album)
    if gone:
        SharedLink.objects.of_portal_album(album).raise_epoch()
    return True


def times_of(asset_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When those of these assets that the library has were taken, as items keep it."""
    entries = get_library().timeline(AssetFilter(ids=frozenset(asset_ids)))
    return {entry.id: entry.taken_at.replace(tzinfo=UTC) for entry in entries}


def recount(album: PortalAlbum) -> None:
    """Write down what the library shows of the album, and that guests see something new."""
    there = album.items.there()
    totals = get_library().totals(AssetFilter(ids=frozenset(there.asset_ids())))
    times = there.aggregate(first=Min("taken_at"), last=Max("taken_at"))
    days = {name: moment.date() if moment else None for name, moment in times.items()}
    counts = {"images": totals.images, "videos": totals.videos, "size": totals.size}
    change(album, **counts, **days)


def change(album: PortalAlbum, **values: object) -> None:
    """Save these values, and that guests see something new."""
    PortalAlbum.objects.filter(pk=album.pk).update(revision=F("revision") + 1, **values)
    album.refresh_from_db()


def chunks(items: Sequence[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while chunk := list(islice(rest, AT_ONCE)):
        yield chunk
