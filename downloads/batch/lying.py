"""What lies in the folder already: looked at, never trusted by name."""

import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from downloads.names import fold

from .wanted import BatchError

READ_AT_ONCE = 2**20


class There(Enum):
    """What is found where a file should go."""

    NOTHING = "nothing"
    RIGHT = "right"  # of the right size and SHA-1
    SHORT = "short"  # it could be a half download of this, or all of it where no SHA-1 is known
    OTHER = "other"


@dataclass(slots=True)
class Lying:
    """The folder as it is. Names that only case or normalisation tell apart are one name."""

    folder: Path
    told: Callable[[str], None] = lambda name: None  # hears of each file that is read
    _folders: dict[str, dict[str, str]] = field(default_factory=dict)
    _sums: dict[str, bytes | None] = field(default_factory=dict)

    def spelled(self, path: str) -> str | None:
        """The path as the disk has it; None when nothing is there."""
        head, _slash, last = path.rpartition("/")
        name = self._listed(head).get(fold(last))
        if name is None:
            return None
        return f"{head}/{name}" if head else name

    def look(self, path: str, size: int | None, sha1: bytes | None) -> There:
        """Compare what is there with a file of this size and SHA-1."""
        spelled = self.spelled(path)
        if spelled is None:
            return There.NOTHING
        there = self.size(spelled)
        if there is None or (size is not None and there > size):
            return There.OTHER
        if sha1 is not None and size in {None, there} and self.sha1(spelled) == sha1:
            return There.RIGHT
        is_short = size is None or there < size or sha1 is None
        return There.SHORT if is_short else There.OTHER

    def size(self, path: str) -> int | None:
        """The size of a plain file; None for anything else, a link too."""
        try:
            found = (self.folder / path).lstat()
        except OSError:
            return None
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def sha1(self, path: str) -> bytes | None:
        """Of the whole file, read once; None when it cannot be read."""
        if path not in self._sums:
            self.told(path)
            self._sums[path] = sha1_of(self.folder / path)
        return self._sums[path]

    def is_within(self, path: str) -> bool:
        """Whether the path's folder is in ours, also after links among its parents are followed."""
        root = self.folder.resolve()
        parent = (self.folder / path).parent.resolve()
        return parent == root or root in parent.parents

    def _listed(self, head: str) -> dict[str, str]:
        if head not in self._folders:
            try:
                names = [each.name for each in (self.folder / head).iterdir()]
            except (FileNotFoundError, NotADirectoryError):
                names = []
            except OSError as exc:
                raise BatchError(f"{self.folder / head} cannot be read: {exc.strerror}") from exc
            self._folders[head] = {fold(name): name for name in sorted(names)}
        return self._folders[head]


def sha1_of(path: Path) -> bytes | None:
    """None when it cannot be read."""
    digest = hashlib.sha1(usedforsecurity=False)  # the content's name, as libraries know it
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with open(fd, "rb", buffering=0) as file:  # noqa: PTH123 - from a descriptor
            while piece := file.read(READ_AT_ONCE):
                digest.update(piece)
    except OSError:
        return None
    return digest.digest()


def begins(whole: Path, with_what: Path) -> bool:
    """Whether ``with_what`` is a beginning of ``whole``, or all of it."""
    with whole.open("rb") as full, with_what.open("rb") as beginning:
        while piece := beginning.read(READ_AT_ONCE):
            if full.read(len(piece)) != piece:
                return False
    return True
