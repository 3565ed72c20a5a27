"""Small files kept in memory: the thumbnails that everybody looks at."""

from collections import OrderedDict
from collections.abc import Hashable


class MemoryCache:
    """Least recently used bytes go first, once all together exceed ``capacity`` bytes."""

    OVERHEAD = 400  # bytes that an entry costs besides its content

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.size = 0
        self._entries: OrderedDict[Hashable, bytes] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Hashable) -> bytes | None:
        data = self._entries.get(key)
        if data is not None:
            self._entries.move_to_end(key)
        return data

    def put(self, key: Hashable, data: bytes) -> None:
        self._drop(key)
        self._entries[key] = data
        self.size += len(data) + self.OVERHEAD
        while self.size > self.capacity:
            self._drop(next(iter(self._entries)))

    def _drop(self, key: Hashable) -> None:
        data = self._entries.pop(key, None)
        if data is not None:
            self.size -= len(data) + self.OVERHEAD
