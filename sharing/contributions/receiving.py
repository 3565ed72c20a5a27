"""Carries the body of a request into a staged file, as it arrives."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from enum import Enum, auto

from portal.live.stream import ON_STOP
from portal.media.sending import Receive, Scope
from sharing.contributions.hands import Hands, until_done
from sharing.contributions.refusals import Refused
from sharing.contributions.staging import StagedFile

IDLE_FOR = 20.0  # seconds without a byte after which a request lets go of its file
LOOK_EVERY = 0.25  # seconds between two looks at whether it may go on
ASK_EVERY = 5.0  # seconds between two questions whether the link still takes it
SMALL, LARGE = 256 * 1024, 2**20  # bytes: what is worth a thread's while, and what is held at most
SOON = 0.1  # seconds that less than that may wait


class Ending(Enum):
    COMPLETE = auto()  # the body ended
    LEFT = auto()  # the client is gone
    LET_GO = auto()  # idle, overtaken by the same client coming back, or the server stops
    TOO_LONG = auto()  # it has more bytes than belong into the file


class Body:
    """The body of one request on its way into ``file``.

    ``still_taken`` is asked now and then, and may raise ``Refused``: that ends the request, and
    comes out of ``run`` once the bytes that came before are written.
    """

    def __init__(
        self, file: StagedFile, hands: Hands, most: int, still_taken: Callable[[], Awaitable[None]]
    ) -> None:
        self._file = file
        self._hands = hands
        self._left = most
        self._still_taken = still_taken
        self._batch: list[bytes] = []
        self._held = 0
        self._writing: asyncio.Task[None] | None = None
        self._written_at = float("-inf")
        self._waiting_since: float | None = None
        self._patience = asyncio.timeout(None)
        self._is_stopping = False
        self._refusal: Refused | None = None

    async def run(self, scope: Scope, receive: Receive) -> Ending:
        """Receive until the end, whichever it is: all that came is in the file then, not yet safe.

        Raises what ``StagedFile.write`` and ``still_taken`` raise.
        """
        if on_stop := scope.get("extensions", {}).get(ON_STOP):
            on_stop(self._stop)
        watching = asyncio.create_task(self._watch())
        try:
            async with self._patience:
                return await self._receive_all(receive)
        except TimeoutError:
            if self._refusal:
                raise self._refusal from None
            return Ending.LET_GO
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            await self._write_rest()

    async def _receive_all(self, receive: Receive) -> Ending:
        more = True
        while more:
            self._waiting_since = time.monotonic()
            message = await receive()
            self._waiting_since = None
            if message["type"] == "http.disconnect":
                return Ending.LEFT
            more = message.get("more_body", False)
            if not await self._take(message.get("body", b"")):
                return Ending.TOO_LONG
        return Ending.COMPLETE

    async def _take(self, piece: bytes) -> bool:
        """Hold what came, and have it written: slow bytes soon, fast ones many at a time."""
        if len(piece) > self._left:
            return False
        self._left -= len(piece)
        self._batch.append(piece)
        self._held += len(piece)
        is_due = self._held >= SMALL or time.monotonic() - self._written_at > SOON
        if self._writing is not None and (self._writing.done() or self._held >= LARGE):
            await self._written()
        if is_due:
            self._begin_to_write()
        return True

    def _begin_to_write(self) -> None:
        """Write what is held, unless a write is under way, or one has failed.

        Nothing else begins or forgets a write: two at once would mix up the file.
        """
        if self._writing is not None and self._writing.done() and not self._writing.exception():
            self._writing = None
        if self._writing is None and self._batch:
            batch, self._batch, self._held = self._batch, [], 0
            self._writing = asyncio.create_task(self._hands.do(self._file.write, batch))
            self._written_at = time.monotonic()

    async def _written(self) -> None:
        if self._writing is not None:
            # Shielded: a request that is ended in the middle has the same write to wait for.
            await asyncio.shield(self._writing)

    async def _write_rest(self) -> None:
        if self._writing is not None:
            was_cancelled = await until_done(self._writing)
            self._writing.result()
            if was_cancelled:
                raise asyncio.CancelledError
        if self._batch:
            batch, self._batch = self._batch, []
            await self._hands.do(self._file.write, batch)

    async def _watch(self) -> None:
        asked_at = time.monotonic()
        while not (self._is_stopping or self._is_idle()):
            await asyncio.sleep(LOOK_EVERY)
            self._begin_to_write()
            if await self._hands.do(self._file.is_wanted_elsewhere):
                break
            if time.monotonic() - asked_at > ASK_EVERY:
                try:
                    await self._still_taken()
                except Refused as exc:
                    self._refusal = exc
                    break
                asked_at = time.monotonic()
        self._stop()

    def _is_idle(self) -> bool:
        since = self._waiting_since
        return since is not None and time.monotonic() - since > IDLE_FOR

    def _stop(self) -> None:
        self._is_stopping = True
        with suppress(RuntimeError):  # it has ended by itself
            self._patience.reschedule(asyncio.get_running_loop().time())
