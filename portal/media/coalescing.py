"""Blocking questions asked from the event loop: in few threads, and each only once at a time."""

import asyncio
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from django.db import Error, connection

T = TypeVar("T")


class Overloaded(Exception):
    """Too many different questions wait for an answer; the same one may be asked later."""


class Questions(Generic[T]):
    """Runs questions in ``threads`` threads; those with an equal key share one answer.

    Each thread keeps its own database connection, so their number is the number of connections.
    """

    def __init__(self, name: str, threads: int, most: int = 200) -> None:
        self._threads = ThreadPoolExecutor(threads, name)
        self._most = most
        self._pending: dict[Hashable, asyncio.Future[T]] = {}

    async def ask(self, key: Hashable, question: Callable[[], T]) -> T:
        """Return the answer, or raise what the question raises; raises ``Overloaded``.

        Whoever stops waiting does not stop the question for others.
        """
        future = self._pending.get(key)
        if future is None:
            if len(self._pending) >= self._most:
                raise Overloaded
            loop = asyncio.get_running_loop()
            future = loop.run_in_executor(self._threads, _answer, question)
            self._pending[key] = future
            future.add_done_callback(lambda done: self._finished(key, done))
        return await asyncio.shield(future)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _finished(self, key: Hashable, done: "asyncio.Future[T]") -> None:
        self._pending.pop(key, None)
        if not done.cancelled():
            done.exception()  # seen, even if everybody who asked has left


def _answer(question: Callable[[], T]) -> T:
    try:
        return question()
    except Error:
        connection.close()  # the next question in this thread connects anew
        raise
