"""Links for a limited number of visitors, reached by programs: most of those keep no cookies.

Whoever came from an address within the day is known again by it, on every route, so that nobody
takes a second place by asking for the next photo.
"""

from sharing.access import (
    Access,
    LinkClosed,
    Standing,
    admission_cookie,
    is_admitted,
    make_admission,
)
from sharing.activity import record_once
from sharing.limits import admit_address, has_come
from sharing.models import Happening, SharedLink
from sharing.views.crawlers import is_crawler


def known_again(link: SharedLink, cookies: dict[str, str], address: str) -> dict[str, str]:
    """The cookies, with that of a visitor who was counted, where the address is such a one's."""
    if link.max_visitors is None or is_admitted(link, cookies) or not has_come(link, address):
        return cookies
    return {**cookies, admission_cookie(link): make_admission(link)}


def admit(access: Access, address: str, user_agent: str) -> None:
    """Count a newcomer where their number is limited; raises ``LinkClosed``."""
    link = access.link
    if link.max_visitors is None or not access.is_new:
        return
    if is_crawler(user_agent) or not admit_address(link, address):
        raise LinkClosed(Standing.FULL, link)


def note_turned_away(closed: LinkClosed, address: str) -> None:
    """Tell the owner of who came too late."""
    if closed.link is not None and closed.standing is Standing.FULL:
        network = address.partition("/")[0]
        record_once(closed.link, Happening.Kind.TURNED_AWAY, address=network)
