"""What owners' pages watch: whether anything they show changed, asked once a second."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b

from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from portal.accounts.sessions import owners_of
from portal.live.board import Board, State
from portal.live.stream import event
from sharing.managing.condition import read_version
from sharing.managing.waiting import read_links_facts, read_review_facts, read_waiting
from sharing.models import SharedLink

TICK = 1.0  # seconds
ReadVersions = Callable[[Iterable[int]], Mapping[int, str]]


@dataclass(frozen=True, slots=True)
class OwnerView:
    """An owner's page, by the session cookie it was opened with."""

    session: str

    @property
    def key(self) -> str:
        return self.session


def make_board(name: str, read_versions: ReadVersions) -> Board[OwnerView]:
    """A board that tells owners when their version, a text by owner's id, is another."""
    return Board(
        name, partial(read_states, read_versions), partial(_render, read_versions), tick=TICK
    )


def read_states(read_versions: ReadVersions, sessions: Iterable[str]) -> dict[str, State]:
    """Read what tells whether anything changed for these sessions' owners, and what waits."""
    owners = owners_of(list(sessions))
    versions = read_versions(set(owners.values()))
    waiting = read_waiting(set(owners.values()))
    return {
        session: (versions.get(owner, ""), waiting.get(owner, 0))
        for session, owner in owners.items()
    }


def read_link_versions(owner_ids: Iterable[int]) -> dict[int, str]:
    """A text by owner that differs whenever something on their list of links does."""
    owner_ids, over = list(owner_ids), Q(expires_at__lte=timezone.now())
    rows = (
        SharedLink.objects.alive()
        .order_by()
        .filter(owner_id__in=owner_ids)
        .values_list("owner_id")
        .annotate(
            Count("pk"),
            Sum("visits"),
            Sum("visitors"),
            Sum("times_taken"),
            Sum("bytes_taken"),
            Max("revised_at"),
            Max("updated_at"),
            over=Count("pk", filter=over),
        )
    )
    waiting = read_links_facts(owner_ids)
    return {owner: _digest([*facts, waiting.get(owner)]) for owner, *facts in rows}


def read_review_versions(owner_ids: Iterable[int]) -> dict[int, str]:
    """A text by owner that differs whenever what was sent to them does, or where it stands."""
    return {owner: _digest(facts) for owner, facts in read_review_facts(owner_ids).items()}


def read_status_versions(owner_ids: Iterable[int]) -> dict[int, str]:
    """A text that differs whenever the status page does, which is the same to all owners."""
    watching = list(owner_ids)
    return dict.fromkeys(watching, read_version()) if watching else {}


def _digest(facts: Iterable[object]) -> str:
    return blake2b(repr(list(facts)).encode(), digest_size=8).hexdigest()


def _render(read_versions: ReadVersions, view: OwnerView) -> tuple[str, bool]:
    state = read_states(read_versions, [view.session]).get(view.session)
    if state is None:  # signed out meanwhile
        return event("end", "signed out"), True
    version, waiting = state
    return event("version", str(version)) + event("waiting", str(waiting)), False
