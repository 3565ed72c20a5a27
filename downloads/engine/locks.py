"""A file that only one process writes."""

import fcntl
import os
from pathlib import Path

from .errors import InTheWay


def open_locked(path: Path, name: str) -> int:
    """Open for writing, as the only one. Raises ``InTheWay`` when another process has it."""
    while True:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_ours(fd, path):
                return fd
        except BlockingIOError as exc:
            os.close(fd)
            raise InTheWay(f"{name} is being fetched by another process") from exc
        except BaseException:
            os.close(fd)
            raise
        os.close(fd)


def _is_ours(fd: int, path: Path) -> bool:
    """Whether the locked file is still the one of that name, and of that name alone."""
    mine = os.fstat(fd)
    try:
        there = path.lstat()
    except FileNotFoundError:
        return False
    if (mine.st_dev, mine.st_ino) != (there.st_dev, there.st_ino):
        return False
    if mine.st_nlink > 1:  # a crash between link and unlink: emptying it would empty the file
        path.unlink()
        return False
    return True
