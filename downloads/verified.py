"""Which files this process has read in full and found to be what their checksum says."""

import os
from collections import OrderedDict
from pathlib import Path

MOST = 20_000  # files remembered by one process, about 350 bytes each

Identity = tuple[int, int, int, int, int]


class Verified:
    """Spares the second look: the CRC-32 costs more than all else of a stream.

    A file counts as the one that was verified while its inode, size and both times are the same.
    The time of change is the kernel's: whoever writes to a file cannot put it back.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[Identity, int] = OrderedDict()

    def holds(self, identity: Identity | None, checksum: int | None) -> bool:
        return identity is not None and self._known.get(identity, -1) == checksum

    def add(self, identity: Identity, checksum: int) -> None:
        self._known[identity] = checksum
        if len(self._known) > MOST:
            self._known.popitem(last=False)


def identify(path: Path) -> Identity | None:
    """Return what tells whether a file was touched; ``None`` when it is not there."""
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
