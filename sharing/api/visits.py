"""Counting who looks at a link with a program: once a day per address, at no caller's cost."""

import logging
import time
from collections import OrderedDict
from threading import Lock
from uuid import UUID

from django.db import OperationalError
from django.http import HttpRequest

from sharing.access import Access
from sharing.activity import record
from sharing.limits import count_visit, is_first_look, note_use
from sharing.models import Happening, SharedLink
from sharing.views.crawlers import is_ahead_of_time, is_crawler

MOST_KNOWN = 10_000  # links and addresses
ONE_VISIT = 86_400  # seconds within which coming back is the same visit
logger = logging.getLogger(__name__)


class Known:
    """Who was counted by this process, so that it need not ask the database again."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._until: OrderedDict[tuple[UUID, str], float] = OrderedDict()
        self._lock = Lock()

    def is_new(self, link_id: UUID, address: str) -> bool:
        """Whether this pair was not here within the time; from now on it was."""
        now, pair = time.monotonic(), (link_id, address)
        with self._lock:
            if self._until.get(pair, 0.0) > now:
                return False
            self._until[pair] = now + self._seconds
            self._until.move_to_end(pair)
            while len(self._until) > self._most:
                self._until.popitem(last=False)
        return True

    def forget(self, link_id: UUID, address: str) -> None:
        with self._lock:
            self._until.pop((link_id, address), None)


known = Known(MOST_KNOWN, ONE_VISIT)


def note_visit(request: HttpRequest, access: Access, address: str) -> None:
    """Count a visit, unless it is no person's, or the same as one before within the day."""
    link = access.link
    is_head = request.META.get("REQUEST_METHOD") == "HEAD"  # which is answered as GET
    if is_head or is_ahead_of_time(request) or f"loggia_seen_{link.pk.hex[:16]}" in request.COOKIES:
        return
    try:
        note_use(link)
        if known.is_new(link.pk, address):
            _count(request, access, address)
    except OperationalError:
        known.forget(link.pk, address)
        logger.warning("A visit of link %s was not counted: the database is busy", link.pk)


def _count(request: HttpRequest, access: Access, address: str) -> None:
    link: SharedLink = access.link
    if is_crawler(request.headers.get("User-Agent", "")) or not is_first_look(link, address):
        return
    # Where visitors are limited, the door has counted this one already.
    count_visit(link, is_new=access.is_new and link.max_visitors is None)
    record(link, Happening.Kind.OPENED, address=request.META.get("REMOTE_ADDR", ""))
