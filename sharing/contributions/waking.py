"""Calls a worker for what has arrived, once for all that arrives within a second."""

import asyncio
import logging
from collections.abc import Callable

from django.db import DatabaseError

from portal.media.coalescing import Overloaded, Questions
from sharing.contributions.calling import call_for_check

AT_MOST_EVERY = 1.0  # seconds
logger = logging.getLogger(__name__)


class Waker:
    """Belongs to one event loop. A call that a kill swallows is made up for by the sweep."""

    def __init__(
        self, questions: "Questions[None]", call: Callable[[], None] = call_for_check
    ) -> None:
        self._questions = questions
        self._call = call
        self._called_at = float("-inf")
        self._pending: asyncio.TimerHandle | None = None
        self._calling: asyncio.Task[None] | None = None

    def wake(self) -> None:
        if self._pending is None:
            loop = asyncio.get_running_loop()
            at = max(loop.time(), self._called_at + AT_MOST_EVERY)
            self._pending = loop.call_at(at, self._begin)

    def _begin(self) -> None:
        loop = asyncio.get_running_loop()
        self._pending, self._called_at = None, loop.time()
        self._calling = loop.create_task(self._ask())

    async def _ask(self) -> None:
        try:
            await self._questions.ask("call for a check", self._call)
        except (DatabaseError, Overloaded) as exc:
            logger.warning("No worker could be called for what arrived; the sweep will: %s", exc)
