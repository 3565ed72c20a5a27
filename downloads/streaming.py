"""The bytes of an archive, read straight from the stored files as they are asked for."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass

from isal.isal_zlib import crc32  # zlib's own is slower than all else of a stream

from downloads.archive import FileSlice, Segment
from downloads.plans import ArchivePlan, Place
from portal.library.interface import LibraryError
from portal.library.types import StoredFile
from portal.media.files import StoredSource
from portal.media.sending import SourceBroken
from portal.media.streams import Piece, Span

logger = logging.getLogger(__name__)
FILES_OPEN = 2  # the one being sent, and the next
_WORTH_SENDING = 64 * 1024  # bytes; headers and small files travel together

Part = Piece | memoryview


class NotAsPlanned(SourceBroken):
    """A file's bytes are not those the plan was made from."""


class Ahead:
    """A file whose first piece is on its way before its turn comes."""

    def __init__(self, pieces: AsyncGenerator[Piece, None]) -> None:
        self._pieces = pieces
        self._first = asyncio.ensure_future(anext(pieces, b""))

    async def pieces(self) -> AsyncGenerator[Piece, None]:
        yield await self._first
        async for piece in self._pieces:
            yield piece

    async def close(self) -> None:
        self._first.cancel()
        await asyncio.wait({self._first})
        if not self._first.cancelled():
            self._first.exception()  # seen, though its turn never came
        await self._pieces.aclose()


@dataclass(frozen=True, slots=True)
class ArchiveSource:
    """Yields any slice of an archive; no more than two files are open at a time.

    ``relocate`` finds a file that has moved since the plan was made; ``report`` is told of a file
    that turned out different, before the stream breaks.
    """

    plan: ArchivePlan
    relocate: Callable[[Place], Awaitable[StoredFile]]
    report: Callable[[Place], Awaitable[None]]

    async def read(self, offset: int, length: int) -> AsyncGenerator[Piece, None]:
        """Yield the slice; see ``portal.media.sending.ByteSource``. Raises ``SourceBroken``."""
        held: list[bytes | bytearray | memoryview] = []
        size = 0
        async with aclosing(self._pieces(offset, length)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Span):
                    if held:
                        yield _joined(held)
                        held, size = [], 0
                    yield piece
                    continue
                held.append(piece)
                size += len(piece)
                if size >= _WORTH_SENDING:
                    yield _joined(held)
                    held, size = [], 0
        if held:
            yield _joined(held)

    async def _pieces(self, offset: int, length: int) -> AsyncGenerator[Part, None]:
        """Yield the slice as it comes; the next file is opened while the one before is sent."""
        segments = self.plan.layout.segments(offset, offset + length)
        begun: deque[memoryview | Ahead] = deque()
        try:
            while self._begin(segments, begun):
                one = begun[0]
                if isinstance(one, Ahead):
                    async for piece in one.pieces():
                        yield piece
                    await one.close()
                else:
                    yield one
                begun.popleft()
        finally:
            for one in begun:
                if isinstance(one, Ahead):
                    await one.close()

    def _begin(self, segments: Iterator[Segment], begun: deque[memoryview | Ahead]) -> bool:
        """Begin what may be under way at once; false when nothing is left."""
        while sum(isinstance(one, Ahead) for one in begun) < FILES_OPEN:
            segment = next(segments, None)
            if segment is None:
                break
            if isinstance(segment, FileSlice):
                begun.append(Ahead(self._file(segment)))
            else:
                begun.append(segment)
        return bool(begun)

    async def _file(self, wanted: FileSlice) -> AsyncGenerator[Piece, None]:
        place = self.plan.places[wanted.index]
        has_begun = False
        try:
            async with aclosing(self._checked(place, place.file, wanted)) as pieces:
                async for piece in pieces:
                    has_begun = True
                    yield piece
                return
        except SourceBroken as exc:
            if has_begun or isinstance(exc, NotAsPlanned):
                await self.report(place)
                raise
        async with aclosing(self._elsewhere(place, wanted)) as pieces:
            async for piece in pieces:
                yield piece

    async def _elsewhere(self, place: Place, wanted: FileSlice) -> AsyncGenerator[Piece, None]:
        """The same file at its new place: moved by its owner, or a rendition made once more."""
        try:
            file = await self.relocate(place)
        except LibraryError as exc:
            await self.report(place)
            raise SourceBroken(str(exc)) from exc
        is_same = file.size == place.file.size
        if place.is_original:
            is_same = is_same and file.mtime_ns == place.file.mtime_ns
        if not is_same:
            await self.report(place)
            raise SourceBroken("no longer what was planned")
        try:
            async with aclosing(self._checked(place, file, wanted)) as pieces:
                async for piece in pieces:
                    yield piece
        except SourceBroken:
            await self.report(place)
            raise

    async def _checked(
        self, place: Place, file: StoredFile, wanted: FileSlice
    ) -> AsyncGenerator[Piece, None]:
        """Yield the slice; of a whole file the last piece only once the checksum is right."""
        is_whole = wanted.length == place.file.size
        checksum, rest = Checksum(), wanted.length
        source = StoredSource(file, checksum.add if is_whole else None)
        async with aclosing(source.read(wanted.offset, wanted.length)) as pieces:
            async for piece in pieces:
                rest -= len(piece)
                if is_whole and not rest and checksum.value != place.file.crc32:
                    logger.warning("%s: its content is not what was planned", file.path)
                    raise NotAsPlanned(file.path.name)
                yield piece


class Checksum:
    """The CRC-32 of what was added so far."""

    def __init__(self) -> None:
        self.value = 0

    def add(self, content: bytes | bytearray | memoryview) -> None:
        self.value = crc32(content, self.value)


def _joined(held: list[bytes | bytearray | memoryview]) -> bytes:
    return held[0] if len(held) == 1 else b"".join(held)  # type: ignore[return-value]
