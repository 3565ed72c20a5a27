"""What the docks of all guests watch: which downloads changed, read in one question per tick."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Max, Sum

from downloads.dock import render_events
from downloads.models import Download
from downloads.tickets import Viewpoint
from portal.live.board import Board, State

Key = tuple[UUID, str]  # link and visitor


def make_board() -> Board[Viewpoint]:
    return Board("progress", read_states, render_events)


def read_states(keys: Iterable[Key]) -> dict[Key, State]:
    """Read, in one query, what tells whether anything changed for these visitors."""
    keys = set(keys)
    rows = (
        Download.objects.in_dock()
        .order_by()
        .filter(visitor__in={visitor for _, visitor in keys})
        .values_list("link_id", "visitor")
        .annotate(Sum("revision"), Max("revision"), Count("pk"))
    )
    return {
        (link, visitor): tuple(state) for link, visitor, *state in rows if (link, visitor) in keys
    }
