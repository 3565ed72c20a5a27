"""Which assets match a filter, in the library's one order."""

import re
from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from portal.library.folder.chunks import chunks
from portal.library.folder.models import Place, StoredAlbum, StoredAsset
from portal.library.folder.translate import as_local
from portal.library.types import AssetFilter, AssetKind, NamedAsset, Page, TimelineEntry, Totals

MOST_IDS = 10_000  # in one query; SQLite takes 32,766 values, so more are asked for in turns


def rows(which: AssetFilter, page: Page | None) -> Sequence[StoredAsset]:
    """The matching rows; of an album's, without moving halves that lie in other albums only."""
    found = _rows(which, page)
    if which.album_id is not None:
        here = _halves_in(which.album_id, (row.live_video_id for row in found))
        for row in found:
            row.live_video_id = row.live_video_id if row.live_video_id in here else None
    return found


def _rows(which: AssetFilter, page: Page | None) -> Sequence[StoredAsset]:
    parts = list(_matching(which))
    if len(parts) == 1:
        return list(_cut(parts[0], page))
    pks = [pk for _taken, pk in sorted(row for p in parts for row in p.values_list(*_ORDER))]
    chosen = pks if page is None else pks[page.offset : page.offset + page.limit]
    found: dict[UUID, StoredAsset] = {}
    for chunk in chunks(chosen, MOST_IDS):
        found |= StoredAsset.objects.in_bulk(chunk)
    return [found[pk] for pk in chosen if pk in found]


def timeline(which: AssetFilter) -> Sequence[TimelineEntry]:
    parts = list(_matching(which))
    entries = [
        TimelineEntry(pk, width, height, as_local(taken_at))
        for part in parts
        for pk, width, height, taken_at in part.values_list("pk", "width", "height", "taken_at")
    ]
    if len(parts) > 1:
        entries.sort(key=lambda entry: (entry.taken_at, entry.id))
    return entries


def named(which: AssetFilter) -> Sequence[NamedAsset]:
    """The same as ``rows``, of which it reads a few columns only."""
    parts = list(_matching(which))
    found = [
        NamedAsset(pk, _KINDS[kind], filename, as_local(taken_at), utc_offset, half)
        for part in parts
        for pk, kind, filename, taken_at, utc_offset, half in part.values_list(
            "pk", "kind", "filename", "taken_at", "utc_offset", "live_video_id"
        )
    ]
    if len(parts) > 1:
        found.sort(key=lambda asset: (asset.taken_at, asset.id))
    if which.album_id is None:
        return found
    here = {None} | _halves_in(which.album_id, (asset.live_video_id for asset in found))
    return [
        asset if asset.live_video_id in here else asset._replace(live_video_id=None)
        for asset in found
    ]


def totals(which: AssetFilter) -> Totals:
    if which.album_id is not None and which.ids is None:
        album = StoredAlbum.objects.filter(pk=which.album_id).first()
        return Totals(album.images, album.videos, album.size) if album else Totals(0, 0, 0)
    images = videos = size = 0
    for part in _matching(which):
        counts = part.order_by().aggregate(
            images=Count("pk", filter=Q(kind=AssetKind.IMAGE)),
            videos=Count("pk", filter=Q(kind=AssetKind.VIDEO)),
            stills=Sum("size", default=0),
            moving=Sum("live_video__size", default=0),
        )
        images += counts["images"]
        videos += counts["videos"]
        size += counts["stills"] + counts["moving"]
    return Totals(images, videos, size)


def contains(which: AssetFilter, asset_id: UUID) -> bool:
    asset = Q(pk=asset_id)
    if which.album_id is None or _lying_in(which.album_id).filter(asset=asset_id).exists():
        asset |= Q(live_video=asset_id)
    return any(part.order_by().filter(asset).exists() for part in _matching(which))


def natural(name: str) -> list[tuple[int, str]]:
    """A key by which “Trip 9” comes before “Trip 10”."""
    parts = re.split(r"([0-9]+)", name.casefold())
    return [(len(part.lstrip("0")) if part.isdigit() else 0, part) for part in parts]


def _lying_in(album_id: UUID) -> QuerySet[Place]:
    return Place.objects.present().filter(folder__album=album_id)


def _halves_in(album_id: UUID, halves: Iterable[UUID | None]) -> set[UUID | None]:
    """Which of the moving halves lie in the album."""
    here: set[UUID | None] = set()
    for chunk in chunks({half for half in halves if half}, MOST_IDS):
        here.update(_lying_in(album_id).filter(asset__in=chunk).values_list("asset_id", flat=True))
    return here


_ORDER = ("taken_at", "pk")
_KINDS = {kind.value: kind for kind in AssetKind}


def _matching(which: AssetFilter) -> Iterator[QuerySet[StoredAsset]]:
    """The listed assets that match, in as many queries as the number of ids needs."""
    listed = StoredAsset.objects.listed().order_by(*_ORDER)
    if which.album_id is not None:
        # The members repeat the time, so that their index alone gives the order.
        listed = listed.filter(members__album=which.album_id)
        listed = listed.order_by("members__taken_at", "members__asset_id")
    if which.ids is None:
        yield listed
        return
    for ids in list(chunks(which.ids, MOST_IDS)) or [[]]:
        yield listed.filter(pk__in=ids)


def _cut(matching: QuerySet[StoredAsset], page: Page | None) -> QuerySet[StoredAsset]:
    return matching if page is None else matching[page.offset : page.offset + page.limit]
