"""Keeps renditions that can be had again within their quota: the least recently used go first."""

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Sum
from django.utils.translation import gettext as _

from portal.library.interface import LibraryFull
from portal.library.renditions import RenditionStore
from portal.library.reserve import kept_free
from portal.library.types import Rendition

# What was made or used this recently is likely in somebody's hands, and stays
IN_USE = 3600.0  # seconds
ROOM = 0.05  # of the quota is freed at once, so that not every new file has all weighed again
PAUSE = 10.0  # seconds between two attempts to make room
NOTED_TOGETHER = 500  # rows deleted by one query


@dataclass
class Keeper:
    """``rows`` are of a model with ``asset_id``, ``rendition`` and ``size``, one for each file."""

    store: RenditionStore
    quota: int  # bytes
    reserve: int  # bytes of the disk that stay free
    rows: Callable[[], "models.QuerySet[Any]"]
    in_use: float = IN_USE
    weigh_each: int = 0  # bytes that may be added in this process before all is weighed again
    _unweighed: int = 0
    _tried_at: float = float("-inf")

    def add(self, asset_id: UUID, rendition: Rendition, **facts: Any) -> None:
        """Count a file that was just made, and make room if there is too little."""
        size = self.store.path(asset_id, rendition).stat().st_size
        self.rows().update_or_create(
            asset_id=asset_id, rendition=rendition, defaults={"size": size, **facts}
        )
        self._unweighed += size
        if self._unweighed > self.weigh_each:
            self._unweighed = 0
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
        return self.rows().aggregate(total=Sum("size"))["total"] or 0

    def prepare(self, size: int = 0) -> None:
        """Before a file is made: raises ``LibraryUnavailable`` when the disk has no room for it.

        Guests may ask for more than fits; the database and their uploads need the disk too.
        """
        if self._lacking(size):
            self.make_room(size)
        if self._lacking(size):
            raise LibraryFull(_("The server’s disk is full."))

    def make_room(self, size: int = 0) -> int:
        """Delete what is too much, the least recently used first; returns the bytes freed."""
        held = self.used()
        over = held - self.quota * (1 - ROOM) if held > self.quota else 0
        excess = max(self._lacking(size), over)
        if excess <= 0 or time.monotonic() - self._tried_at < PAUSE:
            return 0
        self._tried_at = time.monotonic()
        return self._free(excess)

    def drop(self, found: Iterable[tuple[int, UUID, str]]) -> None:
        """Delete these files: primary key, asset and rendition of each row."""
        gone = []
        for row, asset_id, rendition in found:
            with contextlib.suppress(FileNotFoundError):
                self.store.path(asset_id, Rendition(rendition)).unlink()
            gone.append(row)
        for start in range(0, len(gone), NOTED_TOGETHER):
            self.rows().filter(pk__in=gone[start : start + NOTED_TOGETHER]).delete()

    def _free(self, excess: float) -> int:
        freed, gone = 0, []
        for _used, size, file in self._by_last_use():
            if freed >= excess:
                break
            gone.append(file)
            freed += size
        self.drop(gone)
        return freed

    def _lacking(self, size: int) -> int:
        """How many bytes the disk is below what should stay free, with one more file so large."""
        self.store.root.mkdir(parents=True, exist_ok=True)
        disk = shutil.disk_usage(self.store.root)
        return max(0, kept_free(self.reserve, disk.total) + size - disk.free)

    def _by_last_use(self) -> list[tuple[float, int, tuple[int, UUID, str]]]:
        """Disks mounted with relatime note a use up to a day late; what goes is made again."""
        limit = time.time() - self.in_use
        aged = []
        for row, asset_id, rendition, size in self.rows().values_list(
            "pk", "asset_id", "rendition", "size"
        ):
            used = self._last_use(asset_id, Rendition(rendition))
            if used < limit:
                aged.append((used, size, (row, asset_id, rendition)))
        return sorted(aged, key=lambda entry: entry[0])

    def _last_use(self, asset_id: UUID, rendition: Rendition) -> float:
        try:
            status = self.store.path(asset_id, rendition).stat()
        except FileNotFoundError:
            return 0.0
        return max(status.st_atime, status.st_mtime)
