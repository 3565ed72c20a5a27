"""One file from beginning to end: what is there already, attempts, pauses, the final name."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import anyio
import httpx

from .disk import NoRoom, Room
from .errors import Busy, Gone, Interrupted, WrongContent
from .listening import Listener
from .parts import Part, sweep
from .patience import backoff
from .ranges import Unusable
from .standing import already_there
from .sums import Sums
from .tasks import Completed, DownloadTask, Existing, Limits, State
from .transfer import transfer


@dataclass(frozen=True, slots=True)
class Means:
    """What all files of a run are fetched with."""

    folder: Path
    client: httpx.AsyncClient
    limits: Limits
    listener: Listener
    room: Room
    existing: Existing
    crc32: bool


@dataclass(slots=True)
class Job:
    """One running task: its attempts, and what becomes of its part when it is canceled."""

    task: DownloadTask
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    retries: int = 0
    was_wrong: bool = False
    keep_part: bool = True


async def obtain(job: Job, means: Means) -> Completed:
    """Bring the task's file under its final name. Raises the kinds in ``errors``."""
    task, final = job.task, means.folder / job.task.filename
    means.listener.status(task, State.RUNNING)
    sums = Sums(crc32=means.crc32)
    if there := await already_there(task, final, means.existing, sums):
        await anyio.to_thread.run_sync(sweep, final)
        return there
    sums.clear()
    try:
        async with _opened(job, final, sums, means) as part:
            while not await _try_once(job, part, means):
                pass
    finally:
        means.room.leave(task.task_id)
    return Completed(final, part.length, sums.sha1, sums.crc32)


async def _try_once(job: Job, part: Part, means: Means) -> bool:
    """One attempt; False when another one is due, after the pause that is."""
    task, room = job.task, means.room
    try:
        await room.enter(task.task_id, _missing(task, part))
        progress = partial(means.listener.progress, task)
        await transfer(means.client, task, part, room, progress)
        finish = partial(part.finish, over=means.existing != Existing.REFUSE)
        await anyio.to_thread.run_sync(finish)
    except NoRoom:
        room.found_full()
    except Unusable:
        await anyio.to_thread.run_sync(part.restart)
    except WrongContent:
        await anyio.to_thread.run_sync(part.restart)
        if job.was_wrong:
            raise
        job.was_wrong = True
    except Interrupted as exc:
        if job.retries >= means.limits.retries:
            raise
        await _pause(job, exc, means)
    else:
        return True
    return False


async def _pause(job: Job, exc: Interrupted, means: Means) -> None:
    """Wait before a retry. The place in the limits is kept: a server in trouble gets no more."""
    means.listener.status(job.task, State.RETRYING)
    seconds = backoff(means.limits, job.retries)
    if isinstance(exc, Busy):
        seconds += min(exc.seconds, means.limits.retry_after_cap)
    job.retries += 1
    await anyio.sleep(seconds)
    means.listener.status(job.task, State.RUNNING)


def _missing(task: DownloadTask, part: Part) -> int:
    total = task.size if task.size is not None else part.held.total
    return max(0, (total or 0) - part.length)


@asynccontextmanager
async def _opened(job: Job, final: Path, sums: Sums, means: Means) -> AsyncGenerator[Part]:
    """The task's part, which ``finish`` closes; without that, it is left resumable or removed."""
    part = await _open(job.task, final, sums, means.room)
    try:
        yield part
    except BaseException as exc:
        gone = isinstance(exc, Gone) or (job.scope.cancel_called and not job.keep_part)
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(part.discard if gone else part.close)
        raise


async def _open(task: DownloadTask, final: Path, sums: Sums, room: Room) -> Part:
    while True:
        await room.enter(task.task_id, 0)
        try:
            return await anyio.to_thread.run_sync(Part, task, final, sums)
        except NoRoom:
            room.found_full()
