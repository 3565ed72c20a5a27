"""Checksums of bytes as they pass."""

import hashlib
import os
from collections.abc import Iterable

from isal import isal_zlib

READ_AT_ONCE = 2**20


class Sums:
    """SHA-1, and CRC-32 when asked, of everything given so far."""

    def __init__(self, *, crc32: bool) -> None:
        self._crc_wanted = crc32
        self.clear()

    def clear(self) -> None:
        # Identity of content, as Immich names it; not a defence against a forger.
        self._sha1 = hashlib.sha1(usedforsecurity=False)
        self._crc = 0
        self.length = 0

    def add(self, pieces: Iterable[bytes]) -> None:
        for piece in pieces:
            self._sha1.update(piece)
            if self._crc_wanted:
                self._crc = isal_zlib.crc32(piece, self._crc)
            self.length += len(piece)

    def add_from(self, fd: int, most: int) -> bool:
        """Read on from where the sums are, up to ``most`` bytes; False at the file's end."""
        while most > 0:
            piece = os.pread(fd, min(most, READ_AT_ONCE), self.length)
            if not piece:
                return False
            self.add((piece,))
            most -= len(piece)
        return True

    @property
    def sha1(self) -> bytes:
        return self._sha1.digest()

    @property
    def crc32(self) -> int | None:
        return self._crc if self._crc_wanted else None
