"""Owners' files on their way into the library: what comes while others are brought goes together.

A file costs the index little more than many do, and clients send several at a time.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from django.utils import translation

from portal.library.interface import LibraryFull, LibraryUnavailable
from portal.library.types import Incoming, NotTaken, TakenIn
from portal.media.coalescing import Questions
from sharing.contributions.hands import until_done
from sharing.contributions.owned import take_in

THREADS = 2  # with a database connection each, in one process
TOGETHER, BYTES_TOGETHER = 16, 2**28
Answer = TakenIn | NotTaken | LibraryUnavailable


class Waiting(NamedTuple):
    file: Incoming
    answer: "asyncio.Future[Answer]"


class Batches:
    """Belongs to one event loop."""

    def __init__(self) -> None:
        self._questions: Questions[list[Answer]] = Questions("own-uploads", THREADS)
        self._waiting: deque[Waiting] = deque()
        self._running: set[asyncio.Task[None]] = set()

    async def take_in(self, file: Incoming) -> TakenIn | NotTaken:
        """Bring a file; its bytes stay where they are until that is done, whoever is cancelled.

        Raises ``LibraryUnavailable``, ``DatabaseError`` or ``Overloaded``.
        """
        waiting = Waiting(file, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._go_on()
        if await until_done(waiting.answer):
            raise asyncio.CancelledError
        answer = waiting.answer.result()
        if isinstance(answer, LibraryUnavailable):
            raise answer
        return answer

    def _go_on(self) -> None:
        while self._waiting and len(self._running) < THREADS:
            task = asyncio.create_task(self._bring(self._next()))
            self._running.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        self._go_on()

    def _next(self) -> list[Waiting]:
        batch, size = [self._waiting.popleft()], 0
        while self._waiting and len(batch) < TOGETHER and size < BYTES_TOGETHER:
            batch.append(self._waiting.popleft())
            size += batch[-1].file.size
        return batch

    async def _bring(self, batch: Sequence[Waiting]) -> None:
        files = [waiting.file for waiting in batch]
        try:
            answers = await self._questions.ask(object(), partial(_take, files))
        except Exception as exc:  # noqa: BLE001 - whatever it is, each of them waits to hear of it
            for waiting in batch:
                waiting.answer.set_exception(exc)
        else:
            for waiting, answer in zip(batch, answers, strict=True):
                waiting.answer.set_result(answer)


def _take(files: Sequence[Incoming]) -> list[Answer]:
    """Of those for which there is no room together, some may have room alone."""
    with translation.override("en"):
        try:
            return list(take_in(files))
        except LibraryFull as exc:
            if len(files) == 1:
                return [exc]
        except LibraryUnavailable as exc:
            return [exc for _file in files]
        return [answer for file in files for answer in _take([file])]
