"""Answers kept ready for URLs found genuine: the thumbnails that everybody looks at."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from portal.media.admission import Admission
from portal.media.sending import Body

READY_FOR = 60.0  # seconds; then its headers, which name a time, are made anew
MOST_READY = 8_000  # about 2 KB each


@dataclass(frozen=True, slots=True)
class Ready:
    """A small rendition's answer, but for its bytes: ``MemoryCache`` alone decides on memory."""

    admission: Admission
    body: Body
    start: dict[str, Any]  # the ASGI message that opens a whole, unconditional answer
    head: bytes  # the same headers, as they are sent
    edition: int  # of these bytes
    until: float  # seconds since 1970, like the expiry of its URL


class ReadyAnswers:
    """The most recently used answers, by path as sent."""

    def __init__(self) -> None:
        self._answers: OrderedDict[bytes, Ready] = OrderedDict()

    def get(self, raw_path: bytes) -> Ready | None:
        """The answer for this path, unless it is old, or its link grants it no more."""
        ready = self._answers.get(raw_path)
        if ready is None or ready.until <= time.time() or not ready.admission.holds():
            return None
        self._answers.move_to_end(raw_path)
        return ready

    def put(
        self,
        raw_path: bytes,
        admission: Admission,
        body: Body,
        start: dict[str, Any],
        edition: int,
    ) -> None:
        until = min(time.time() + READY_FOR, admission.ticket.expires)
        head = b"".join(b"%b: %b\r\n" % header for header in start["headers"])
        self._answers[raw_path] = Ready(admission, body, start, head, edition, until)
        self._answers.move_to_end(raw_path)
        if len(self._answers) > MOST_READY:
            self._answers.popitem(last=False)
