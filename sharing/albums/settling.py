"""Keeps what is known of portal albums in step with the library."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, Min
from django.utils import timezone

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


def settle(album: PortalAlbum) -> bool:
    """Mark what left the library and what came back; returns whether guests see a difference.

    What left raises the epoch of the album's links. Raises ``LibraryUnavailable``.
    """
    rows = list(album.items.values_list("pk", "asset_id", "taken_at", "is_there"))
    found = times_of([asset_id for _pk, asset_id, _at, _there in rows])
    gone = [pk for pk, asset_id, _at, is_there in rows if is_there and asset_id not in found]
    changed = [
        PortalAlbumItem(pk=pk, taken_at=found[asset_id], is_there=True)
        for pk, asset_id, at, is_there in rows
        if asset_id in found and (not is_there or at != found[asset_id])
    ]
    if gone or changed:
        _write(album, gone, changed)
    return bool(gone or changed)


@transaction.atomic
def _write(album: PortalAlbum, gone: Sequence[int], changed: Sequence[PortalAlbumItem]) -> None:
    for chunk in chunks(gone):
        album.items.filter(pk__in=chunk).update(is_there=False)
    columns = ["is_there", "taken_at"]
    PortalAlbumItem.objects.bulk_update(changed, columns, batch_size=AT_ONCE)
    recount(album)
    if gone:
        SharedLink.objects.of_portal_album(album).raise_epoch()


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
    revision = F("revision") + 1
    PortalAlbum.objects.filter(pk=album.pk).update(
        revision=revision, updated_at=timezone.now(), **values
    )
    album.refresh_from_db()


def chunks(items: Sequence[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while chunk := list(islice(rest, AT_ONCE)):
        yield chunk
