"""The slow part of a preparation: renditions, and files whose CRC-32 nobody knows yet."""

import logging
import os
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from django.db import DatabaseError, connection, transaction
from isal.isal_zlib import crc32

from downloads.models import OPEN, Download, DownloadItem, ItemState, Reason
from downloads.planning import is_away, trouble_with
from downloads.preparing import LEASE, go_on
from portal.leases.models import Lease
from portal.library import get_library
from portal.library.interface import (
    ContentUnreadable,
    LibraryError,
    LibraryUnavailable,
    NotInLibrary,
)
from portal.library.types import RemoteFile, Rendition, StoredFile
from portal.media.files import open_file

logger = logging.getLogger(__name__)
SLICE = 10.0  # seconds of work per task, so that downloads take turns
THREADS = 2
TELL_EVERY = 0.5  # seconds between two writes of progress
_PIECE = 1024 * 1024


@dataclass(slots=True)
class Work:
    """One item in a thread's hands. ``done`` is read by others while the thread counts it up."""

    item: DownloadItem
    size: int = 0
    done: int = 0
    crc32: int = 0
    mtime_ns: int = 0
    reason: Reason = Reason.NONE

    def run(self) -> None:
        try:
            self._read(self._file())
        except NotInLibrary:
            self.reason = Reason.GONE
        except ContentUnreadable:
            self.reason = Reason.UNREADABLE
        except (LibraryError, OSError, DatabaseError) as exc:
            logger.warning("%s: %s", self.item.asset_id, exc)
            self.reason = Reason.GONE if self._is_gone() else Reason.UNAVAILABLE
        finally:
            connection.close()  # this thread's own; the next item may get another thread

    def _is_gone(self) -> bool:
        """Whether it is this file that is not there, and not the home of all."""
        try:
            original = get_library().originals([self.item.asset_id]).get(self.item.asset_id)
            is_gone = original is None or trouble_with(original) == Reason.GONE
            return is_gone and not is_away()
        except (LibraryError, DatabaseError):
            return False

    def _file(self) -> StoredFile:
        library, rendition = get_library(), Rendition(self.item.rendition)
        if rendition is Rendition.ORIGINAL:
            original = library.original(self.item.asset_id)
            if isinstance(original, RemoteFile):
                raise LibraryUnavailable("This original lies on another server.")
            return original
        return library.rendition(self.item.asset_id, rendition)

    def _read(self, stored: StoredFile) -> None:
        file = open_file(stored.path)
        try:
            self.size, self.mtime_ns = file.size, file.mtime_ns
            while piece := os.read(file.fd, _PIECE):
                self.crc32 = crc32(piece, self.crc32)
                self.done += len(piece)
            has_moved = file.is_changed() or self.done != file.size
        finally:
            file.close()
        is_original = self.item.rendition == Rendition.ORIGINAL
        is_other = is_original and (file.size, file.mtime_ns) != (stored.size, stored.mtime_ns)
        if has_moved or is_other:
            self.reason = Reason.CHANGED

    @property
    def outcome(self) -> dict[str, object]:
        if self.reason:
            gone = self.reason == Reason.GONE
            state = ItemState.MISSING if gone else ItemState.FAILED
            return {"state": state, "reason": self.reason, "done": 0}
        return {
            "state": ItemState.READY,
            "size": self.size,
            "done": self.size,
            "crc32": self.crc32,
            "mtime_ns": self.mtime_ns,
        }


@dataclass(slots=True)
class Slice:
    """Works on a download's open items for one slice; only the holder of its lease may."""

    download: Download
    lease: Lease
    running: dict[Future[None], Work] = field(default_factory=dict)
    told_at: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        """Raises ``LeaseTaken`` when another worker has taken over."""
        deadline = time.monotonic() + SLICE
        with ThreadPoolExecutor(THREADS, "render") as pool:
            while True:
                if time.monotonic() < deadline:
                    self._start(pool)
                if not self.running:
                    break
                finished, _ = wait(self.running, TELL_EVERY, FIRST_COMPLETED)
                for future in finished:
                    future.result()  # what nobody foresaw must not pass for a file that is ready
                self._record([self.running.pop(future) for future in finished])
                self._tell()
        self.lease.renew(LEASE)
        self.download.count_up()

    def _start(self, pool: ThreadPoolExecutor) -> None:
        free = THREADS - len(self.running)
        if not free or self.download.is_stopped():
            return
        for item in self.download.items.to_make().filter(state=ItemState.WAITING)[:free]:
            waiting = DownloadItem.objects.filter(pk=item.pk, state=ItemState.WAITING)
            if waiting.update(state=ItemState.RUNNING, attempts=item.attempts + 1):
                work = Work(item, item.size)
                self.running[pool.submit(work.run)] = work

    def _record(self, finished: list[Work]) -> None:
        with transaction.atomic():
            for work in finished:
                # Canceled meanwhile: then it stays canceled.
                mine = DownloadItem.objects.filter(pk=work.item.pk, state__in=OPEN)
                mine.update(**work.outcome)

    def _tell(self) -> None:
        if time.monotonic() - self.told_at < TELL_EVERY:
            return
        self.told_at = time.monotonic()
        self.lease.renew(LEASE)
        with transaction.atomic():
            for work in self.running.values():
                mine = DownloadItem.objects.filter(pk=work.item.pk, state=ItemState.RUNNING)
                mine.update(done=work.done, size=work.size)
            self.download.count_up()


def render_slice(download: Download, lease: Lease) -> None:
    """Work for one slice, then finish, or queue the next."""
    Slice(download, lease).run()
    if download.is_stopped():
        return
    go_on(download)
