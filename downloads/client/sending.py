"""Sends what the target does not have, each content once, and halves before their stills."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from .book import Book
from .errors import ClientError, NotAllowed, NotAServer, Refused, Trouble, Unreachable
from .pairing import Unit
from .results import Reason, Status
from .scanning import Item, is_unchanged
from .target import Known, Sent, Target


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file whose content the target has. ``is_new``: we brought it; else it was there.

    ``asset_id`` is None only in a dry run.
    """

    item: Item
    asset_id: UUID | None
    is_new: bool


class Sending:
    """Any number of ``work`` go on at once. ``stop`` is called when no file would succeed."""

    def __init__(
        self,
        target: Target,
        book: Book,
        settled: MemoryObjectSendStream[Arrived],
        stop: Callable[[str], None],
        *,
        is_dry: bool,
    ) -> None:
        self._target = target
        self._book = book
        self._settled = settled
        self._stop = stop
        self._is_dry = is_dry
        self._known: dict[bytes, Known | None] = {}  # None: it would be sent, in a dry run
        self._was_asked = False
        self._locks: dict[bytes, anyio.Lock] = {}

    def learn(self, known: Mapping[bytes, Known]) -> None:
        """What the target has of the files to come."""
        self._known.update(known)
        self._was_asked = True

    async def work(self, units: MemoryObjectReceiveStream[Unit]) -> None:
        async with units:
            async for unit in units:
                await self._send_unit(unit)

    async def _send_unit(self, unit: Unit) -> None:
        half: UUID | None = None
        if unit.half:
            try:
                half = await self._send(unit.half, None)
            except ClientError as exc:
                await self._fail(unit.half, exc)
                if not isinstance(exc, Refused):  # alone, the still would never find it again
                    await self._fail(unit.item, Trouble(f"Its moving half has to go first: {exc}"))
                    return
        try:
            await self._send(unit.item, half)
        except ClientError as exc:
            await self._fail(unit.item, exc)

    async def _send(self, item: Item, half: UUID | None) -> UUID | None:
        """The asset that has this content now; ``None`` where it is in the bin, or would be new."""
        async with self._locks.setdefault(item.file.sha1, anyio.Lock()):
            if item.file.sha1 in self._known:
                return self._reject(item, self._known[item.file.sha1])
            if self._is_dry:
                self._known[item.file.sha1] = None
                self._book.uploaded(item.file, None)
                self._settled.send_nowait(Arrived(item, None, is_new=True))
                return None
            sent = await self._bring(item, half)
            self._known[item.file.sha1] = Known(sent.asset_id)
        is_new = sent.status == Status.CREATED or (sent.is_repeated and self._was_asked)
        if is_new:
            self._book.uploaded(item.file, sent.asset_id)
        else:
            self._book.rejected(item.file, sent.asset_id, Reason.DUPLICATE)
        self._settled.send_nowait(Arrived(item, sent.asset_id, is_new))
        return sent.asset_id

    async def _bring(self, item: Item, half: UUID | None) -> Sent:
        file = item.file
        self._book.sending(file)
        if not is_unchanged(file):
            raise Trouble("It was written to after it was read")
        sent = await self._target.send(file, half, item.sidecar, partial(self._book.progress, file))
        if not is_unchanged(file):
            raise Trouble("It was written to while it was sent")
        return sent

    def _reject(self, item: Item, known: Known | None) -> UUID | None:
        asset_id = known.asset_id if known else None
        if known and known.is_trashed:
            self._book.rejected(item.file, asset_id, Reason.TRASHED)
            return None
        self._book.rejected(item.file, asset_id, Reason.DUPLICATE)
        self._settled.send_nowait(Arrived(item, asset_id, is_new=False))
        return asset_id

    async def _fail(self, item: Item, exc: ClientError) -> None:
        self._book.failed(item.file, str(exc))
        if isinstance(exc, NotAllowed | NotAServer):
            self._stop(str(exc))
        if isinstance(exc, Unreachable):
            await self._see_whether_it_is_there(exc)

    async def _see_whether_it_is_there(self, exc: Unreachable) -> None:
        """It is away for all, or for this file alone."""
        if exc.is_full:
            self._stop(str(exc))
            return
        try:
            await self._target.reach()
        except ClientError as away:
            self._stop(str(away))
