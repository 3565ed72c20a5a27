"""The file of an upload while it arrives: written under a lock, and never said to be longer than
what is safe on the disk.

The lock is on the file itself (flock(2)), so it holds over threads and processes alike, and no
death leaves it shut. Everything here blocks.
"""

import fcntl
import os
from collections.abc import Sequence
from contextlib import suppress
from hashlib import new as new_hash
from pathlib import Path
from typing import Protocol

from django.conf import settings

PIECE, KNOCK = ".piece", ".knock"  # suffixes of small files beside a staged one
NO_ROOM = {28, 122, 27}  # ENOSPC, EDQUOT, EFBIG


class Digest(Protocol):
    def update(self, data: memoryview, /) -> None: ...

    def digest(self) -> bytes: ...


class StagingTrouble(Exception):
    """A staged file cannot be used now; what it held safely is still there."""


class InUse(StagingTrouble):
    """Another request is writing it."""


class NoRoom(StagingTrouble):
    """The disk has no room beside its reserve; what came before is kept."""


class DiskFails(StagingTrouble):
    """The disk refuses to read or write."""


class StagedFile:
    """An upload's file, opened and locked by one request.

    ``length`` is how much of it is there; after ``sync``, safely. Between ``begin_piece`` and
    ``keep_piece`` it belongs to a piece that is still to be compared with its checksum: whatever
    happens meanwhile, the next who opens it finds it without that piece.
    """

    def __init__(self, path: Path, fd: int) -> None:
        self._path = path
        self._fd = fd
        self._hash: Digest | None = None
        self._is_piece = False
        self.length = self._start = os.fstat(fd).st_size

    @classmethod
    def open_locked(cls, path: Path) -> "StagedFile":
        """Open it, made if need be; raises ``InUse`` or ``DiskFails``."""
        try:
            fd = _lock(path)
        except BlockingIOError as exc:
            raise InUse from exc
        except OSError as exc:
            raise _trouble(exc) from exc
        file = cls(path, fd)
        try:
            file._recover()
        except OSError as exc:
            os.close(fd)
            raise _trouble(exc) from exc
        return file

    def begin_piece(self, algorithm: str = "") -> None:
        """Note where the next bytes begin; with an algorithm, they count only if they are kept."""
        self._start = self.length
        self._hash = new_hash(algorithm, usedforsecurity=False) if algorithm else None
        if algorithm:
            try:
                _write_small(_beside(self._path, PIECE), str(self.length))
            except OSError as exc:
                raise _trouble(exc) from exc
            self._is_piece = True

    def write(self, pieces: Sequence[bytes]) -> None:
        """Append; raises ``NoRoom`` or ``DiskFails`` with as much written as there is room for."""
        try:
            for piece in pieces:
                self._append(memoryview(piece))
        except OSError as exc:
            raise _trouble(exc) from exc

    def sync(self) -> None:
        """Return once all of it is safe; raises ``DiskFails`` without a byte of this request."""
        try:
            os.fdatasync(self._fd)
        except OSError as exc:
            # The kernel forgets after one failure which pages it could not write (fsync(2)).
            with suppress(OSError):
                os.ftruncate(self._fd, self._start)
            self.length = self._start
            raise DiskFails(exc.strerror) from exc

    def digest(self) -> bytes:
        """The checksum of the piece, by the algorithm that it began with."""
        return self._hash.digest() if self._hash else b""

    def keep_piece(self) -> None:
        """Let what was synced count; raises ``DiskFails``."""
        if not self._is_piece:
            return
        try:
            _beside(self._path, PIECE).unlink(missing_ok=True)
            _sync_folder(self._path.parent)  # a mark that came back would take the piece away
        except OSError as exc:
            raise _trouble(exc) from exc
        self._is_piece = False

    def keep(self) -> None:
        """Make all of it safe, and let it count; raises ``StagingTrouble``."""
        self.sync()
        self.keep_piece()

    def discard_piece(self) -> None:
        """Forget what came since ``begin_piece``."""
        # What fails here, the mark beside the file makes good when it is opened again.
        with suppress(OSError, StagingTrouble):
            self._truncate(self._start)
            self.keep_piece()

    def is_wanted_elsewhere(self) -> bool:
        """Whether the same client came back by another connection, or the file was deleted."""
        return _beside(self._path, KNOCK).exists() or not os.fstat(self._fd).st_nlink

    def delete(self) -> None:
        remove(self._path)

    def close(self) -> None:
        """Let go of it."""
        os.close(self._fd)

    def _append(self, rest: memoryview) -> None:
        while rest:
            room = _room(self._fd)
            if room <= 0:
                raise NoRoom
            written = os.pwrite(self._fd, rest[:room], self.length)
            if self._hash:
                self._hash.update(rest[:written])
            self.length += written
            rest = rest[written:]

    def _recover(self) -> None:
        """Take away what a request left behind that died before it could compare checksums."""
        _beside(self._path, KNOCK).unlink(missing_ok=True)
        mark = _beside(self._path, PIECE)
        with suppress(FileNotFoundError):
            text = mark.read_text()
            if text.isdigit() and int(text) < self.length:
                self._truncate(int(text))
            mark.unlink()

    def _truncate(self, length: int) -> None:
        os.ftruncate(self._fd, length)
        os.fsync(self._fd)
        self.length = length


def knock(path: Path) -> None:
    """Ask whoever is writing this file to let go."""
    with suppress(OSError):
        _beside(path, KNOCK).touch(mode=0o600)


def stop_knocking(path: Path) -> None:
    with suppress(OSError):
        _beside(path, KNOCK).unlink()


def remove(path: Path) -> None:
    """Delete a staged file and what lies beside it."""
    for suffix in ("", PIECE, KNOCK):
        _beside(path, suffix).unlink(missing_ok=True)


def length_of(path: Path) -> int:
    """How many bytes of an upload lie there."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def check_disk(size: int) -> None:
    """Raise ``NoRoom`` where the disk has not so many bytes beside its reserve."""
    try:
        make_folder()
        disk = os.statvfs(settings.STAGING_DIR)
    except OSError as exc:
        raise _trouble(exc) from exc
    if disk.f_bavail * disk.f_frsize - settings.LOGGIA_DISK_RESERVE < size:
        raise NoRoom


def make_folder() -> None:
    settings.STAGING_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)


def _lock(path: Path) -> int:
    """Open and lock the file that has this name, while it has it."""
    while True:
        fd = _open(path)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(fd).st_nlink:
                return fd
        except BaseException:
            os.close(fd)
            raise
        os.close(fd)


def _open(path: Path) -> int:
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
    with suppress(FileNotFoundError):
        return os.open(path, flags)
    make_folder()
    fd = os.open(path, flags | os.O_CREAT, 0o600)
    _sync_folder(path.parent)  # else a power cut could take the name of bytes that are safe
    return fd


def _write_small(path: Path, text: str) -> None:
    with path.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _room(fd: int) -> int:
    disk = os.fstatvfs(fd)
    return disk.f_bavail * disk.f_frsize - settings.LOGGIA_DISK_RESERVE


def _trouble(exc: OSError) -> StagingTrouble:
    return NoRoom() if exc.errno in NO_ROOM else DiskFails(exc.strerror)
