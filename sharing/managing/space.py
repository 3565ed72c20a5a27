"""What Loggia's own data takes on the disk: counted in the background, told at once."""

import os
import shutil
import stat
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from django.conf import settings

from portal.library.reserve import kept_free

FRESH_FOR = 600.0  # seconds between two counts
_PARTS = {
    "renditions": "pictures",
    "incoming": "incoming",
    "photos": "photos",
    "staging": "staging",
}
_counter = ThreadPoolExecutor(1, "space")
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Space:
    """Sizes in bytes. ``parts`` is empty until the first count has ended."""

    free: int
    total: int
    parts: tuple[
        tuple[str, int], ...
    ]  # by kind: database, pictures, photos, incoming, staging, other
    reserve: int  # what pictures made on demand leave free

    @property
    def is_short(self) -> bool:
        return self.free < self.reserve


@dataclass(slots=True)
class _Known:
    folder: Path | None = None
    counted_at: float = float("-inf")
    parts: tuple[tuple[str, int], ...] = ()
    counting: Future[None] | None = None


_known = _Known()


def space() -> Space:
    """The disk as it is, and the sizes as they were when last counted, in this process."""
    folder = settings.LOGGIA_DATA
    with _lock:
        is_old = _known.folder != folder or time.monotonic() - _known.counted_at > FRESH_FOR
        if is_old and (_known.counting is None or _known.counting.done()):
            _known.counting = _counter.submit(_refresh, folder)
        parts = _known.parts if _known.folder == folder else ()
    disk = shutil.disk_usage(folder)
    reserve = kept_free(settings.LOGGIA_DISK_RESERVE, disk.total)
    return Space(disk.free, disk.total, parts, reserve)


def _refresh(folder: Path) -> None:
    parts = count(folder)
    with _lock:
        _known.folder, _known.parts, _known.counted_at = folder, parts, time.monotonic()


def count(folder: Path) -> tuple[tuple[str, int], ...]:
    """Add up the files below this folder by kind; the largest first. Links are not followed."""
    sizes: dict[str, int] = {}
    for root, _folders, names in os.walk(folder):
        below = Path(root).relative_to(folder).parts
        for name in names:
            kind = _kind(below, name)
            with suppress(OSError):  # gone meanwhile
                status = os.lstat(f"{root}/{name}")
                if stat.S_ISREG(status.st_mode):
                    sizes[kind] = sizes.get(kind, 0) + status.st_size
    return tuple(sorted(sizes.items(), key=lambda part: -part[1]))


def _kind(below: tuple[str, ...], name: str) -> str:
    if not below:
        return "database" if ".sqlite3" in name else "other"
    return _PARTS.get(below[0], "other")
