"""Makes renditions: in the background for what is waiting, at once for what is asked for."""

import errno
import logging
import os
import stat
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.library.folder import attempts
from portal.library.folder.ahead import AHEAD
from portal.library.folder.models import StoredAsset, UnmadeRendition
from portal.library.folder.originals import Finder
from portal.library.folder.roots import Root
from portal.library.index.chunks import chunks
from portal.library.interface import ContentUnreadable, LibraryUnavailable
from portal.library.renditions import RenditionStore, is_whole
from portal.library.stamps import written_at
from portal.library.types import AssetKind, Rendition, StoredFile

logger = logging.getLogger(__name__)
THREADS = 2
STEP = 16  # assets taken from the queue at a time
AHEAD_TOGETHER = "ahead"
NO_SPACE = {errno.ENOSPC, errno.EDQUOT}


class SourceChanged(LibraryUnavailable):
    """The file that lies there is not the one that was found a moment ago."""


class KeyedLocks:
    """One lock per asset in use, so that nothing is made twice at once in this process."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[UUID, threading.Lock] = {}
        self._users: Counter[UUID] = Counter()

    @contextmanager
    def held(self, key: UUID) -> Iterator[None]:
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
            self._users[key] += 1
        try:
            with lock:
                yield
        finally:
            with self._guard:
                self._users[key] -= 1
                if not self._users[key]:
                    del self._locks[key], self._users[key]


@dataclass
class RenditionMaker:
    """Across processes a rendition may be made twice; the rename at its end makes that harmless."""

    store: RenditionStore
    locks: KeyedLocks = field(default_factory=KeyedLocks)
    slots: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(THREADS)
    )

    def make(
        self, asset: StoredAsset, source: StoredFile, renditions: Collection[Rendition]
    ) -> None:
        """Make those renditions that are not there yet; asks no database, so any thread may call.

        Raises ``ContentUnreadable``, or ``LibraryUnavailable`` (a full disk, a file that changed).
        """
        with self.locks.held(asset.pk):
            missing = {
                rendition: path
                for rendition in renditions
                if not is_whole(path := self.store.path(asset.pk, rendition))
            }
            if missing:
                with self.slots:
                    _render_unchanged(asset, source, missing)


def _render_unchanged(
    asset: StoredAsset, source: StoredFile, targets: dict[Rendition, Path]
) -> None:
    """Keep what was made only if the source lay there before and after, no link in its path.

    A file or a folder above it may be replaced at any time, by another picture or by a link to
    somebody else's; and a rendition is never made again.
    """
    is_kept = False
    try:
        if _is_as_found(source):
            _render(asset, source, targets)
            is_kept = _is_as_found(source)
    except ContentUnreadable:
        is_kept = _is_as_found(source)
        if is_kept:
            raise
    finally:
        if not is_kept:
            for path in targets.values():
                path.unlink(missing_ok=True)
    if not is_kept:
        raise SourceChanged(_("The original changed while a picture was made of it."))


def _is_as_found(source: StoredFile) -> bool:
    try:
        found = source.path.lstat()
    except OSError:
        return False
    is_direct = os.path.realpath(source.path) == os.fspath(source.path)
    is_same = (found.st_size, written_at(found)) == (source.size, source.mtime_ns)
    return is_direct and is_same and stat.S_ISREG(found.st_mode)


def _render(asset: StoredAsset, source: StoredFile, targets: dict[Rendition, Path]) -> None:
    from portal.library.content.rendering import render

    try:
        for path in targets.values():
            path.parent.mkdir(parents=True, exist_ok=True)
        render(source.path, AssetKind(asset.kind), asset.media_type, targets)
    except OSError as exc:
        if exc.errno in NO_SPACE:
            raise LibraryUnavailable(_("The server’s disk is full.")) from exc
        why = _("The picture cannot be made right now (%(why)s).")
        raise LibraryUnavailable(why % {"why": exc.strerror}) from exc
    except ContentUnreadable:
        raise
    except Exception as exc:  # one file's riddle must not end the work on all others
        logger.exception("No picture can be made of asset %s", asset.pk)
        why = _("Loggia could not make sense of this file; its log says more.")
        raise ContentUnreadable(why) from exc


@transaction.atomic
def note_unmade(asset_id: UUID, renditions: Collection[Rendition], reason: str) -> None:
    """Remember what cannot be made, so that it is not tried at each request."""
    for rendition in renditions:
        UnmadeRendition.objects.update_or_create(
            asset_id=asset_id,
            rendition=rendition,
            defaults={"reason": reason, "seen_at": timezone.now()},
        )
    if not set(AHEAD).isdisjoint(renditions):
        failed = StoredAsset.Renditions.FAILED
        StoredAsset.objects.filter(pk=asset_id).update(renditions=failed)


def make_waiting(maker: RenditionMaker, roots: Mapping[int, Root], seconds: float) -> int:
    """Make what waits, newest photos first; returns how many still wait.

    Assets whose original is away right now are passed over, and not counted. What was open when an
    earlier process was killed comes last, one by one, and is given up after a few times.
    """
    waiting = StoredAsset.objects.awaiting_renditions().order_by("-taken_at")
    steps = list(_steps(list(waiting.values_list("pk", flat=True))))
    stop_at = time.monotonic() + seconds
    passed_over = 0
    with ThreadPoolExecutor(THREADS, "library-render") as pool:
        for step in steps:
            if time.monotonic() >= stop_at:
                break
            passed_over += _make_step(maker, step, Finder(roots), pool)
    return max(0, waiting.count() - passed_over)


def _steps(waiting: list[UUID]) -> Iterator[list[UUID]]:
    deaths = dict.fromkeys(waiting, 0)
    for chunk in chunks(waiting):
        names = {pk: attempts.making(pk, AHEAD_TOGETHER) for pk in chunk}
        counted = attempts.deaths(names.values())
        deaths |= {pk: counted[name] for pk, name in names.items()}
    given_up = [pk for pk in waiting if deaths[pk] >= attempts.MOST]
    _note_step([], dict.fromkeys(given_up, attempts.in_words()))
    yield from chunks([pk for pk in waiting if not deaths[pk]], STEP)
    suspects = [pk for pk in waiting if 0 < deaths[pk] < attempts.MOST]
    yield from chunks(sorted(suspects, key=lambda pk: deaths[pk]), 1)


def _make_step(
    maker: RenditionMaker, step: list[UUID], finder: Finder, pool: ThreadPoolExecutor
) -> int:
    """Make the renditions of a few assets; returns how many had to be passed over."""
    sources = finder.find(step)
    rows = StoredAsset.objects.in_bulk(list(sources))
    names = [attempts.making(pk, AHEAD_TOGETHER) for pk in rows]
    attempts.begin(names)
    jobs = {
        pk: pool.submit(maker.make, rows[pk], source, AHEAD)
        for pk, source in sources.items()
        if pk in rows
    }
    ready: list[UUID] = []
    failures: dict[UUID, str] = {}
    changed = 0
    try:
        for pk, job in jobs.items():
            try:
                job.result()
                ready.append(pk)
            except ContentUnreadable as exc:
                failures[pk] = str(exc)
            except SourceChanged:
                changed += 1
    finally:
        for job in jobs.values():
            job.cancel()
        wait(jobs.values())
        attempts.survived(names)
        _note_step(ready, failures)
    return len(step) - len(jobs) + changed


@transaction.atomic
def _note_step(ready: Collection[UUID], failures: Mapping[UUID, str]) -> None:
    made = StoredAsset.objects.filter(pk__in=ready)
    made.update(renditions=StoredAsset.Renditions.READY)
    for pk, reason in failures.items():
        note_unmade(pk, AHEAD, reason)
