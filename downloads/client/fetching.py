"""One file from a server into a folder, by the engine."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from uuid import uuid4

import anyio
import httpx

from downloads.engine import DownloadTask, Engine, InTheWay, Limits, Outcome

from . import errors
from .errors import Trouble
from .places import MOST, Found, Places
from .showing import Display, Told


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to fetch, as far as it is known before. ``size`` in bytes, ``sha1`` of 20 bytes."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    name: str  # safe
    size: int | None = None
    sha1: bytes | None = None


class Fetcher:
    """Fetches single files, no more at once than the engine's limits say."""

    def __init__(self, limits: Limits, display: Display) -> None:
        self.limits = limits
        self.display = display
        self._room = anyio.CapacityLimiter(limits.total)
        self._going: dict[tuple[Path, str, str], anyio.Lock] = {}

    async def bring(
        self,
        wanted: Wanted,
        folder: Path,
        transport: httpx.AsyncBaseTransport,
        *,
        show_progress: bool = False,
    ) -> Path:
        """Where the file is when it is whole and checked. Raises the kinds in ``errors``."""
        key = (folder, wanted.name, wanted.url)
        lock = self._going.setdefault(key, anyio.Lock())
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(lock)  # the same twice at once is fetched once
            await stack.enter_async_context(self._room)
            return await self._bring(wanted, folder, transport, show_progress=show_progress)

    async def _bring(
        self, wanted: Wanted, folder: Path, transport: httpx.AsyncBaseTransport, *,
        show_progress: bool,
    ) -> Path:  # fmt: skip
        await anyio.to_thread.run_sync(make_folder, folder)
        places = Places(folder, wanted.name)
        for number in range(1, MOST):
            path = places.path(number)
            task = _task(wanted, path.name)
            found = await anyio.to_thread.run_sync(places.look, number, task)
            if found == Found.SAME:
                return path
            if found == Found.OTHER:
                continue
            outcome = await self._run(task, folder, transport, show_progress=show_progress)
            if outcome.completed:
                same = partial(places.same_as, path, outcome.completed.sha1)
                return await anyio.to_thread.run_sync(same) or path
            if outcome.error and not isinstance(outcome.error, InTheWay):
                raise errors.of_engine(outcome.error) from outcome.error
        raise Trouble(f"There are too many files named {wanted.name} in {folder}")

    async def _run(
        self, task: DownloadTask, folder: Path, transport: httpx.AsyncBaseTransport, *,
        show_progress: bool,
    ) -> Outcome:  # fmt: skip
        if not show_progress:
            engine = Engine(folder, limits=self.limits, transport=transport)
            return (await engine.run([task])).outcomes[task.task_id]
        with self.display.opened(1, task.size or 0) as show:
            engine = Engine(folder, limits=self.limits, transport=transport, listener=Told(show))
            return (await engine.run([task])).outcomes[task.task_id]


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise Trouble(f"{folder} cannot be made: {exc.strerror or exc}") from exc


def _task(wanted: Wanted, filename: str) -> DownloadTask:
    return DownloadTask(
        str(uuid4()), wanted.url, wanted.headers, filename, size=wanted.size, checksum=wanted.sha1
    )
