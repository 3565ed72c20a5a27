"""A response of many pieces while it is under way: it stops when nobody may or wants to read."""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Protocol

import anyio

ABORT = "loggia.abort"  # the ASGI extension under which portal.web offers to break a connection
ZERO_COPY = "loggia.zero_copy"  # under which it offers to make a ``Wire``
PIECE = 256 * 1024  # bytes; larger pieces win no speed and cost memory per reader
HELD_BACK = 16 * 1024  # bytes at a file's end that are sent only when it was sent right until then
LOOK_EVERY = 0.5  # seconds between two looks at whether a stream may go on
STALLED_AFTER = 300  # seconds without a byte taken; the client can resume with a range

Message = MutableMapping[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of an open file that is in memory: a server may send it without reading it.

    Never the last of a response. ``broken`` logs why the file cannot be sent and returns what is to
    be raised then.
    """

    fd: int
    offset: int
    length: int
    broken: Callable[[str], Exception]

    def __len__(self) -> int:
        return self.length


Piece = bytes | bytearray | Span


class Wire(Protocol):
    """What sends spans; see ``portal.zero_copy``."""

    async def send(self, file: int, offset: int, count: int) -> int: ...

    async def arrived(self) -> None: ...


class Ending(Enum):
    COMPLETE = auto()
    LEFT = auto()  # the client is gone
    CUT = auto()  # we must break the connection


class ConnectionCut(Exception):
    """Raised to make the server break a connection whose response cannot be completed."""


class Stream:
    """Sends one response's pieces, and watches the client and its grant meanwhile."""

    def __init__(
        self,
        send: Callable[[Message], Awaitable[None]],
        length: int,
        still_granted: Callable[[], bool],
        wire: Wire | None = None,
    ) -> None:
        self._send = send
        self._wire = wire
        self._remaining = length
        self._still_granted = still_granted
        self._moved_at = time.monotonic()
        self._has_left = False

    async def run(
        self,
        receive: Callable[[], Awaitable[Message]],
        first: Piece,
        pieces: AsyncGenerator[Piece, None],
        *,
        broken: type[Exception],
    ) -> Ending:
        """Send all pieces; a source that raises ``broken`` or ends early means a cut."""
        if len(first) == self._remaining:
            await self._pass_on(first)
            return Ending.COMPLETE
        watcher = None
        try:
            with anyio.CancelScope() as sending:
                watcher = asyncio.create_task(self._watch(receive, sending))
                await self._pump(first, pieces)
        except broken:
            return Ending.CUT
        finally:
            if watcher:
                await _end(watcher)
        if not self._remaining:
            return Ending.COMPLETE
        # Ended early by the watcher, by a withdrawn grant, or by a source of the wrong length.
        return Ending.LEFT if self._has_left else Ending.CUT

    async def _pump(self, first: Piece, pieces: AsyncGenerator[Piece, None]) -> None:
        if not await self._pass_on(first):
            return
        async for piece in pieces:
            is_too_long = len(piece) > self._remaining
            if is_too_long or not self._is_wanted() or not await self._pass_on(piece):
                return
            # Neither a read from memory nor a send to a fast client need ever wait.
            await asyncio.sleep(0)

    async def _pass_on(self, piece: Piece) -> bool:
        """Send a piece; false when it was not sent whole."""
        if not isinstance(piece, Span):
            await self._send_bytes(piece)
            return True
        if self._wire is None:
            return await self._send_read(piece, piece.offset)
        try:
            return await self._send_span(self._wire, piece)
        except ConnectionError:
            return False

    async def _send_bytes(self, piece: bytes | bytearray) -> None:
        rest = self._remaining - len(piece)
        await self._send({"type": "http.response.body", "body": piece, "more_body": rest > 0})
        self._move(len(piece))

    async def _send_span(self, wire: Wire, span: Span) -> bool:
        offset, stop = span.offset, span.offset + span.length
        while offset < stop:
            if not self._is_wanted():
                return False
            try:
                taken = await wire.send(span.fd, offset, stop - offset)
            except ConnectionError:
                raise
            except OSError:  # a file system that cannot, or a disk that fails: reading it will tell
                return await self._send_read(span, offset)
            if not taken:
                raise span.broken("changed while it was sent")
            offset += taken
            self._move(taken)
        if self._remaining <= HELD_BACK:
            await wire.arrived()
        return True

    async def _send_read(self, span: Span, offset: int) -> bool:
        stop = span.offset + span.length
        while offset < stop:
            if not self._is_wanted():
                return False
            try:
                piece = os.pread(span.fd, min(PIECE, stop - offset), offset)
            except OSError as exc:
                raise span.broken(exc.strerror or "cannot be read") from exc
            if not piece:
                raise span.broken("changed while it was sent")
            await self._send_bytes(piece)
            offset += len(piece)
        return True

    def _is_wanted(self) -> bool:
        return not self._has_left and self._still_granted()

    def _move(self, count: int) -> None:
        self._remaining -= count
        self._moved_at = time.monotonic()

    async def _watch(
        self, receive: Callable[[], Awaitable[Message]], sending: anyio.CancelScope
    ) -> None:
        leaving = asyncio.create_task(_until_disconnect(receive))
        try:
            while self._may_go_on():
                await asyncio.wait({leaving}, timeout=LOOK_EVERY)
                if leaving.done():
                    self._has_left = True
                    return
        finally:
            sending.cancel()
            await _end(leaving)

    def _may_go_on(self) -> bool:
        return self._still_granted() and time.monotonic() - self._moved_at < STALLED_AFTER


async def cut_connection(
    scope: MutableMapping[str, Any], receive: Callable[[], Awaitable[Message]]
) -> None:
    """Break the connection at once; raises ``ConnectionCut`` where the server has to do it."""
    abort = scope.get("extensions", {}).get(ABORT)
    if abort is None:
        raise ConnectionCut
    abort()
    await _until_disconnect(receive)


async def _until_disconnect(receive: Callable[[], Awaitable[Message]]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.wait({task})
