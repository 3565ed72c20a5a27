"""Room on the disk: asked for before a file starts, awaited when there is none."""

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import anyio

from .errors import EngineError, StorageError
from .tasks import BatchState, Limits

FULL = {errno.ENOSPC, errno.EDQUOT}
AT_LEAST = 2**20  # what a file of unknown size is taken to need
PROBE_AT_MOST = 64 * 2**20

Tell = Callable[[BatchState, str], None]


class NoRoom(EngineError):
    """The disk is full; the transfer waits and goes on."""


@contextmanager
def storage_errors(name: str) -> Iterator[None]:
    """Translate what a file system raises."""
    try:
        yield
    except OSError as exc:
        if exc.errno in FULL:
            raise NoRoom(f"There is no room for {name}") from exc
        raise StorageError(f"{name} cannot be written: {exc.strerror or exc}") from exc


def free_space(folder: Path) -> int:
    """Bytes that this process may still write on the folder's disk."""
    return shutil.disk_usage(folder).free


class Room:
    """Hands out the disk's room to transfers, and holds all of them while there is none.

    Two kinds of full: *foreseen* (a file would not fit beside what the running ones still need:
    it waits, they go on) and *met* (a write failed, by a quota too: all stop at once, and the
    disk must prove with a real allocation that it takes bytes again).
    """

    def __init__(
        self, folder: Path, limits: Limits, tell: Tell, free: Callable[[Path], int] = free_space
    ) -> None:
        self._folder = folder
        self._limits = limits
        self._tell = tell
        self._free = free
        self._claims: dict[str, int] = {}
        self._waiting = 0
        self.is_full = False

    async def enter(self, task_id: str, need: int) -> None:
        """Return once there is room for ``need`` more bytes; they are set aside until ``leave``."""
        need = max(need, AT_LEAST)
        if not await self._fits(task_id, need):
            await self._wait(task_id, need)
        self._claims[task_id] = need

    def used(self, task_id: str, size: int) -> None:
        """So much of what was set aside is on the disk now.

        Raises ``NoRoom`` where that is more than was foreseen, and the reserve is touched.
        """
        left = self._claims.get(task_id, 0) - size
        self._claims[task_id] = max(0, left)
        if left >= 0:
            return
        with storage_errors(self._folder.name):
            free = self._free(self._folder)
        if free < self._limits.disk_reserve:
            raise NoRoom("The disk is full")

    def leave(self, task_id: str) -> None:
        self._claims.pop(task_id, None)

    def found_full(self) -> None:
        """A write has failed for want of room."""
        self.is_full = True

    async def _wait(self, task_id: str, need: int) -> None:
        self._waiting += 1
        if self._waiting == 1:
            self._tell(BatchState.PAUSED_FOR_DISK, "The disk is full: waiting for room")
        try:
            while True:
                await anyio.sleep(self._limits.disk_poll)
                if await self._fits(task_id, need):
                    break
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._tell(BatchState.RUNNING, "")

    async def _fits(self, task_id: str, need: int) -> bool:
        others = sum(size for other, size in self._claims.items() if other != task_id)
        with storage_errors(self._folder.name):
            free = self._free(self._folder)
        if free - self._limits.disk_reserve < need + others:
            return False
        if self.is_full:
            probe = min(need, PROBE_AT_MOST)
            self.is_full = not await anyio.to_thread.run_sync(_takes, self._folder, probe)
        return not self.is_full


def _takes(folder: Path, size: int) -> bool:
    """Whether the disk really gives ``size`` bytes: a quota shows in no figure of free space."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file, suppress(NotImplementedError):
            os.posix_fallocate(file.fileno(), 0, size)
    except OSError as exc:
        return exc.errno not in FULL
    return True
