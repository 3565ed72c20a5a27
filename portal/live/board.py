"""What all event streams of one kind watch in a web process: one board, one thread, one question."""

import asyncio
import logging
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from django.db import DatabaseError, connection

logger = logging.getLogger(__name__)
MOST_STREAMS = 1_000  # of one board
MOST_STREAMS_PER_KEY = 12

State = tuple[object, ...]  # differs whenever what is watched differs


class View(Hashable, Protocol):
    """Where a watcher stands. Those with an equal key share a question, equal views an answer."""

    @property
    def key(self) -> Hashable: ...


V = TypeVar("V", bound=View)


class TooManyStreams(Exception):
    """This board, or this watcher, has as many streams as it may."""


@dataclass(eq=False, slots=True)
class Subscription(Generic[V]):
    """One stream's place on the board: holds the latest news only, so a slow reader costs nothing."""

    board: "Board[V]"
    view: V
    still_granted: Callable[[], bool]
    is_over: bool = False
    is_last: bool = False  # nothing more will come after the latest news
    seen: State | None = None
    _news: str = ""
    _rung: asyncio.Event = field(default_factory=asyncio.Event)

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


class Board(Generic[V]):
    """Asks every ``tick`` seconds what changed for those who watch, and renders it once per view.

    ``read_states`` tells, by key, a value that differs when anything did; ``render`` makes of a view
    the text of its events, and says whether they are the last. Both run in the board's own thread.
    """

    def __init__(
        self,
        name: str,
        read_states: Callable[[set[Any]], Mapping[Any, State]],
        render: Callable[[V], tuple[str, bool]],
        *,
        tick: float = 0.5,
    ) -> None:
        self._read_states = read_states
        self._render = render
        self._tick = tick
        self._watching: dict[Hashable, set[Subscription[V]]] = {}
        self._count = 0
        self._ticking: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, name)

    def subscribe(self, view: V, still_granted: Callable[[], bool]) -> Subscription[V]:
        """Watch what the view shows; raises ``TooManyStreams``."""
        subscription = Subscription(self, view, still_granted)
        beside = self._watching.get(view.key, ())
        if self._count >= MOST_STREAMS or len(beside) >= MOST_STREAMS_PER_KEY:
            raise TooManyStreams
        self._watching.setdefault(view.key, set()).add(subscription)
        self._count += 1
        if self._ticking is None or self._ticking.done():
            self._ticking = asyncio.create_task(self._run())
        return subscription

    def forget(self, subscription: Subscription[V]) -> None:
        beside = self._watching.get(subscription.view.key, set())
        if subscription in beside:
            beside.remove(subscription)
            self._count -= 1
            if not beside:
                del self._watching[subscription.view.key]

    async def _run(self) -> None:
        """Ask while anybody watches."""
        loop = asyncio.get_running_loop()
        while self._watching:
            self._end_revoked()
            try:
                keys = set(self._watching)
                await self._tell(await loop.run_in_executor(self._thread, self._read_states, keys))
            except DatabaseError:
                logger.warning("What is new cannot be read; trying again.", exc_info=True)
                await loop.run_in_executor(self._thread, _disconnect)
            await asyncio.sleep(self._tick)
        await loop.run_in_executor(self._thread, _disconnect)

    def _end_revoked(self) -> None:
        for subscription in self._all():
            if not subscription.still_granted():
                subscription.close()

    async def _tell(self, states: Mapping[Hashable, State]) -> None:
        """Render for those whose state is news; watchers with the same view share the rendering."""
        behind: dict[V, list[Subscription[V]]] = {}
        for subscription in self._all():
            if subscription.seen != states.get(subscription.view.key, ()):
                behind.setdefault(subscription.view, []).append(subscription)
        loop = asyncio.get_running_loop()
        for view, subscriptions in behind.items():
            news, is_last = await loop.run_in_executor(self._thread, self._render, view)
            state = states.get(view.key, ())
            for subscription in subscriptions:
                subscription.push(state, news, is_last=is_last)

    def _all(self) -> list[Subscription[V]]:
        return [one for beside in self._watching.values() for one in beside]


def _disconnect() -> None:
    connection.close()  # of the thread this runs in
