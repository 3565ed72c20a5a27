"""A server that misbehaves, tasks for its files, and a listener that remembers."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha1
from typing import Any

import anyio
import pytest

from downloads.engine import (
    BatchState,
    Completed,
    DownloadTask,
    Engine,
    EngineError,
    Limits,
    Listener,
    Report,
    State,
)

from .origin import Origin, Running, made

QUICK = Limits(
    backoff=0.01, backoff_cap=0.05, connect_timeout=2, silence=1, disk_reserve=0, disk_poll=0.02
)


class Heard(Listener):
    """Remembers everything, for asserting."""

    def __init__(self) -> None:
        self.states: dict[str, list[State]] = {}
        self.progressed: dict[str, list[tuple[int, int | None]]] = {}
        self.done: dict[str, Completed] = {}
        self.errors: dict[str, EngineError] = {}
        self.batches: list[BatchState] = []

    def progress(self, task: DownloadTask, received: int, total: int | None) -> None:
        self.progressed.setdefault(task.task_id, []).append((received, total))

    def status(self, task: DownloadTask, state: State) -> None:
        self.states.setdefault(task.task_id, []).append(state)

    def completed(self, task: DownloadTask, completed: Completed) -> None:
        self.done[task.task_id] = completed

    def failed(self, task: DownloadTask, error: EngineError) -> None:
        self.errors[task.task_id] = error

    def batch(self, state: BatchState, reason: str) -> None:
        self.batches.append(state)


@pytest.fixture
def origin() -> Iterator[Origin]:
    running = Running()
    yield running.origin
    running.close()


@pytest.fixture
def heard() -> Heard:
    return Heard()


def task_for(
    origin: Origin, name: str, length: int = 100_000, /, *faults: str, **changes: Any
) -> DownloadTask:
    """Put a file on the server; the task that fetches it, checksum and size known."""
    data = made(name, length)
    url = origin.put(f"/{changes.get('group', 'image')}/{name}", data, *faults)
    task = DownloadTask(
        task_id=name,
        url=url,
        headers={"x-api-key": "secret"},
        filename=name,
        size=length,
        checksum=sha1(data, usedforsecurity=False).digest(),
    )
    return replace(task, **changes)


def run(engine: Engine, *tasks: DownloadTask) -> Report:
    return anyio.run(engine.run, tasks)


async def until(come: Callable[[], bool]) -> None:
    """Wait for something that another task or thread brings about."""
    while not come():  # noqa: ASYNC110 - nobody there could set an event
        await anyio.sleep(0.005)
