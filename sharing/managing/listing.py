"""The owner's list of links: searched, filtered, sorted, as its address says."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.library.types import Album
from sharing.access import Standing, standing_of
from sharing.managing.cards import title_of
from sharing.managing.parameters import number_from
from sharing.models import SharedLink

STEP = 60  # links a page; a browser with script fetches them as they come near the screen
MOST_AT_ONCE = 4 * STEP
MOST = 6_000
STATES = {
    "": _("All"),
    "open": pgettext_lazy("state of links", "Open"),
    "locked": _("With password"),
    "paused": _("Paused"),
    "expired": _("Expired"),
    "full": _("Limit reached"),
}
SORTS = {
    "": _("Newest first"),
    "title": _("By title"),
    "visits": _("Most visits"),
    "downloads": _("Most downloads"),
    "used": _("Last used"),
    "expiry": _("Closing soonest"),
}
_OF_STANDING = {
    Standing.PAUSED: "paused",
    Standing.EXPIRED: "expired",
    Standing.FULL: "full",
    Standing.LOCKED: "locked",
    Standing.OPEN: "open",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address asks for. Nonsense in it is as good as nothing."""

    text: str = ""
    state: str = ""
    sort: str = ""
    start: int = 0
    count: int = STEP

    @classmethod
    def read(cls, query: QueryDict) -> "Wish":
        state, sort = query.get("state", ""), query.get("sort", "")
        return cls(
            text=query.get("q", "").strip()[:200],
            state=state if state in STATES else "",
            sort=sort if sort in SORTS else "",
            start=number_from(query.get("start"), least=0, most=MOST),
            count=number_from(query.get("count"), least=STEP, most=MOST_AT_ONCE),
        )

    def query(self, **also: str) -> str:
        """The address line's end that asks for the same."""
        said = {"q": self.text, "state": self.state, "sort": self.sort}
        return urlencode({name: value for name, value in (said | also).items() if value})


@dataclass(frozen=True, slots=True)
class Listing:
    links: Sequence[SharedLink]  # all that match, in order
    start: int  # of these, from here
    end: int  # to here are shown
    counts: list[tuple[str, Any, int]]  # name, label and number of links in each state

    @property
    def shown(self) -> Sequence[SharedLink]:
        return self.links[self.start : self.end]

    @property
    def total(self) -> int:
        return len(self.links)


def make_listing(links: Sequence[SharedLink], albums: Mapping[UUID, Album], wish: Wish) -> Listing:
    """Choose and order what to show of all links, which come newest first."""
    titles = {link.pk: title_of(link, albums) for link in links}
    found = [link for link in links if _matches(link, titles, albums, wish.text)]
    states = {link.pk: state_name(link) for link in found}
    numbers = Counter(states.values())
    wanted = [link for link in found if wish.state in {"", states[link.pk]}]
    if key := _sort_keys(titles).get(wish.sort):
        wanted.sort(key=key)
    counts = [
        (name, label, numbers[name] if name else len(found)) for name, label in STATES.items()
    ]
    start = min(wish.start, max(0, len(wanted) - 1)) // STEP * STEP
    return Listing(wanted, start, min(start + wish.count, len(wanted)), counts)


def state_name(link: SharedLink) -> str:
    """The state a link is filtered by; one whose downloads are used up has reached its limit."""
    standing = standing_of(link, "")
    if standing in {Standing.OPEN, Standing.LOCKED} and link.is_used_up:
        return "full"
    return _OF_STANDING.get(standing, "")


def _matches(
    link: SharedLink, titles: Mapping[UUID, str], albums: Mapping[UUID, Album], text: str
) -> bool:
    if not text:
        return True
    album = albums.get(link.shown_album_id) if link.shown_album_id else None
    texts = (titles[link.pk], link.slug, album.name if album else "")
    return any(text.casefold() in one.casefold() for one in texts)


def _sort_keys(titles: Mapping[UUID, str]) -> dict[str, Callable[[SharedLink], Any]]:
    return {
        "title": lambda link: titles[link.pk].casefold(),
        "visits": lambda link: -link.visits,
        "downloads": lambda link: -link.times_taken,
        "used": lambda link: -link.used_at.timestamp(),
        "expiry": lambda link: link.closes_at.timestamp() if link.closes_at else float("inf"),
    }
