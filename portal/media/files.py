"""Files on this machine's disk, opened so that nothing but the expected file is ever sent."""

import errno
import logging
import os
import stat
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import anyio
from anyio.to_thread import run_sync

from portal.library.types import StoredFile
from portal.media.sending import PIECE, SourceBroken

logger = logging.getLogger(__name__)
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_NOWAIT = getattr(os, "RWF_NOWAIT", None)  # Linux: answer from the page cache, or not at all
READERS = 16  # threads that may wait for a disk at once, in one process


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A regular file, open for reading. Whoever opened it closes it."""

    fd: int
    size: int
    mtime_ns: int

    def close(self) -> None:
        os.close(self.fd)

    def is_changed(self) -> bool:
        now = os.fstat(self.fd)
        return (now.st_size, now.st_mtime_ns) != (self.size, self.mtime_ns)


def open_file(path: Path) -> OpenFile:
    """Open a regular file, never through a symbolic link; raises ``OSError``."""
    fd = os.open(path, _FLAGS)
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        os.close(fd)
        raise OSError(errno.EINVAL, "not a regular file")
    return OpenFile(fd, status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class StoredSource:
    """The bytes of a file, as long as it is the one its library looked at.

    Opened with the first piece and checked against size and time then and after each piece: a file
    that was replaced, cut or written to raises ``SourceBroken`` and is logged by its name.
    """

    stored: StoredFile

    async def read(self, offset: int, length: int) -> AsyncGenerator[bytes | bytearray, None]:
        """Yield the slice in pieces; see ``ByteSource``."""
        file = await run_sync(self._open, limiter=_readers())
        try:
            stop = offset + length
            while offset < stop:
                piece = await _read_piece(file, offset, min(PIECE, stop - offset))
                if not piece or file.is_changed():
                    raise self._broken("changed while it was sent")
                offset += len(piece)
                yield piece
        except OSError as exc:
            raise self._broken(exc.strerror or "cannot be read") from exc
        finally:
            file.close()

    def _open(self) -> OpenFile:
        try:
            file = open_file(self.stored.path)
        except OSError as exc:
            raise self._broken(exc.strerror or "cannot be opened") from exc
        if (file.size, file.mtime_ns) != (self.stored.size, self.stored.mtime_ns):
            file.close()
            raise self._broken("is not what it was at the last scan")
        return file

    def _broken(self, reason: str) -> SourceBroken:
        logger.warning("%s: %s", self.stored.path, reason)
        return SourceBroken(f"{self.stored.path.name}: {reason}")


async def _read_piece(file: OpenFile, offset: int, length: int) -> bytes | bytearray:
    """Read from memory what is there; only a disk is worth a thread."""
    if _NOWAIT is not None:
        piece = bytearray(length)
        # EAGAIN: not in memory. EOPNOTSUPP: this file system cannot say.
        with suppress(BlockingIOError, OSError):
            count = os.preadv(file.fd, [piece], offset, _NOWAIT)
            if count == length:
                return piece
    return await run_sync(os.pread, file.fd, length, offset, limiter=_readers())


_limiters: anyio.lowlevel.RunVar[anyio.CapacityLimiter] = anyio.lowlevel.RunVar("media.readers")


def _readers() -> anyio.CapacityLimiter:
    """This event loop's limit of threads that read."""
    try:
        return _limiters.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(READERS)
        _limiters.set(limiter)
        return limiter
