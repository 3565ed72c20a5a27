"""Deletes files of the staging folder that nobody needs any more. The rows say which these are."""

import os
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from portal.library.index.chunks import chunks
from sharing.contributions.models import STAGED, State, Upload
from sharing.contributions.staging import remove

LOOKS_KEPT = timedelta(days=30)  # for its sender, who may not see the album
NEW = 3600.0  # seconds; the row of a file so young may not be there yet
LOOKED_AT = (State.HELD, State.ACCEPTED, State.REJECTED)


def delete_files(pks: Collection[UUID]) -> None:
    """Delete of these uploads what their states no longer need; twice is harmless."""
    for chunk in chunks(pks):
        with_bytes, with_look = _needed(chunk)
        for pk in chunk:
            upload = Upload(pk=pk)
            if pk not in with_bytes:
                remove(upload.staged)
            if pk not in with_look:
                upload.look.unlink(missing_ok=True)


def remove_orphans() -> int:
    """Delete what a kill left between a row and its file; returns how many files."""
    removed = 0
    for chunk in chunks(list(_old_files())):
        with_bytes, with_look = _needed([pk for _path, pk in chunk])
        for path, pk in chunk:
            needed = with_look if path.suffix == ".webp" else with_bytes
            if pk not in needed:
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def _needed(pks: Collection[UUID]) -> tuple[set[UUID], set[UUID]]:
    """Whose bytes are needed, and whose look."""
    rows = Upload.objects.filter(pk__in=pks).order_by().values_list("pk", flat=True)
    is_shown = Q(state=State.DONE, done_at__gt=timezone.now() - LOOKS_KEPT)
    return (
        set(rows.filter(Q(state__in=STAGED) | Q(is_leaving=True))),
        set(rows.filter(Q(state__in=LOOKED_AT) | is_shown)),
    )


def _old_files() -> Iterator[tuple[Path, UUID]]:
    """Files named after an upload. Their time of change tells their age: that of writing is the
    one the sender's file had."""
    youngest = time.time() - NEW
    with suppress(FileNotFoundError), os.scandir(settings.STAGING_DIR) as entries:
        for entry in entries:
            with suppress(ValueError, FileNotFoundError):
                pk = UUID(hex=entry.name.lstrip(".").partition(".")[0])
                is_file = entry.is_file(follow_symlinks=False)
                if is_file and entry.stat(follow_symlinks=False).st_ctime < youngest:
                    yield Path(entry.path), pk
