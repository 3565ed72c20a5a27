"""What all event streams of a web process watch: one board, one thread, one question per tick."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from django.db import DatabaseError, connection
from django.db.models import Count, Max, Sum

from downloads.dock import render_events
from downloads.models import Download
from downloads.tickets import Viewpoint

logger = logging.getLogger(__name__)
TICK = 0.5  # seconds
MOST_STREAMS = 1_000  # of one process
MOST_STREAMS_PER_VISITOR = 12

Key = tuple[UUID, str]  # link and visitor
State = tuple[int, ...]  # differs whenever a visitor's downloads differ


class TooManyStreams(Exception):
    """This process, or this visitor, has as many streams as it may."""


@dataclass(eq=False, slots=True)
class Subscription:
    """One stream's place on the board: holds the latest news only, so a slow reader costs nothing."""

    board: "Board"
    view: Viewpoint
    still_granted: Callable[[], bool]
    is_over: bool = False
    is_last: bool = False  # nothing more will come after the latest news
    seen: State | None = None
    _news: str = ""
    _rung: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def key(self) -> Key:
        return self.view.link_id, self.view.visitor

    async def next(self, seconds: float) -> str:
        """Return the latest news, or nothing when there was none for so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        self._rung.clear()
        news, self._news = self._news, ""
        return news

    def push(self, state: State, news: str, *, is_last: bool) -> None:
        self.seen, self._news, self.is_last = state, news, is_last
        self._rung.set()

    def close(self) -> None:
        self.is_over = True
        self.board.forget(self)
        self._rung.set()


class Board:
    """Asks twice a second what changed for those who watch, and renders it once per visitor."""

    def __init__(self) -> None:
        self._watching: dict[Key, set[Subscription]] = {}
        self._count = 0
        self._ticking: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, "progress")

    def subscribe(self, view: Viewpoint, still_granted: Callable[[], bool]) -> Subscription:
        """Watch a visitor's downloads of a link; raises ``TooManyStreams``."""
        subscription = Subscription(self, view, still_granted)
        beside = self._watching.get(subscription.key, ())
        if self._count >= MOST_STREAMS or len(beside) >= MOST_STREAMS_PER_VISITOR:
            raise TooManyStreams
        self._watching.setdefault(subscription.key, set()).add(subscription)
        self._count += 1
        if self._ticking is None or self._ticking.done():
            self._ticking = asyncio.create_task(self._tick())
        return subscription

    def forget(self, subscription: Subscription) -> None:
        beside = self._watching.get(subscription.key, set())
        if subscription in beside:
            beside.remove(subscription)
            self._count -= 1
            if not beside:
                del self._watching[subscription.key]

    async def _tick(self) -> None:
        """Run while anybody watches."""
        loop = asyncio.get_running_loop()
        while self._watching:
            self._end_revoked()
            try:
                states = await loop.run_in_executor(self._thread, read_states, list(self._watching))
                await self._tell(states)
            except DatabaseError:
                logger.warning("Progress cannot be read; trying again.", exc_info=True)
                await loop.run_in_executor(self._thread, _disconnect)
            await asyncio.sleep(TICK)
        await loop.run_in_executor(self._thread, _disconnect)

    def _end_revoked(self) -> None:
        for subscription in self._all():
            if not subscription.still_granted():
                subscription.close()

    async def _tell(self, states: dict[Key, State]) -> None:
        """Render for those whose state is news; watchers with the same view share the rendering."""
        behind: dict[Viewpoint, list[Subscription]] = {}
        for subscription in self._all():
            if subscription.seen != states.get(subscription.key, ()):
                behind.setdefault(subscription.view, []).append(subscription)
        loop = asyncio.get_running_loop()
        for view, subscriptions in behind.items():
            news, is_last = await loop.run_in_executor(self._thread, render_events, view)
            state = states.get((view.link_id, view.visitor), ())
            for subscription in subscriptions:
                subscription.push(state, news, is_last=is_last)

    def _all(self) -> list[Subscription]:
        return [one for beside in self._watching.values() for one in beside]


def _disconnect() -> None:
    connection.close()  # of the thread this runs in


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
