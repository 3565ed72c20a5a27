"""Where files may be taken from, and how a path is kept from leading anywhere else."""

import os
import stat
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from portal.library.stamps import written_at


class Spot(NamedTuple):
    """A file below a root; with an empty name, a folder. The root folder itself is ``b""``."""

    root: int
    folder: bytes
    name: bytes

    @property
    def below_root(self) -> bytes:
        return os.path.join(self.folder, self.name)  # noqa: PTH118  paths here are bytes

    def __str__(self) -> str:
        return readable(self.below_root.rstrip(b"/"))


class Look(NamedTuple):
    """What one look at a file sees of it without opening it."""

    size: int  # bytes
    mtime_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> "Look":
        # Some file systems use all 64 bits of an inode number, databases one less.
        return cls(status.st_size, written_at(status), status.st_ino & 0x7FFF_FFFF_FFFF_FFFF)

    def is_same(self, other: "Look") -> bool:
        """Whether nothing was written between the two looks."""
        return self.size == other.size and self.mtime_ns == other.mtime_ns


def readable(path: bytes) -> str:
    """A path for people: what is not UTF-8 becomes U+FFFD."""
    return path.decode("utf-8", "replace")


@dataclass(frozen=True)
class Root:
    """One folder that the library takes in. ``index`` is how the database knows it."""

    index: int
    path: Path

    @cached_property
    def real(self) -> bytes:
        """The root without symbolic links, without a slash at its end."""
        return os.path.realpath(os.fsencode(self.path)).rstrip(b"/")

    def identity(self) -> tuple[int, int] | None:
        """What tells this folder from another that is mounted over it; ``None`` when gone."""
        try:
            status = os.stat(self.real or b"/")  # noqa: PTH116  paths here are bytes
        except OSError:
            return None
        return (status.st_dev, status.st_ino) if stat.S_ISDIR(status.st_mode) else None

    def is_empty(self) -> bool:
        """Whether nothing at all lies in the folder: where a disk is mounted, it may be away."""
        try:
            with os.scandir(self.real or b"/") as found:
                return next(found, None) is None
        except OSError:
            return True

    def full(self, folder: bytes, name: bytes = b"") -> bytes:
        return b"/".join([self.real, *(part for part in (folder, name) if part)])

    def holds(self, real_path: bytes) -> bool:
        """Whether a path without symbolic links lies below this root, or is it."""
        return real_path == self.real or real_path.startswith(self.real + b"/")

    def resolve(self, folder: bytes, name: bytes) -> bytes | None:
        """The file's path without symbolic links; ``None`` when it leads out of the root."""
        real = os.path.realpath(self.full(folder, name))
        return real if self.holds(real) else None

    def look(self, folder: bytes, name: bytes) -> Look | None:
        """Look at one file now; ``None`` unless it is a plain file inside the root."""
        real = self.resolve(folder, name)
        if real is None:
            return None
        try:
            status = os.lstat(real)
        except OSError:
            return None
        return Look.of(status) if stat.S_ISREG(status.st_mode) else None
