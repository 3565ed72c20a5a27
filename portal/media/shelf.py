"""Where the byte path finds an asset's file: memory, the rendition store, or the library."""

import logging
import os
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from functools import partial
from uuid import UUID

from portal.library.interface import Library
from portal.library.renditions import AS_IT_LIES, MEDIA_TYPES, RenditionStore
from portal.library.types import RemoteFile, Rendition, StoredFile
from portal.media.coalescing import Questions
from portal.media.files import OpenFile, open_file
from portal.media.memory import Kept, MemoryCache

logger = logging.getLogger(__name__)

SMALL = 256 * 1024  # bytes; such a file is read at once, which takes less than a change of threads
MAKERS = 4  # threads that wait for the library to make a rendition
# Of these each is a large file's work, and what everybody looks at does not wait for it
SLOW = frozenset({Rendition.LARGE, Rendition.CLEAN, Rendition.MOTION})
SLOW_MAKERS = 2
SEEKERS = 2  # threads that ask where an original lies
NOTED_EVERY = 900.0  # seconds between two notes that a file is in use: the least used go first
ORIGINALS_FOR = 1.0  # seconds an original's place is believed: seeking in a video asks often
MOST_ORIGINALS = 1_000

Lying = StoredFile | RemoteFile
Found = bytes | Lying


class Shelf:
    """Finds renditions and originals; belongs to one event loop.

    Renditions are opened where ``RenditionStore`` says, without asking anybody. What is not there
    yet is asked of the library: in few threads, and once for all who wait for it.
    """

    def __init__(
        self, store: RenditionStore, library: Callable[[], Library], memory: MemoryCache
    ) -> None:
        self._store = store
        self._library = library
        self._memory = memory
        self._making = Questions[StoredFile]("media-make", MAKERS)
        self._making_slowly = Questions[StoredFile]("media-make-slowly", SLOW_MAKERS)
        self._seeking = Questions[Lying]("media-seek", SEEKERS)
        self._originals: OrderedDict[tuple[UUID, Rendition], tuple[float, Lying]] = OrderedDict()

    def at_hand(self, asset_id: UUID, rendition: Rendition) -> Found | None:
        """The whole content of a small rendition, a larger one's place, or ``None``."""
        if rendition in AS_IT_LIES:
            return self._remembered((asset_id, rendition))
        if kept := self.in_memory(asset_id, rendition):
            return kept.data
        found = self._open(asset_id, rendition)
        if isinstance(found, bytes):
            self._memory.put((asset_id.int, rendition), found)
        return found

    def in_memory(self, asset_id: UUID, rendition: Rendition) -> Kept | None:
        return self._memory.get((asset_id.int, rendition))

    async def fetch(self, asset_id: UUID, rendition: Rendition) -> Found:
        """What is not at hand, from the library.

        Raises the library's ``NotInLibrary``, ``ContentUnreadable`` and ``LibraryUnavailable``,
        a ``django.db.Error``, or ``Overloaded``.
        """
        key = (asset_id, rendition)
        if rendition in AS_IT_LIES:
            found = await self._seeking.ask(key, partial(self._library().stream, *key))
            self._remember(key, found)
            return found
        makers = self._making_slowly if rendition in SLOW else self._making
        made = await makers.ask(key, partial(self._library().rendition, *key))
        # Found as the next one will find it: else the first answer's ETag is another than theirs
        return self.at_hand(asset_id, rendition) or made

    def read(self, remote: RemoteFile, offset: int, length: int) -> AsyncGenerator[bytes, None]:
        """As ``Library.read``."""
        return self._library().read(remote, offset, length)

    def _open(self, asset_id: UUID, rendition: Rendition) -> Found | None:
        path = self._store.path(asset_id, rendition)
        try:
            file = open_file(path)
        except FileNotFoundError:
            return None
        except OSError as exc:
            logger.warning("%s: %s", path, exc.strerror)
            return None
        try:
            _note_use(file)
            if not file.size:  # what a power cut can leave of one: as good as none
                return None
            if file.size <= SMALL:
                return os.read(file.fd, SMALL)
            return StoredFile(path, file.size, file.mtime_ns, MEDIA_TYPES[rendition])
        finally:
            file.close()

    def _remembered(self, key: tuple[UUID, Rendition]) -> Lying | None:
        until, found = self._originals.get(key, (0.0, None))
        return found if until > time.monotonic() else None

    def _remember(self, key: tuple[UUID, Rendition], found: Lying) -> None:
        self._originals[key] = (time.monotonic() + ORIGINALS_FOR, found)
        self._originals.move_to_end(key)
        if len(self._originals) > MOST_ORIGINALS:
            self._originals.popitem(last=False)


def _note_use(file: OpenFile) -> None:
    """So cheap that no batch is needed: a look at what was read anyway, and rarely a write."""
    if time.time() - file.atime > NOTED_EVERY:
        with suppress(OSError):  # somebody else's file, a disk that is read only
            os.utime(file.fd, ns=(time.time_ns(), file.mtime_ns))
