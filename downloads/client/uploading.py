"""An upload from the paths to the result: found, summed up, asked for, sent, and settled.

All steps run at once on different files: while some are sent, the next are summed up and the
server is asked whether it has them, and what arrived is confirmed, put into the album and, where
that was wanted, deleted here.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import anyio
from anyio.streams.memory import MemoryObjectSendStream

from downloads.batch.showing import Show

from .book import Book
from .errors import ClientError
from .pairing import Unit, pair
from .results import UploadResult
from .scanning import Scanner
from .sending import Arrived, Sending
from .settling import Settling
from .sums import sum_up
from .target import Target

FIRST_CHUNK, LARGEST_CHUNK = 16, 1024  # files summed up and asked for together


@dataclass(frozen=True, slots=True)
class Options:
    """What is wanted; ``ignored`` as ``Scanner`` takes it."""

    paths: Sequence[Path]
    ignored: tuple[str, ...] = ()
    include_hidden: bool = False
    skip_duplicates: bool = False  # do not ask for what is there: the server says so at the file
    concurrency: int = 5
    album_name: str | None = None
    delete_uploads: bool = False
    delete_duplicates: bool = False
    dry_run: bool = False

    def __post_init__(self) -> None:
        if self.concurrency < 1:
            raise ValueError("concurrency is at least 1")


class Upload:
    """One upload; ``run`` it once."""

    def __init__(self, target: Target, options: Options, show: Show | None = None) -> None:
        self._target = target
        self._options = options
        self._book = Book(show)
        self._scope = anyio.CancelScope()

    async def run(self) -> UploadResult:
        """What became of each file. Raises ``ClientError`` where nothing could be begun."""
        result, options = self._book.result, self._options
        kinds = await self._target.kinds()
        if options.album_name and not options.dry_run:
            await self._target.choose_album(options.album_name)
        scanner = Scanner(kinds, options.ignored, options.include_hidden)
        found = await anyio.to_thread.run_sync(scanner.scan, options.paths)
        result.rejected += found.rejected
        result.failed += found.failed
        result.left_out = found.left_out
        units = await anyio.to_thread.run_sync(pair, found.items)
        self._book.begin([file for unit in units for file in unit.files])
        await self._bring(units)
        self._book.close()
        return result

    def stop(self, why: str) -> None:
        """Send nothing more; what has arrived is still settled. Call it on the event loop."""
        self._book.result.stopped = self._book.result.stopped or why
        self._scope.cancel()

    async def _bring(self, units: Sequence[Unit]) -> None:
        options = self._options
        settling = Settling(
            self._target, self._book, has_album=bool(options.album_name),
            delete_new=options.delete_uploads, delete_known=options.delete_duplicates,
            is_dry=options.dry_run,
        )  # fmt: skip
        settling.begin(item for unit in units for item in unit.items)
        inward, outward = anyio.create_memory_object_stream[Arrived](math.inf)
        sending = Sending(self._target, self._book, inward, self.stop, is_dry=options.dry_run)
        async with anyio.create_task_group() as group:
            group.start_soon(settling.work, outward)
            async with inward:
                with self._scope:
                    await self._send(units, sending)

    async def _send(self, units: Sequence[Unit], sending: Sending) -> None:
        inward, outward = anyio.create_memory_object_stream[Unit](self._options.concurrency)
        async with anyio.create_task_group() as group:
            group.start_soon(self._feed, units, sending, inward)
            for _ in range(self._options.concurrency):
                group.start_soon(sending.work, outward.clone())
            outward.close()

    async def _feed(
        self, units: Sequence[Unit], sending: Sending, inward: MemoryObjectSendStream[Unit]
    ) -> None:
        """Sum up and ask, some files ahead of those being sent."""
        async with inward:
            for some in _growing(units):
                sums, wrong = await sum_up([file for unit in some for file in unit.files])
                if not self._options.skip_duplicates:
                    try:
                        sending.learn(await self._target.known(list(sums.values())))
                    except ClientError as exc:
                        self.stop(str(exc))
                        return
                for unit in some:
                    if ready := self._ready(unit, sums, wrong):
                        await inward.send(ready)

    def _ready(self, unit: Unit, sums: dict[Path, bytes], wrong: dict[Path, str]) -> Unit | None:
        """The unit with its sums; a still goes alone where its half cannot be read."""
        for file in unit.files:
            if why := wrong.get(file.path):
                self._book.failed(file, why)
        if unit.item.file.path in wrong:
            if unit.half is None or unit.half.file.path in wrong:
                return None
            return Unit(replace(unit.half, is_half=False)).with_sums(sums)
        good = unit if _has_good_half(unit, wrong) else Unit(unit.item)
        return good.with_sums(sums)


def _has_good_half(unit: Unit, wrong: dict[Path, str]) -> bool:
    return unit.half is not None and unit.half.file.path not in wrong


def _growing(units: Sequence[Unit]) -> Iterator[Sequence[Unit]]:
    """Few at first, so that sending begins at once."""
    start, size = 0, FIRST_CHUNK
    while start < len(units):
        yield units[start : start + size]
        start, size = start + size, min(2 * size, LARGEST_CHUNK)
