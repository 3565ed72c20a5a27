"""Where the byte path finds an asset's file: memory, the rendition store, or the library."""

import logging
import os
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from uuid import UUID

from portal.library.interface import Library, LibraryUnavailable
from portal.library.renditions import MEDIA_TYPES, RenditionStore
from portal.library.types import RemoteFile, Rendition, StoredFile
from portal.media.coalescing import Questions
from portal.media.files import open_file
from portal.media.memory import MemoryCache

logger = logging.getLogger(__name__)

SMALL = 256 * 1024  # bytes; such a file is read at once, which takes less than a change of threads
MAKERS = 4  # threads that wait for the library to make a rendition
SEEKERS = 2  # threads that ask where an original lies
ORIGINALS_FOR = 1.0  # seconds an original's place is believed: seeking in a video asks often
MOST_ORIGINALS = 1_000

Found = bytes | StoredFile


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
        self._seeking = Questions[StoredFile]("media-seek", SEEKERS)
        self._originals: OrderedDict[UUID, tuple[float, StoredFile]] = OrderedDict()

    def at_hand(self, asset_id: UUID, rendition: Rendition) -> Found | None:
        """The whole content of a small rendition, a larger one's place, or ``None``."""
        if rendition is Rendition.ORIGINAL:
            return self._remembered_original(asset_id)
        if data := self.in_memory(asset_id, rendition):
            return data
        found = self._open(asset_id, rendition)
        if isinstance(found, bytes):
            self._memory.put((asset_id.int, rendition), found)
        return found

    def in_memory(self, asset_id: UUID, rendition: Rendition) -> bytes | None:
        return self._memory.get((asset_id.int, rendition))

    async def fetch(self, asset_id: UUID, rendition: Rendition) -> Found:
        """What is not at hand, from the library.

        Raises the library's ``NotInLibrary``, ``ContentUnreadable`` and ``LibraryUnavailable``,
        a ``django.db.Error``, or ``Overloaded``.
        """
        if rendition is Rendition.ORIGINAL:
            question = partial(_original, self._library(), asset_id)
            stored = await self._seeking.ask(asset_id, question)
            self._remember_original(asset_id, stored)
            return stored
        key = (asset_id, rendition)
        made = await self._making.ask(key, partial(self._library().rendition, asset_id, rendition))
        # Found as the next one will find it: else the first answer's ETag is another than theirs
        return self.at_hand(asset_id, rendition) or made

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
            if not file.size:  # what a power cut can leave of one: as good as none
                return None
            if file.size <= SMALL:
                return os.read(file.fd, SMALL)
            return StoredFile(path, file.size, file.mtime_ns, MEDIA_TYPES[rendition])
        finally:
            file.close()

    def _remembered_original(self, asset_id: UUID) -> StoredFile | None:
        until, stored = self._originals.get(asset_id, (0.0, None))
        return stored if until > time.monotonic() else None

    def _remember_original(self, asset_id: UUID, stored: StoredFile) -> None:
        self._originals[asset_id] = (time.monotonic() + ORIGINALS_FOR, stored)
        self._originals.move_to_end(asset_id)
        if len(self._originals) > MOST_ORIGINALS:
            self._originals.popitem(last=False)


def _original(library: Library, asset_id: UUID) -> StoredFile:
    original = library.original(asset_id)
    if isinstance(original, RemoteFile):
        raise LibraryUnavailable("This original lies on another server.")
    return original
