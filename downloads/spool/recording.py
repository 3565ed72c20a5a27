"""What came of a file, written to its row and to the items of all downloads that wait for it."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from downloads.engine import (
    Completed,
    EngineError,
    Gone,
    Interrupted,
    InTheWay,
    StorageError,
    Unauthorized,
    WrongContent,
)
from downloads.models import (
    FETCHING,
    OPEN,
    Download,
    DownloadItem,
    DownloadItemQuerySet,
    DownloadQuerySet,
    DownloadState,
    ItemState,
    Reason,
    Waiting,
)
from downloads.spool.models import SpoolFile

PASSING = (Interrupted, InTheWay, StorageError)  # the same file may come later


def items_of(file_id: int) -> DownloadItemQuerySet:
    """The items that wait for a file."""
    return DownloadItem.objects.filter(
        spool_file_id=file_id, state__in=OPEN, download__state=DownloadState.PREPARING
    ).order_by()


def record_complete(file_id: int, completed: Completed) -> None:
    """The file is in the spool. One that nobody knows any more is removed."""
    file = SpoolFile.objects.filter(pk=file_id).first()
    if file is None:
        completed.path.unlink(missing_ok=True)
        return
    file.length, file.crc32 = completed.size, completed.crc32
    file.mtime_ns = completed.path.stat().st_mtime_ns
    file.stored_at = file.used_at = timezone.now()
    file.save(update_fields=["length", "crc32", "mtime_ns", "stored_at", "used_at"])
    record_here(file)


def record_here(file: SpoolFile) -> None:
    items_of(file.pk).update(
        state=ItemState.READY,
        reason=Reason.NONE,
        size=file.length,
        done=file.length,
        crc32=file.crc32,
        mtime_ns=file.mtime_ns,
    )


def record_progress(file_id: int, received: int, total: int | None) -> None:
    known = {"size": total} if total else {}
    items_of(file_id).update(state=ItemState.RUNNING, done=received, **known)


def record_failure(file_id: int, reason: Reason) -> None:
    gone = reason == Reason.GONE
    state = ItemState.MISSING if gone else ItemState.FAILED
    items_of(file_id).update(state=state, reason=reason, done=0)


def reason_of(error: EngineError) -> Reason:
    """Why a file is not to be had, of an error that does not pass."""
    if isinstance(error, Gone):
        return Reason.GONE
    if isinstance(error, WrongContent):
        return Reason.DAMAGED
    if isinstance(error, Unauthorized):
        return Reason.REFUSED
    return Reason.UNAVAILABLE


def put_back(file_ids: Iterable[int]) -> None:
    """Let these wait again; how much of them is here already stays visible."""
    running = DownloadItem.objects.filter(spool_file_id__in=list(file_ids), state=ItemState.RUNNING)
    running.update(state=ItemState.WAITING)


def refuse_all(downloads: DownloadQuerySet) -> list[UUID]:
    """The library refuses its key: nothing else that waits can be fetched either."""
    ids = list(downloads.values_list("pk", flat=True))
    open_items = DownloadItem.objects.to_fetch().filter(download_id__in=ids)
    open_items.update(state=ItemState.FAILED, reason=Reason.REFUSED, done=0)
    return ids


def say_waiting(downloads: DownloadQuerySet, what: Waiting) -> None:
    """Tell the guests what is waited for, where that is news and nothing else is done for them."""
    news = downloads.filter(waiting_for__in=FETCHING).exclude(waiting_for=what)
    ids = list(news.values_list("pk", flat=True))
    Download.objects.filter(pk__in=ids).update(waiting_for=what, revision=F("revision") + 1)


def waiting_for(file_ids: Collection[int]) -> set[UUID]:
    """The downloads that have any of these files."""
    rows = DownloadItem.objects.filter(
        spool_file_id__in=file_ids, download__state=DownloadState.PREPARING
    )
    return set(rows.order_by().values_list("download_id", flat=True).distinct())
