"""The plan of an archive as a web process keeps it: its layout, and where each file lies."""

import os
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from downloads.archive import Layout
from downloads.contents import ArchivedFile, files_of, layout_of
from downloads.models import Download, Reason
from downloads.planning import trouble_with
from downloads.preparing import drop_items
from downloads.services import fetch_again
from downloads.spool.models import SpoolFile
from portal.library import get_library
from portal.library.interface import LibraryUnavailable
from portal.library.renditions import MEDIA_TYPES, RenditionStore
from portal.library.types import RemoteFile, Rendition, StoredFile
from sharing.limits import claim_download

MOST_ENTRIES = 100_000  # of all plans kept by one process; about 600 bytes each


class NoArchive(Exception):
    """There is no such archive: never was, is not ready, or belongs to an earlier epoch."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry's bytes lie, and what they must be."""

    position: int
    asset_id: UUID
    rendition: Rendition
    file: StoredFile
    spool_file_id: int | None = None  # of an original on another server

    @property
    def is_original(self) -> bool:
        return self.rendition is Rendition.ORIGINAL


@dataclass(frozen=True, slots=True)
class ArchivePlan:
    """``places`` belong to the layout's first entries, in order; a note may follow them."""

    download_id: UUID
    version: int
    made_at: float
    layout: Layout
    places: list[Place]

    @property
    def is_of_spool(self) -> bool:
        return any(place.spool_file_id is not None for place in self.places)


class Plans:
    """Keeps recent plans in memory. Its methods block and are safe in threads."""

    def __init__(self) -> None:
        self._plans: OrderedDict[tuple[UUID, int], ArchivePlan] = OrderedDict()
        self._lock = threading.Lock()
        self._store = RenditionStore(settings.RENDITIONS_DIR)

    def get(
        self,
        download_id: UUID,
        link_id: UUID | None,
        epoch: int,
        *,
        anew: bool,
        fetched_by: str | None,
    ) -> ArchivePlan:
        """Return the plan of a ready archive; raises ``NoArchive``, ``LibraryError``.

        With ``anew`` every original is looked at first, and what is gone left out and named:
        afterwards the length is promised. ``fetched_by``, an address, counts that it is fetched now.
        """
        download = _find(download_id, link_id, epoch)
        plan = self._load(download)
        if anew and (gone := _gone(plan)):
            if lost := [place for place in plan.places if _is_lost(place, gone)]:
                fetch_again(download.pk, spool_files_of(lost))
                raise LibraryUnavailable("Some of the files must be fetched once more.")
            drop_items(download, gone)
            download = _find(download_id, link_id, epoch)
            plan = self._load(download)
        if fetched_by is not None and download.fetched_at is None:
            _count(download, plan.layout.length, fetched_by)
        return plan

    def _load(self, download: Download) -> ArchivePlan:
        key = (download.pk, download.version)
        with self._lock:
            plan = self._plans.get(key)
            if plan is not None:
                self._plans.move_to_end(key)
                return plan
        plan = self._make(download)
        with self._lock:
            self._plans[key] = plan
            while len(self._plans) > 1 and self._held() > MOST_ENTRIES:
                self._plans.popitem(last=False)
        return plan

    def _held(self) -> int:
        return sum(len(plan.places) for plan in self._plans.values())

    def _make(self, download: Download) -> ArchivePlan:
        files = files_of(download)
        wanted = {file.asset_id for file in files if _is_at_home(file)}
        originals = get_library().originals(list(wanted)) if wanted else {}
        fetched = SpoolFile.objects.filter(items__download=download).distinct()
        spool = {file.pk: file.path for file in fetched}
        places = [self._place(file, originals, spool) for file in files]
        with override(download.language):
            layout = layout_of(download, files)
        made_at = (download.finished_at or download.created_at).timestamp()
        return ArchivePlan(download.pk, download.version, made_at, layout, places)

    def _place(
        self,
        row: ArchivedFile,
        originals: Mapping[UUID, StoredFile | RemoteFile],
        spool: Mapping[int, Path],
    ) -> Place:
        rendition = Rendition(row.rendition)
        if row.spool_file_id is not None:
            path, media_type = spool.get(row.spool_file_id, Path(os.devnull)), ""
        elif rendition is Rendition.ORIGINAL:
            known = originals.get(row.asset_id)
            path, media_type = Path(os.devnull), ""
            if isinstance(known, StoredFile):
                path, media_type = known.path, known.media_type
        else:
            path, media_type = self._store.path(row.asset_id, rendition), MEDIA_TYPES[rendition]
        file = StoredFile(path, row.size, row.mtime_ns, media_type, crc32=row.crc32)
        return Place(row.position, row.asset_id, rendition, file, row.spool_file_id)


def spool_files_of(places: Iterable[Place]) -> dict[int, int]:
    """Id and time of the files of the spool among these."""
    return {
        place.spool_file_id: place.file.mtime_ns
        for place in places
        if place.spool_file_id is not None
    }


def _is_at_home(file: ArchivedFile) -> bool:
    return file.rendition == Rendition.ORIGINAL and file.spool_file_id is None


def _find(download_id: UUID, link_id: UUID | None, epoch: int) -> Download:
    ready = Download.objects.ready().filter(pk=download_id, link_id=link_id, epoch=epoch)
    download = ready.select_related("link").first()
    if download is None:
        raise NoArchive
    return download


@transaction.atomic
def _count(download: Download, size: int, address: str) -> None:
    """Count the first time it is fetched; raises ``NoArchive`` where a limit of the link is reached."""
    unfetched = Download.objects.filter(pk=download.pk, fetched_at=None)
    is_first = unfetched.update(fetched_at=timezone.now())
    link = download.link
    if is_first and link is not None and not claim_download(link, size, address):
        raise NoArchive


def _is_lost(place: Place, gone: Mapping[int, Reason]) -> bool:
    """Whether it was in the spool, and is not: then it is still where it came from."""
    return place.spool_file_id is not None and place.position in gone


def _gone(plan: ArchivePlan) -> dict[int, Reason]:
    """Reason by position of every original that is not what it was."""
    looked_at = (place for place in plan.places if place.is_original)
    found = {place.position: trouble_with(place.file) for place in looked_at}
    return {position: reason for position, reason in found.items() if reason}
