"""Counting visits, at no guest's cost."""

import logging

from django.db import OperationalError
from django.http import HttpResponse

from sharing.activity import record
from sharing.limits import count_visit, note_use
from sharing.models import Happening
from sharing.views.crawlers import is_ahead_of_time, is_crawler
from sharing.views.door import GuestRequest, remember_admission, set_private_cookie

ONE_VISIT = 86_400  # seconds within which coming back is the same visit
logger = logging.getLogger(__name__)


class CountedPage(HttpResponse):
    """A page that counts its guest once it is sent: a busy database keeps nobody waiting.

    ``is_visit`` is false for who was here within the day, ``is_visitor`` true at the first visit.
    """

    def __init__(
        self, content: str, request: GuestRequest, *, is_visit: bool, is_visitor: bool
    ) -> None:
        super().__init__(content)
        self.link = request.access.link
        self.address = request.META.get("REMOTE_ADDR", "")
        self.is_visit = is_visit
        self.is_visitor = is_visitor

    def close(self) -> None:
        self._count()
        super().close()

    def _count(self) -> None:
        try:
            note_use(self.link)
            if self.is_visit:
                count_visit(self.link, is_new=self.is_visitor)
                record(self.link, Happening.Kind.OPENED, address=self.address)
        except OperationalError:
            logger.warning("A visit of link %s was not counted: the database is busy", self.link.pk)


def answer_counted(request: GuestRequest, content: str) -> HttpResponse:
    """The page, counted as a visit unless this browser was here within the day.

    Crawlers, previews and prefetching browsers are no visitors.
    """
    link = request.access.link
    cookie = f"loggia_seen_{link.pk.hex[:16]}"
    if is_ahead_of_time(request) or is_crawler(request.headers.get("User-Agent", "")):
        return HttpResponse(content)  # without a cookie that would let it in as a visitor later
    is_visit = cookie not in request.COOKIES
    # Where visitors are limited, the door has counted this one already.
    is_visitor = is_visit and request.access.is_new and link.max_visitors is None
    response = CountedPage(content, request, is_visit=is_visit, is_visitor=is_visitor)
    if is_visit:
        set_private_cookie(response, cookie, "1", max_age=ONE_VISIT)
    if is_visitor:
        remember_admission(response, link)
    return response
