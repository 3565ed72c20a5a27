"""Who comes to a link with a limited number of visitors for the first time."""

from enum import Enum, auto
from typing import Any

from sharing.access import Access, LinkClosed, Standing
from sharing.activity import record_once
from sharing.limits import admit_visitor
from sharing.models import Happening, SharedLink
from sharing.views.crawlers import is_ahead_of_time, is_crawler

ENTRANCES = {"page", "photo"}  # of the guest's addresses; all others come after one of these


class Welcome(Enum):
    """What a visitor of an open link is given, and whether they took a place."""

    IN = auto()
    ADMITTED = auto()  # in, and counted just now: to be known again
    PREVIEW = auto()  # a picture, the title and the count: nobody looks at more
    NOT_YET = auto()  # nothing before somebody looks


def welcome(request: Any, access: Access) -> Welcome:
    """Count a newcomer where their number is limited; raises ``LinkClosed``.

    The owner is no visitor, and what is shown to nobody takes nobody's place: a crawler gets the
    preview, and a browser that fetches pages in case they are wanted has to ask again. It would
    else show a page whose parts are closed to it.
    """
    link = access.link
    is_limited = link.max_visitors is not None and access.is_new and request.method != "HEAD"
    if not is_limited or request.user.pk == link.owner_id:
        return Welcome.IN
    if request.resolver_match.url_name not in ENTRANCES:
        raise LinkClosed(Standing.FULL, link)
    if is_crawler(request.headers.get("User-Agent", "")):
        return Welcome.PREVIEW
    if is_ahead_of_time(request):
        return Welcome.NOT_YET
    if not admit_visitor(link):
        raise LinkClosed(Standing.FULL, link)
    return Welcome.ADMITTED


def note_turned_away(request: Any, closed: LinkClosed) -> None:
    link: SharedLink | None = closed.link
    if link is None or closed.standing is not Standing.FULL or is_ahead_of_time(request):
        return
    if not is_crawler(request.headers.get("User-Agent", "")):
        address = request.META.get("REMOTE_ADDR", "")
        record_once(link, Happening.Kind.TURNED_AWAY, address=address)
