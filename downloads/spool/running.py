"""The engine on a thread and an event loop of its own: the ORM stays outside, httpx inside."""

import asyncio
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue

from downloads.engine import (
    BatchState,
    Completed,
    DownloadTask,
    Engine,
    EngineError,
    Existing,
    Limits,
    Listener,
    State,
)

STARTS_WITHIN = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Ended:
    """How a task ended: with a file or an error."""

    task_id: str
    completed: Completed | None = None
    error: EngineError | None = None


@dataclass(slots=True)
class News(Listener):
    """What the engine says, kept until the other thread asks. Each field has one writer."""

    received: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)
    state: BatchState = BatchState.RUNNING
    ended: "SimpleQueue[Ended]" = field(default_factory=SimpleQueue)
    wake_after: int = 1  # so many must have ended before the other thread is woken
    stirred: threading.Event = field(default_factory=threading.Event)
    is_going: threading.Event = field(default_factory=threading.Event)

    def progress(self, task: DownloadTask, received: int, total: int | None) -> None:
        self.received[task.task_id] = (received, total)

    def status(self, task: DownloadTask, state: State) -> None:
        if state == State.RUNNING:
            self.begun.add(task.task_id)

    def completed(self, task: DownloadTask, completed: Completed) -> None:
        self._end(Ended(task.task_id, completed))

    def failed(self, task: DownloadTask, error: EngineError) -> None:
        self._end(Ended(task.task_id, error=error))

    def batch(self, state: BatchState, reason: str) -> None:
        self.state = state
        self.is_going.set()
        self.stirred.set()

    def _end(self, ended: Ended) -> None:
        self.ended.put(ended)
        if self.ended.qsize() >= self.wake_after:
            self.stirred.set()

    def take_ended(self) -> list[Ended]:
        taken = []
        with suppress(Empty):
            while True:
                taken.append(self.ended.get_nowait())
        return taken


class Run:
    """Fetches into a folder from a thread. Its methods are called from one other thread."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.news = News()
        self._folder, self._limits = folder, limits
        self._pool = ThreadPoolExecutor(1, "fetch")
        self._engine: Engine | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._work: Future[None] | None = None

    @property
    def is_alive(self) -> bool:
        """Whether it goes on; raises what nobody foresaw in the thread."""
        if self._work is None:
            return False
        if self._work.done():
            self._work.result()
            return False
        return True

    def add(self, tasks: Sequence[DownloadTask]) -> None:
        """Fetch these too. What an ending run did not take comes to no end: ask ``is_alive``."""
        if not self.is_alive:
            self._start(tasks)
        elif self._engine is not None:
            engine = self._engine
            self._call(lambda: engine.add(tasks))

    def cancel(self, task_ids: Iterable[str]) -> None:
        ids, engine = list(task_ids), self._engine
        if ids and engine is not None:
            for task_id in ids:
                self._call(partial(engine.cancel, task_id))

    def stop(self) -> None:
        """Stop everything, keep what can be resumed, and return when no file is open."""
        engine = self._engine
        if engine is not None:
            self._call(lambda: engine.cancel_all(keep_parts=True))
        self._pool.shutdown()

    def _start(self, tasks: Sequence[DownloadTask]) -> None:
        self._loop = asyncio.new_event_loop()
        self._engine = Engine(
            self._folder,
            limits=self._limits,
            listener=self.news,
            existing=Existing.VERIFY,
            crc32=True,
        )
        self.news.is_going.clear()
        self._work = self._pool.submit(self._fetch, self._loop, self._engine, tasks)
        self.news.is_going.wait(STARTS_WITHIN)  # before that, it would not hear ``add``

    def _fetch(
        self, loop: asyncio.AbstractEventLoop, engine: Engine, tasks: Sequence[DownloadTask]
    ) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(engine.run(tasks))
        finally:
            self.news.is_going.set()
            self.news.stirred.set()

    def _call(self, what: Callable[[], object]) -> None:
        """Have the loop do it; when the loop has ended, there is nothing to do it to."""
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(what)
