"""Keeps the renditions made on demand within their quota: the least recently used go first."""

import contextlib
import os
import shutil
import time
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext as _

from portal.library.folder.models import CachedRendition
from portal.library.interface import LibraryUnavailable
from portal.library.renditions import RenditionStore
from portal.library.types import Rendition

ON_DEMAND = frozenset({Rendition.LARGE, Rendition.CLEAN, Rendition.MOTION})
# What was made or used this recently is likely in somebody's hands, and stays
IN_USE = 3600.0  # seconds
ROOM = 0.05  # of the quota is freed at once, so that not every new file has all weighed again
PAUSE = 10.0  # seconds between two attempts to make room
SMALL_DISK = 0.05  # of a disk is the most that is kept free of it


@dataclass
class RenditionCache:
    store: RenditionStore
    quota: int  # bytes
    reserve: int = 0  # bytes of the disk that stay free
    _tried_at: float = float("-inf")

    def add(self, asset_id: UUID, rendition: Rendition) -> None:
        """Count a file that was just made, and make room if there is too little."""
        size = self.store.path(asset_id, rendition).stat().st_size
        CachedRendition.objects.update_or_create(
            asset_id=asset_id, rendition=rendition, defaults={"size": size}
        )
        self.make_room()

    def use(self, asset_id: UUID, rendition: Rendition) -> None:
        """Note that a file is used, on disks that do not note it themselves too."""
        path = self.store.path(asset_id, rendition)
        with contextlib.suppress(OSError):
            status = path.stat()
            if time.time() - status.st_atime > IN_USE / 4:
                os.utime(path, ns=(time.time_ns(), status.st_mtime_ns))

    def used(self) -> int:
        """How many bytes these files have: the sum of what was counted, no look at the disk."""
        return CachedRendition.objects.aggregate(total=Sum("size"))["total"] or 0

    def prepare(self) -> None:
        """Before a file is made: raises ``LibraryUnavailable`` when the disk has no room for it.

        Guests may ask for more than fits; the database and their uploads need the disk too.
        """
        if self._lacking():
            self.make_room()
        if self._lacking():
            raise LibraryUnavailable(_("The server’s disk is full."))

    def make_room(self) -> int:
        """Delete what is too much, the least recently used first; returns the bytes freed."""
        held = self.used()
        excess = max(self._lacking(), held - self.quota * (1 - ROOM) if held > self.quota else 0)
        freed = 0
        if excess <= 0 or time.monotonic() - self._tried_at < PAUSE:
            return freed
        self._tried_at = time.monotonic()
        for _used, row in self._by_last_use():
            if freed >= excess:
                break
            with contextlib.suppress(FileNotFoundError):
                self.store.path(row.asset_id, Rendition(row.rendition)).unlink()
            row.delete()
            freed += row.size
        return freed

    def _lacking(self) -> int:
        """How many bytes the disk is below what should stay free."""
        self.store.root.mkdir(parents=True, exist_ok=True)
        disk = shutil.disk_usage(self.store.root)
        return max(0, round(min(self.reserve, disk.total * SMALL_DISK)) - disk.free)

    def _by_last_use(self) -> list[tuple[float, CachedRendition]]:
        """Disks mounted with relatime note a use up to a day late; what goes is made again."""
        limit = time.time() - IN_USE
        aged = [(self._last_use(row), row) for row in CachedRendition.objects.all()]
        return sorted((pair for pair in aged if pair[0] < limit), key=lambda pair: pair[0])

    def _last_use(self, row: CachedRendition) -> float:
        try:
            status = self.store.path(row.asset_id, Rendition(row.rendition)).stat()
        except FileNotFoundError:
            return 0.0
        return max(status.st_atime, status.st_mtime)
