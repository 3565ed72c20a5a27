"""Small files kept in memory: the thumbnails that everybody looks at."""

import time
from collections import OrderedDict
from collections.abc import Hashable
from itertools import count
from typing import NamedTuple


class Kept(NamedTuple):
    data: bytes
    edition: int  # another number whenever the data may be other ones
    until: float  # of the monotonic clock; then it is to be read again


class MemoryCache:
    """Least recently used bytes go first, once all together exceed ``capacity`` bytes.

    What was put ``fresh_for`` seconds ago is to be read again: another process may have replaced it.
    """

    OVERHEAD = 400  # bytes that an entry costs besides its content

    def __init__(self, capacity: int, fresh_for: float = 60.0) -> None:
        self.capacity = capacity
        self.fresh_for = fresh_for
        self.size = 0
        self._entries: OrderedDict[Hashable, Kept] = OrderedDict()
        self._editions = count(1)

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Hashable) -> Kept | None:
        kept = self._entries.get(key)
        if kept is None or kept.until < time.monotonic():
            return None
        self._entries.move_to_end(key)
        return kept

    def put(self, key: Hashable, data: bytes) -> None:
        known = self._drop(key)
        edition = known.edition if known and known.data == data else next(self._editions)
        self._entries[key] = Kept(data, edition, time.monotonic() + self.fresh_for)
        self.size += len(data) + self.OVERHEAD
        while self.size > self.capacity:
            self._drop(next(iter(self._entries)))

    def _drop(self, key: Hashable) -> Kept | None:
        kept = self._entries.pop(key, None)
        if kept is not None:
            self.size -= len(kept.data) + self.OVERHEAD
        return kept
