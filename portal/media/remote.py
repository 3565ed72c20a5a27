"""Originals on another server, passed on as they come: nothing is kept here, in memory or on disk."""

import logging
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass

from portal.library.interface import LibraryError
from portal.library.types import RemoteFile
from portal.media.places import NoPlace
from portal.media.sending import SourceBroken
from portal.media.streams import Piece

logger = logging.getLogger(__name__)

Read = Callable[[RemoteFile, int, int], AsyncGenerator[bytes, None]]


@dataclass(frozen=True, slots=True)
class RemoteSource:
    """The bytes of a remote original; ``read`` is ``Library.read``."""

    remote: RemoteFile
    fetch: Read

    async def read(self, offset: int, length: int) -> AsyncGenerator[Piece, None]:
        """Yield the slice in pieces; see ``ByteSource``.

        Before the first piece it raises what the library does, so that the answer can say so.
        """
        is_begun = False
        async with aclosing(self.fetch(self.remote, offset, length)) as pieces:
            try:
                async for piece in pieces:
                    is_begun = True
                    yield piece
            except LibraryError as exc:
                if not is_begun:
                    raise
                logger.warning("Asset %s: %s", self.remote.asset_id, exc)
                raise SourceBroken(str(exc)) from exc


class Lines:
    """How many of these streams a process has open at a time; belongs to one event loop."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open = 0

    @contextmanager
    def line(self) -> Iterator[None]:
        """Hold a line to the other server; raises ``NoPlace``."""
        if self._open >= self._most:
            raise NoPlace
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1
