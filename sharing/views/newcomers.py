"""Who comes to a link with a limited number of visitors for the first time."""

from typing import Any

from sharing.access import Access, LinkClosed, Standing
from sharing.activity import record_once
from sharing.limits import admit_visitor
from sharing.models import Happening, SharedLink
from sharing.views.crawlers import is_crawler

ENTRANCES = {"page", "photo"}  # of the guest's addresses; all others come after one of these


def admit_newcomer(request: Any, access: Access) -> bool:
    """Count a newcomer where their number is limited; raises ``LinkClosed``.

    Returns whether they were counted, and so should be known again. The owner is no visitor, and
    a preview made by a chat app takes nobody's place: it is not let in.
    """
    link = access.link
    is_limited = link.max_visitors is not None and access.is_new and request.method != "HEAD"
    if not is_limited or request.user.pk == link.owner_id:
        return False
    if request.resolver_match.url_name not in ENTRANCES:
        raise LinkClosed(Standing.FULL, link)
    if is_crawler(request.headers.get("User-Agent", "")):
        raise LinkClosed(Standing.UNKNOWN)
    if not admit_visitor(link):
        raise LinkClosed(Standing.FULL, link)
    return True


def note_turned_away(request: Any, closed: LinkClosed) -> None:
    link: SharedLink | None = closed.link
    if link is not None and closed.standing is Standing.FULL:
        address = request.META.get("REMOTE_ADDR", "")
        record_once(link, Happening.Kind.TURNED_AWAY, address=address)
