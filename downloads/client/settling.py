"""What is done about files that arrived: confirmed, put into the album, deleted here."""

import math
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream

from .book import Book
from .errors import ClientError
from .results import FailedEntry
from .scanning import Item, is_unchanged
from .sending import Arrived
from .target import LocalFile, Target

TOGETHER = 500  # files in one question
GATHERING = 1.0  # seconds that the first of them waits for others
AT_ONCE = 5
UNPROVEN = "The server does not confirm that it has this very file"


class Settling:
    """Each file goes through the steps in this order; one that fails a step takes no further."""

    def __init__(  # noqa: PLR0913 - each has a name
        self, target: Target, book: Book, *, has_album: bool, delete_new: bool, delete_known: bool,
        is_dry: bool,
    ) -> None:  # fmt: skip
        self._target = target
        self._book = book
        self._has_album = has_album and not is_dry
        self._delete_new = delete_new
        self._delete_known = delete_known
        self._is_dry = is_dry
        self._sidecars: dict[Path, tuple[LocalFile, set[Path]]] = {}
        self._gone: set[Path] = set()

    def begin(self, items: Iterable[Item]) -> None:
        """Remember whose notes a sidecar holds."""
        for item in items:
            if item.sidecar:
                known = self._sidecars.setdefault(item.sidecar.path, (item.sidecar, set()))
                known[1].add(item.file.path)

    async def work(self, arrived: MemoryObjectReceiveStream[Arrived]) -> None:
        async with arrived:
            async for some in _gathered(arrived):
                await self._settle(some)
        self._delete_sidecars()

    async def _settle(self, some: Sequence[Arrived]) -> None:
        some = await self._confirmed(some)
        some = await self._placed(some)
        wanted = [each for each in some if (self._delete_new and each.is_new)
                  or (self._delete_known and not each.is_new)]  # fmt: skip
        room = anyio.CapacityLimiter(AT_ONCE)
        async with anyio.create_task_group() as group:
            for each in wanted:
                group.start_soon(self._delete, each, room)

    async def _confirmed(self, some: Sequence[Arrived]) -> Sequence[Arrived]:
        """Ask back: a server may have stored something else than was sent."""
        new = [each for each in some if each.is_new]
        if not new or self._is_dry or not self._target.tells_all:
            return some
        try:
            known = await self._target.known([each.item.file.sha1 for each in new])
        except ClientError as exc:
            for each in new:
                self._book.failed(each.item.file, f"{UNPROVEN}: {exc}")
            return [each for each in some if not each.is_new]
        lost = [each for each in new if each.item.file.sha1 not in known]
        for each in lost:
            self._book.failed(each.item.file, f"{UNPROVEN}: its asset is {each.asset_id}")
        return [each for each in some if each not in lost]

    async def _placed(self, some: Sequence[Arrived]) -> Sequence[Arrived]:
        """Moving halves belong to their stills, and are in no album themselves."""
        if not self._has_album:
            return some
        shown = {each: each.asset_id for each in some if each.asset_id and not each.item.is_half}
        try:
            failed = await self._target.put(list(shown.values())) if shown else {}
        except ClientError as exc:
            failed = dict.fromkeys(shown.values(), str(exc))
        lost = [each for each, asset_id in shown.items() if asset_id in failed]
        for each in lost:
            entry = FailedEntry(each.item.file.path, failed[shown[each]])
            self._book.result.unplaced.append(entry)
        return [each for each in some if each not in lost]

    async def _delete(self, arrived: Arrived, room: anyio.CapacityLimiter) -> None:
        file = arrived.item.file
        try:
            async with room:
                is_there = await self._is_there(arrived)
        except ClientError as exc:
            self._keep(file, str(exc))
            return
        if not is_there:
            self._keep(file, UNPROVEN)
        elif self._unlink(file) and arrived.is_new:
            self._gone.add(file.path)

    async def _is_there(self, arrived: Arrived) -> bool:
        if arrived.asset_id is None:
            return True  # a dry run says what a real one would do if all goes well
        return await self._target.confirms(arrived.asset_id, arrived.item.file.sha1)

    def _delete_sidecars(self) -> None:
        """With the last of its files, if all of them were sent with it; servers show no sidecar."""
        for sidecar, users in self._sidecars.values():
            if users <= self._gone:
                self._unlink(sidecar)

    def _unlink(self, file: LocalFile) -> bool:
        if not is_unchanged(file):
            self._keep(file, "It was written to meanwhile")
            return False
        try:
            if not self._is_dry:
                file.path.unlink()
        except OSError as exc:
            self._keep(file, f"It cannot be deleted: {exc.strerror or exc}")
            return False
        self._book.result.deleted.append(file.path)
        return True

    def _keep(self, file: LocalFile, why: str) -> None:
        self._book.result.kept.append(FailedEntry(file.path, why))


async def _gathered(
    arrived: MemoryObjectReceiveStream[Arrived],
) -> AsyncIterator[list[Arrived]]:
    """As they come, several at once."""
    is_over = False
    while not is_over:
        some: list[Arrived] = []
        deadline = math.inf
        while len(some) < TOGETHER:
            try:
                with anyio.move_on_at(deadline) as scope:
                    some.append(await arrived.receive())
            except anyio.EndOfStream:
                is_over = True
                break
            if scope.cancelled_caught:
                break
            if len(some) == 1:
                deadline = anyio.current_time() + GATHERING
        if some:
            yield some
