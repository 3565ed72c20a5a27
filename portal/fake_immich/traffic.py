"""What was asked, and how much at once: the proof of what a client does and leaves alone."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from portal.fake_immich.wire import Request


@dataclass
class Seen:
    method: str
    path: str
    query: str
    range: str
    accepts: str
    status: int = 0  # none was sent yet
    sent: int = 0  # bytes of the body


class Traffic:
    """All requests since the start or the last ``clear``, in the order they came."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: list[Seen] = []
        self._running: list[Seen] = []
        self._at_once: list[list[str]] = []

    @contextmanager
    def counting(self, request: Request) -> Iterator[Seen]:
        header = request.headers.get
        seen = Seen(
            request.method, request.path, request.query_string, header("range", ""),
            header("accept-encoding", ""),
        )  # fmt: skip
        with self._lock:
            self._seen.append(seen)
            self._running.append(seen)
            self._at_once.append([each.path for each in self._running])
        try:
            yield seen
        finally:
            with self._lock:
                self._running.remove(seen)

    def seen(self, pattern: str = "") -> list[Seen]:
        with self._lock:
            return [each for each in self._seen if re.search(pattern, each.path)]

    def most_at_once(self, pattern: str = "") -> int:
        """How many requests of this kind were under way at the same time."""
        with self._lock:
            counts = [sum(bool(re.search(pattern, path)) for path in at) for at in self._at_once]
        return max(counts, default=0)

    def clear(self) -> None:
        with self._lock:
            self._seen.clear()
            self._at_once.clear()
