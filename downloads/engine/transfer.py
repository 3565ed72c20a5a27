"""One attempt at one file: a request, and its body into the part."""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Protocol

import anyio
import httpx

from .answers import (
    MOST_REDIRECTS,
    check_encoding,
    check_kind,
    check_status,
    error_of,
    next_address,
)
from .disk import NoRoom, Room
from .errors import Interrupted, Refused, WrongContent
from .parts import Part
from .ranges import body_of, range_headers
from .tasks import DownloadTask

WRITE_AT_ONCE = 2**20
WRITE_AFTER = 1.0  # seconds: what a slow server sent is not kept in memory for longer
REREAD_AT_ONCE = 32 * 2**20  # between two of these a cancellation is noticed


class Progress(Protocol):
    """Hears how many bytes are here, of how many."""

    def __call__(self, received: int, total: int | None) -> None: ...


async def transfer(
    client: httpx.AsyncClient, task: DownloadTask, part: Part, room: Room, progress: Progress
) -> None:
    """Fetch what is missing of ``part``, and check the whole.

    Raises the kinds in ``errors``, ``Unusable`` and ``NoRoom``. What came until then is in the
    part.
    """
    while await anyio.to_thread.run_sync(part.reread, REREAD_AT_ONCE):
        pass
    if not _is_full(task, part):
        async with _answer(client, task, part) as response:
            await _receive(response, task, part, room, progress)
    _check(task, part)


def _is_full(task: DownloadTask, part: Part) -> bool:
    """Whether all bytes are here already, and a checksum can tell."""
    total = task.size if task.size is not None else part.held.total
    return task.checksum is not None and total is not None and 0 < total <= part.length


@asynccontextmanager
async def _answer(
    client: httpx.AsyncClient, task: DownloadTask, part: Part
) -> AsyncGenerator[httpx.Response]:
    """The answer that carries the file, after redirects on the same host."""
    headers = {**task.headers, "Accept-Encoding": "identity", **range_headers(part.held)}
    try:
        url = httpx.URL(task.url)
        for _ in range(MOST_REDIRECTS + 1):
            async with client.stream("GET", url, headers=headers) as response:
                following = next_address(response)
                if following is None:
                    yield response
                    return
                url = following
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as exc:
        raise Refused("The file's address is none that can be fetched") from exc
    except httpx.HTTPError as exc:
        raise error_of(exc) from exc
    raise Refused("The server redirects in a circle")


async def _receive(
    response: httpx.Response, task: DownloadTask, part: Part, room: Room, progress: Progress
) -> None:
    check_status(response)
    check_encoding(response)
    if task.size is None and task.checksum is None:
        check_kind(response)
    body = body_of(response.status_code, response.headers, part.held, task.size)
    if body.offset == 0 and part.length:
        await anyio.to_thread.run_sync(part.restart)
    part.bind(body.total, body.validator)
    expected = body.total if body.total is not None else task.size
    if body.length != 0:
        await _pour(response, part, room, partial(progress, total=expected), expected)
    if expected is not None and part.length < expected:
        raise Interrupted(f"The file broke off after {part.length} bytes of {expected}")


async def _pour(
    response: httpx.Response,
    part: Part,
    room: Room,
    progress: Callable[[int], None],
    most: int | None,
) -> None:
    """Write the body in large pieces; what has come before an error is written too.

    A body that goes on beyond ``most`` bytes of the whole is not the file, and may have no end.
    """
    pieces: list[bytes] = []
    waiting, since = 0, time.monotonic()
    try:
        async for piece in response.aiter_raw():
            pieces.append(piece)
            waiting += len(piece)
            if most is not None and part.length + waiting > most:
                raise WrongContent(f"It goes on after {most} bytes")
            progress(part.length + waiting)
            if waiting >= WRITE_AT_ONCE or time.monotonic() - since > WRITE_AFTER:
                await _write(part, room, pieces)
                pieces, waiting, since = [], 0, time.monotonic()
    except httpx.HTTPError:
        await _write(part, room, pieces)
        raise
    await _write(part, room, pieces)


async def _write(part: Part, room: Room, pieces: list[bytes]) -> None:
    if room.is_full:
        raise NoRoom("The disk is full")
    before = part.length
    await anyio.to_thread.run_sync(part.append, pieces)
    room.used(part.task_id, part.length - before)


def _check(task: DownloadTask, part: Part) -> None:
    if task.size is not None and part.length != task.size:
        raise WrongContent(f"It has {part.length} bytes, not {task.size}")
    if task.checksum is not None and part.sums.sha1 != task.checksum:
        raise WrongContent("Its SHA-1 is not the one the library knows")
