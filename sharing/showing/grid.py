"""The whole of a link's photos in a few bytes each: shapes, days, and who stands where."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from itertools import groupby
from uuid import UUID

from django.conf import settings
from django.utils.formats import date_format

from portal.library.types import TimelineEntry
from sharing.contents import Contents

GRIDS_KEPT = 16  # per process; one of 20,000 photos takes less than half a megabyte
NARROWEST, WIDEST = 30, 500  # ratios in hundredths: a panorama may not become a hairline
_ID = 16  # bytes


@dataclass(frozen=True, slots=True)
class Grid:
    """The assets of a link in their order. ``ratios`` are width : height in hundredths.

    Without dates (an album ordered by hand) there are no ``days``.
    """

    ids: bytes
    ratios: Sequence[int]
    days: tuple[tuple[date, int], ...]
    version: str

    @property
    def count(self) -> int:
        return len(self.ratios)

    def position(self, asset_id: UUID) -> int | None:
        """Where the asset stands, counted from 0; ``None`` when it is not here."""
        at = self.ids.find(asset_id.bytes)
        while at >= 0 and at % _ID:
            at = self.ids.find(asset_id.bytes, at + 1)
        return at // _ID if at >= 0 else None

    def id_at(self, position: int) -> UUID | None:
        if not 0 <= position < self.count:
            return None
        return UUID(bytes=self.ids[position * _ID : (position + 1) * _ID])

    def ids_between(self, start: int, stop: int) -> list[UUID]:
        return [UUID(bytes=self.ids[at : at + _ID]) for at in self._offsets(start, stop)]

    def _offsets(self, start: int, stop: int) -> range:
        return range(max(0, start) * _ID, min(stop, self.count) * _ID, _ID)


@lru_cache(maxsize=GRIDS_KEPT)
def grid_of(contents: Contents, version: str) -> Grid:
    """The grid of what a link shows. A new ``version`` looks anew; blocks on the library."""
    entries = contents.timeline()
    ids = b"".join(entry.id.bytes for entry in entries)
    ratios = array("H", (_ratio(entry) for entry in entries))
    days = tuple(_days(entries)) if contents.is_dated else ()
    content = ids + ratios.tobytes() + repr(days).encode()
    return Grid(ids, ratios, days, _version(content))


def day_label(day: date) -> str:
    return date_format(day, "DAY_FORMAT")


def _version(content: bytes) -> str:
    # Keyed: guests without a right to dates see it, and could try days until one fits.
    key = blake2b(b"loggia.grid" + settings.SECRET_KEY.encode(), digest_size=32).digest()
    return blake2b(content, digest_size=9, key=key).hexdigest()


def _ratio(entry: TimelineEntry) -> int:
    ratio = round(100 * entry.width / entry.height) if entry.height else 100
    return min(max(ratio, NARROWEST), WIDEST)


def _days(entries: Iterable[TimelineEntry]) -> Iterable[tuple[date, int]]:
    for day, run in groupby(entries, lambda entry: entry.taken_at.date()):
        yield day, sum(1 for _ in run)
