"""Counting visits, at no guest's cost."""

import logging

from django.db import OperationalError
from django.db.models import F
from django.http import HttpResponse

from sharing.models import SharedLink
from sharing.views.crawlers import is_ahead_of_time, is_crawler
from sharing.views.door import GuestRequest, set_private_cookie

ONE_VISIT = 86_400  # seconds within which coming back is the same visit
logger = logging.getLogger(__name__)


class CountedPage(HttpResponse):
    """A page that adds a visit once it is sent: a busy database keeps no guest waiting."""

    def __init__(self, content: str, link: SharedLink, user_agent: str) -> None:
        super().__init__(content)
        self.link = link
        self.user_agent = user_agent

    def close(self) -> None:
        if not is_crawler(self.user_agent):
            self._count()
        super().close()

    def _count(self) -> None:
        try:
            SharedLink.objects.filter(pk=self.link.pk).update(visits=F("visits") + 1)
        except OperationalError:
            logger.warning("A visit of link %s was not counted: the database is busy", self.link.pk)


def answer_counted(request: GuestRequest, content: str) -> HttpResponse:
    """The page, counted as a visit unless this browser was here within the day.

    Crawlers, previews and prefetching browsers are no visitors.
    """
    link = request.access.link
    cookie = f"loggia_seen_{link.pk.hex[:16]}"
    if cookie in request.COOKIES or is_ahead_of_time(request):
        return HttpResponse(content)
    response = CountedPage(content, link, request.headers.get("User-Agent", ""))
    set_private_cookie(response, cookie, "1", max_age=ONE_VISIT)
    return response
