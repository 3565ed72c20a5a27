"""A response of many pieces while it is under way: it stops when nobody may or wants to read."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from enum import Enum, auto
from typing import Any

import anyio

ABORT = "loggia.abort"  # the ASGI extension under which portal.web offers to break a connection
LOOK_EVERY = 0.5  # seconds between two looks at whether a stream may go on
STALLED_AFTER = 300  # seconds without a byte taken; the client can resume with a range

Message = MutableMapping[str, Any]


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
    ) -> None:
        self._send = send
        self._remaining = length
        self._still_granted = still_granted
        self._moved_at = time.monotonic()
        self._has_left = False

    async def run(
        self,
        receive: Callable[[], Awaitable[Message]],
        first: bytes | bytearray,
        pieces: AsyncGenerator[bytes | bytearray, None],
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

    async def _pump(
        self, first: bytes | bytearray, pieces: AsyncGenerator[bytes | bytearray, None]
    ) -> None:
        await self._pass_on(first)
        async for piece in pieces:
            is_too_long = len(piece) > self._remaining
            if is_too_long or self._has_left or not self._still_granted():
                return
            await self._pass_on(piece)
            # Neither a read from memory nor a send to a fast client need ever wait.
            await asyncio.sleep(0)

    async def _pass_on(self, piece: bytes | bytearray) -> None:
        rest = self._remaining - len(piece)
        await self._send({"type": "http.response.body", "body": piece, "more_body": rest > 0})
        self._remaining = rest
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
