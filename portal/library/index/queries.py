"""Which assets match a filter, in the library's one order."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import chain, starmap
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Count, Model, Q, QuerySet, Sum

from portal.library.index.chunks import chunks
from portal.library.index.translate import as_local
from portal.library.types import (
    Album,
    AssetFilter,
    AssetKind,
    NamedAsset,
    Page,
    TimelineEntry,
    Totals,
)

MOST_IDS = 10_000  # in one query; SQLite takes 32,766 values, so more are asked for in turns
A = TypeVar("A", bound=Model)
AlbumRow = TypeVar("AlbumRow", bound=Model)


@dataclass(frozen=True)
class Index(Generic[A]):
    """The rows of one home. Its assets have the relation ``members`` to what albums show."""

    everything: Callable[[], QuerySet[A]]  # what is shown where no album and no ids are asked for
    visible: Callable[[], QuerySet[A]]  # what is shown at all
    albums: Callable[[], QuerySet[Any]]
    halves_in: Callable[[UUID, Collection[UUID]], set[UUID]]  # of these, those in the album

    def rows(self, which: AssetFilter, page: Page | None) -> Sequence[A]:
        """The matching rows; of an album's, without moving halves that lie in others only."""
        found = self._rows(which, page)
        if which.album_id is not None:
            here = self._halves(which.album_id, (_half(row) for row in found))
            for row in found:
                if _half(row) not in here:
                    row.live_video_id = None  # type: ignore[attr-defined]
        return found

    def timeline(self, which: AssetFilter) -> Sequence[TimelineEntry]:
        parts = list(self._matching(which))
        entries = [
            TimelineEntry(pk, width, height, as_local(taken_at))
            for part in parts
            for pk, width, height, taken_at in part.values_list("pk", "width", "height", "taken_at")
        ]
        if len(parts) > 1:
            entries.sort(key=lambda entry: (entry.taken_at, entry.id))
        return entries

    def named(self, which: AssetFilter) -> Sequence[NamedAsset]:
        """The same as ``rows``, of which it reads a few columns only."""
        parts = list(self._matching(which))
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
        here = self._halves(which.album_id, (asset.live_video_id for asset in found))
        return [
            asset if asset.live_video_id in here else asset._replace(live_video_id=None)
            for asset in found
        ]

    def totals(self, which: AssetFilter) -> Totals:
        if which.album_id is not None and which.ids is None:
            album = self.albums().filter(pk=which.album_id).first()
            return Totals(album.images, album.videos, album.size) if album else Totals(0, 0, 0)
        images = videos = size = 0
        for part in self._matching(which):
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

    def contains(self, which: AssetFilter, asset_id: UUID) -> bool:
        asset = Q(pk=asset_id)
        if which.album_id is None or self.halves_in(which.album_id, [asset_id]):
            asset |= Q(live_video=asset_id)
        return any(part.order_by().filter(asset).exists() for part in self._matching(which))

    def known(self, which: AssetFilter, sha1s: Collection[bytes]) -> dict[bytes, UUID]:
        """By content, with the moving halves of live photos; asked for in steps, like ids.

        Of the whole library also what is not shown where everything is: it has that all the same.
        """
        found: dict[bytes, UUID] = {}
        is_all = which.album_id is None and which.ids is None
        for part in [self.visible()] if is_all else self._matching(which):
            plain = part.order_by()
            for some in chunks(sha1s):
                listed = plain.filter(sha1__in=some).values_list("sha1", "pk")
                found |= {bytes(sha1): pk for sha1, pk in listed}
                if rest := [sha1 for sha1 in some if sha1 not in found]:
                    found |= self._known_halves(plain, which.album_id, rest)
        return found

    def _known_halves(
        self, stills: QuerySet[A], album_id: UUID | None, sha1s: Sequence[bytes]
    ) -> dict[bytes, UUID]:
        halves = stills.filter(live_video__sha1__in=sha1s)
        moving = halves.values_list("live_video__sha1", "live_video_id")
        here = self._halves(album_id, (pk for _sha1, pk in moving))
        return {bytes(sha1): pk for sha1, pk in moving if pk in here}

    def _rows(self, which: AssetFilter, page: Page | None) -> Sequence[A]:
        parts = list(self._matching(which))
        if len(parts) == 1:
            return list(_cut(parts[0], page))
        pks = [pk for _taken, pk in sorted(row for p in parts for row in p.values_list(*_ORDER))]
        chosen = pks if page is None else pks[page.offset : page.offset + page.limit]
        found: dict[UUID, A] = {}
        for chunk in chunks(chosen, MOST_IDS):
            found |= self.visible().in_bulk(chunk)
        return [found[pk] for pk in chosen if pk in found]

    def _halves(self, album_id: UUID | None, halves: Iterator[UUID | None]) -> set[UUID | None]:
        """Which of the moving halves lie in the album, and ``None``; without an album, all."""
        if album_id is None:
            return {None, *halves}
        here: set[UUID | None] = {None}
        for chunk in chunks({half for half in halves if half}, MOST_IDS):
            here.update(self.halves_in(album_id, chunk))
        return here

    def _matching(self, which: AssetFilter) -> Iterator[QuerySet[A]]:
        """The listed assets that match, in as many queries as the number of ids needs."""
        is_all = which.album_id is None and which.ids is None
        listed = (self.everything() if is_all else self.visible()).order_by(*_ORDER)
        if which.album_id is not None:
            # The members repeat the time, so that their index alone gives the order.
            listed = listed.filter(members__album=which.album_id)
            listed = listed.order_by("members__taken_at", "members__asset_id")
        if which.ids is None:
            yield listed
            return
        for ids in list(chunks(which.ids, MOST_IDS)) or [[]]:
            yield listed.filter(pk__in=ids)


def list_albums(showing: QuerySet[Any], ids: Collection[UUID] | None) -> list[Album]:
    """These rows, or those with such ids, by name."""
    # Without model instances in between, of which 20,000 take as long again
    rows = showing.values_list(*(part.name for part in fields(Album)))
    some = [rows] if ids is None else [rows.filter(pk__in=part) for part in chunks(ids, MOST_IDS)]
    return sorted(
        starmap(Album, chain.from_iterable(some)),
        key=lambda album: (natural(album.name), album.name, album.id),
    )


def find_album(albums: type[AlbumRow], album_id: UUID) -> AlbumRow | None:
    """One row. What guests' programs ask begins here: so it takes a third of ``get``'s time."""
    kept = albums._meta  # noqa: SLF001 - Django's documented way to a table's name
    query = f'SELECT * FROM "{kept.db_table}" WHERE id = %s'  # noqa: S608 - a name of ours
    key = kept.pk.get_db_prep_value(album_id, connection)
    return next(iter(albums._default_manager.raw(query, [key])), None)  # noqa: SLF001 - likewise


def natural(name: str) -> list[tuple[int, str]]:
    """A key by which “Trip 9” comes before “Trip 10”."""
    parts = re.split(r"([0-9]+)", name.casefold())
    return [(len(part.lstrip("0")) if part.isdigit() else 0, part) for part in parts]


_ORDER = ("taken_at", "pk")
_KINDS = {kind.value: kind for kind in AssetKind}


def _half(row: Model) -> UUID | None:
    half: UUID | None = row.live_video_id  # type: ignore[attr-defined]
    return half


def _cut(matching: QuerySet[A], page: Page | None) -> QuerySet[A]:
    return matching if page is None else matching[page.offset : page.offset + page.limit]
