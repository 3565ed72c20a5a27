"""Reads files again of which an earlier version did not read all that this one does."""

import logging
import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.library.folder import attempts
from portal.library.folder.amending import corrections_of
from portal.library.folder.filing import INCOMING
from portal.library.folder.models import Member, StoredAsset
from portal.library.folder.originals import Finder
from portal.library.folder.reading import THREADS
from portal.library.folder.roots import Root
from portal.library.folder.settling import Touched, settle
from portal.library.folder.sidecars import applied, beside
from portal.library.folder.translate import facts_of
from portal.library.index.chunks import chunks
from portal.library.interface import LibraryError
from portal.library.types import StoredFile

logger = logging.getLogger(__name__)
MOST = 500  # files by one look, after what is new
STEP = 16


def read_again(roots: Mapping[int, Root], stop_at: float, beat: Callable[[], None]) -> int:
    """Bring a bounded number of rows up to what this version reads; returns how many.

    A file that cannot be read now stays as it is known: it was taken in once. ``stop_at`` is by
    ``time.monotonic()``.
    """
    stale = list(_stale().order_by("-taken_at").values_list("pk", flat=True)[:MOST])
    finder, renewed = Finder(roots), 0
    with ThreadPoolExecutor(THREADS, "library-reread") as pool:
        for step in chunks(stale, STEP):
            if time.monotonic() >= stop_at:
                break
            renewed += _read_step(finder.find(step), pool, roots.get(INCOMING))
            beat()
    return renewed


def _stale() -> QuerySet[StoredAsset]:
    from portal.library.content.reading import READER, news_since

    older = Q(pk__in=[])
    for version in range(READER):
        older |= Q(read_by=version, media_type__in=news_since(version))
    return StoredAsset.objects.present().filter(older)


def _read_step(
    sources: Mapping[UUID, StoredFile], pool: ThreadPoolExecutor, incoming: Root | None
) -> int:
    names = {pk: attempts.making(pk, "read again") for pk in sources}
    deaths = attempts.deaths(names.values())
    safe = {pk: source for pk, source in sources.items() if not deaths[names[pk]]}
    mine = [names[pk] for pk in safe]
    attempts.begin(mine)
    try:
        found = pool.map(partial(_facts, incoming), safe.values())
        read = dict(zip(safe, found, strict=True))
    finally:
        attempts.survived(mine)
    _keep({pk: read.get(pk, {}) for pk in sources})
    return sum(map(bool, read.values()))


def _facts(incoming: Root | None, source: StoredFile) -> dict[str, object]:
    """What is read now; nothing, where the file is another one or cannot be read."""
    from portal.library.content.reading import read_content

    try:
        if os.path.realpath(source.path) != os.fspath(source.path):
            return {}
        is_incoming = incoming is not None and incoming.holds(os.fsencode(source.path))
        packet = beside(source.path) if is_incoming else b""
        content = applied(packet, read_content(Path(source.path)))
    except (LibraryError, OSError):
        return {}
    except Exception:  # one file's riddle must not end the look
        logger.exception("%s cannot be read again", source.path)
        return {}
    return facts_of(content) if content.sha1 == source.sha1 else {}


@transaction.atomic
def _keep(read: Mapping[UUID, Mapping[str, object]]) -> None:
    """Write down what was read; what could not be read is not tried again by this version."""
    from portal.library.content.reading import READER

    said = corrections_of(read)
    for pk, found in read.items():
        facts = {**found, **said.get(pk, {})} if found else found
        row = StoredAsset.objects.filter(pk=pk)
        row.update(**{"read_by": READER, **facts})
        if "taken_at" in facts:
            row.update(updated_at=timezone.now())
            Member.objects.filter(asset=pk).update(taken_at=facts["taken_at"])
    settle(Touched(assets=set(read)))
