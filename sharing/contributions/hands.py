"""Threads that work on staged files for the event loop, and are never left alone with one."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from sharing.contributions.staging import StagedFile

P = ParamSpec("P")
T = TypeVar("T")
THREADS = 16  # in one process; a disk that hangs holds up these and no page


class Hands:
    """Runs blocking work on files in threads."""

    def __init__(self, threads: int = THREADS) -> None:
        self._threads = ThreadPoolExecutor(threads, "staging")

    async def do(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what the work returns; whoever is cancelled waits for its end all the same.

        A file that was closed while a thread still writes could be another's by the next byte.
        """
        future = self._begin(partial(work, *args, **kwargs))
        if await until_done(future):
            future.exception()  # seen, though nobody is told
            raise asyncio.CancelledError
        return future.result()

    @asynccontextmanager
    async def opened(self, path: Path) -> AsyncGenerator[StagedFile, None]:
        """Hold a staged file open and locked; raises what ``StagedFile.open_locked`` raises."""
        future = self._begin(partial(StagedFile.open_locked, path))
        was_cancelled = await until_done(future)
        file = future.result()
        try:
            if was_cancelled:
                raise asyncio.CancelledError
            yield file
        finally:
            await self.do(file.close)

    def _begin(self, work: Callable[[], T]) -> "asyncio.Future[T]":
        return asyncio.get_running_loop().run_in_executor(self._threads, work)


async def until_done(future: "asyncio.Future[Any]") -> bool:
    """Wait for its end, whatever it is and whoever cancels; return whether somebody did."""
    was_cancelled = False
    while not future.done():
        try:
            await asyncio.wait({future})
        except asyncio.CancelledError:
            was_cancelled = True
    return was_cancelled
