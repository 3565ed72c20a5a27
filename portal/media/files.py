"""Files on this machine's disk, opened so that nothing but the expected file is ever sent."""

import errno
import logging
import os
import stat
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import anyio
from anyio.to_thread import run_sync

from portal.library.stamps import written_at
from portal.library.types import StoredFile
from portal.media.sending import SourceBroken
from portal.media.streams import HELD_BACK, PIECE, Piece, Span

logger = logging.getLogger(__name__)
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_NOWAIT = getattr(os, "RWF_NOWAIT", None)  # Linux: answer from the page cache, or not at all
_LONGEST_SPAN = 1024 * 1024  # bytes; how far a stream goes between two looks at its grant
_LOOK_EACH = 128 * 1024  # bytes; systems read ahead at least as far
READERS = 16  # threads that may wait for a disk at once, in one process


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A regular file, open for reading. Whoever opened it closes it."""

    fd: int
    size: int
    mtime_ns: int
    atime: float = 0.0  # seconds since 1970, as far as the disk notes it

    def close(self) -> None:
        os.close(self.fd)

    def is_changed(self) -> bool:
        now = os.fstat(self.fd)
        return (now.st_size, written_at(now)) != (self.size, self.mtime_ns)


def open_file(path: Path) -> OpenFile:
    """Open a regular file, never through a symbolic link; raises ``OSError``."""
    fd = os.open(path, _FLAGS)
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        os.close(fd)
        raise OSError(errno.EINVAL, "not a regular file")
    return OpenFile(fd, status.st_size, written_at(status), status.st_atime)


@dataclass(frozen=True, slots=True)
class StoredSource:
    """The bytes of a file, as long as it is the one its library looked at.

    Opened with the first piece and checked against size and time then and after each piece: a file
    that was replaced, cut or written to raises ``SourceBroken`` and is logged by its name.

    What is in memory already is given as spans, all but a last piece. ``watch`` is shown all bytes
    in order, before they are given.
    """

    stored: StoredFile
    watch: Callable[[bytes | bytearray | memoryview], None] | None = None

    async def read(self, offset: int, length: int) -> AsyncGenerator[Piece, None]:
        """Yield the slice in pieces; see ``ByteSource``."""
        file = await run_sync(self._open, limiter=_readers())
        try:
            stop = offset + length
            while offset < stop:
                piece = self._span(file, offset, stop) or await self._read(file, offset, stop)
                if not piece or file.is_changed():
                    raise self._broken("changed while it was sent")
                offset += len(piece)
                yield piece
        except OSError as exc:
            raise self._broken(exc.strerror or "cannot be read") from exc
        finally:
            file.close()

    def _span(self, file: OpenFile, offset: int, stop: int) -> Span | None:
        length = min(_LONGEST_SPAN, stop - offset - HELD_BACK)
        if length < PIECE:
            return None
        if self.watch is None:
            length = length if _is_in_memory(file, offset, length) else 0
        else:
            length = _show(file, offset, length, self.watch)
        return Span(file.fd, offset, length, self._broken) if length else None

    async def _read(self, file: OpenFile, offset: int, stop: int) -> bytes | bytearray:
        piece = await _read_piece(file, offset, min(PIECE, stop - offset))
        if self.watch and piece:
            self.watch(piece)
        return piece

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


def _is_in_memory(file: OpenFile, offset: int, length: int) -> bool:
    """Whether a slice can be sent without waiting for a disk, as far as samples tell."""
    if _NOWAIT is None:
        return False
    sample = bytearray(1)
    try:
        for position in (*range(offset, offset + length, _LOOK_EACH), offset + length - 1):
            if not os.preadv(file.fd, [sample], position, _NOWAIT):
                return False
    except OSError:  # as in ``_read_piece``
        return False
    return True


class _Scratch(threading.local):
    """Memory to look at a file through; one piece fits into a processor's cache."""

    def __init__(self) -> None:
        self.view = memoryview(bytearray(PIECE))


_scratch = _Scratch()


def _show(file: OpenFile, offset: int, length: int, watch: Callable[[memoryview], None]) -> int:
    """Show a slice as far as it is in memory; return how far that was."""
    shown = 0
    while _NOWAIT is not None and shown < length:
        view = _scratch.view[: length - shown]
        try:
            count = os.preadv(file.fd, [view], offset + shown, _NOWAIT)
        except OSError:  # as in ``_read_piece``
            break
        if not count:
            break
        watch(view[:count])
        shown += count
    return shown


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
