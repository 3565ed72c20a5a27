"""From what is wanted to what the engine is told to fetch: addresses and checksums as of now."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID

from downloads.engine import DownloadTask
from downloads.models import Reason
from downloads.spool.choosing import Wanted
from downloads.spool.keys import identity_of
from downloads.spool.models import SpoolFile
from downloads.spool.recording import record_failure, record_here, waiting_for
from portal.library import get_library
from portal.library.types import RemoteFile, StoredFile

_numbers = count(1)  # a file may be given to one run of the engine more than once


@dataclass(frozen=True, slots=True)
class Orders:
    """Tasks by id, with what they are for; ``touched`` are downloads of which items have ended."""

    tasks: list[DownloadTask] = field(default_factory=list)
    wanted: dict[str, Wanted] = field(default_factory=dict)
    touched: set[UUID] = field(default_factory=set)


def order(chosen: Sequence[Wanted]) -> Orders:
    """Make a task of each file that is to be fetched; record of the others why they are not.

    Raises ``LibraryError``.
    """
    originals = get_library().originals([wanted.asset_id for wanted in chosen])
    files = SpoolFile.objects.in_bulk([wanted.file_id for wanted in chosen])
    orders = Orders()
    for wanted in chosen:
        original, file = originals.get(wanted.asset_id), files.get(wanted.file_id)
        if file is None:
            continue
        if reason := _trouble(original, file):
            record_failure(file.pk, reason)
        elif file.stored_at:
            record_here(file)
        elif isinstance(original, RemoteFile):
            task = _task(wanted, file, original)
            orders.tasks.append(task)
            orders.wanted[task.task_id] = wanted
            continue
        orders.touched.update(waiting_for([file.pk]))
    return orders


def _trouble(original: RemoteFile | StoredFile | None, file: SpoolFile) -> Reason:
    """Why the file is not to be fetched: its asset left, or has other bytes by now."""
    if not isinstance(original, RemoteFile):
        return Reason.GONE
    is_same = identity_of(original).key == file.key
    return Reason.NONE if is_same else Reason.CHANGED


def _task(wanted: Wanted, file: SpoolFile, original: RemoteFile) -> DownloadTask:
    return DownloadTask(
        task_id=f"{file.pk}.{next(_numbers)}",
        url=original.url,
        headers=original.headers,
        filename=file.name,
        group=wanted.group,
        size=original.size,
        checksum=original.sha1,
        metadata={"id": wanted.photo, "part": wanted.part} if wanted.photo else {},
    )
