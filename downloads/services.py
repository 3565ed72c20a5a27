"""What becomes of a download at the wish of whoever asked for it: its end, another try."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from downloads.fitting import fitting_assets
from downloads.models import (
    LEFT_OUT,
    OPEN,
    UNFINISHED,
    Download,
    DownloadQuerySet,
    DownloadState,
    ItemState,
    Reason,
    Size,
    Waiting,
)
from downloads.preparing import queue_preparation
from downloads.requesting import DownloadRefused, NotGranted, request_download
from downloads.spool.claiming import forget
from sharing.access import Access
from sharing.models import SharedLink

__all__ = ["DownloadRefused", "NotGranted", "request_download"]


def request_what_fits(access: Access, download: Download, address: str) -> Download:
    """Ask for as much of a download that is too large as the link still gives, in its place.

    Raises as ``request_download`` does.
    """
    room = access.link.bytes_left
    chosen = fitting_assets(download, download.archive_size if room is None else room)
    if not chosen:
        raise DownloadRefused(_("There is nothing to download here."))
    smaller = request_download(access, download.visitor, address, chosen, Size(download.size))
    if smaller.pk != download.pk:
        dismiss(download)
    return smaller


def cancel_download(download: Download) -> bool:
    """Stop preparing it; whether there was anything to stop."""
    with transaction.atomic():
        mine = Download.objects.filter(pk=download.pk)
        if not mine.move(DownloadState.CANCELED, origin=UNFINISHED):
            return False
        download.items.filter(state__in=OPEN).update(state=ItemState.CANCELED)
    return True


def cancel_all(link: SharedLink, visitor: str) -> int:
    unfinished = Download.objects.of_visitor(link.pk, visitor).unfinished()
    return sum(cancel_download(download) for download in unfinished)


def cancel_item(download: Download, position: int) -> bool:
    """Leave one file out; the rest goes on. False when it is too late, or no such file."""
    with transaction.atomic():
        item = download.items.filter(position=position, state__in=OPEN)
        if not item.update(state=ItemState.CANCELED):
            return False
        download.count_up()
    if download.is_unfinished and not download.items.exclude(state=ItemState.CANCELED).exists():
        cancel_download(download)
    return True


def retry_failed(download: Download) -> bool:
    """Try the files that were left out once more; false when there is nothing to try."""
    with transaction.atomic():
        lacking = Q(count_left_out__gt=0) | Q(state=DownloadState.FAILED)
        mine = Download.objects.filter(lacking, pk=download.pk)
        if not _queue_again(mine, (DownloadState.READY, DownloadState.FAILED)):
            return False
        # What the link no longer shows is not the guest's to have, however often they try.
        download.items.filter(state__in=LEFT_OUT).exclude(reason=Reason.WITHDRAWN).update(
            state=ItemState.WAITING, reason=Reason.NONE, attempts=0, done=0
        )
        download.count_up()
        queue_preparation(download)
    return True


def take_out(download_id: UUID, position: int, reason: Reason) -> bool:
    """Take a file that turned out different out of a ready archive, and look at all the others.

    Returns whether this call was the first to notice.
    """
    download = Download.objects.filter(pk=download_id).first()
    if download is None:
        return False
    with transaction.atomic():
        gone = reason == Reason.GONE
        marked = download.items.filter(position=position, state=ItemState.READY).update(
            state=ItemState.MISSING if gone else ItemState.FAILED, reason=reason, done=0
        )
        if marked:
            _queue_again(Download.objects.filter(pk=download_id), [DownloadState.READY])
            download.count_up()
            queue_preparation(download)
    return bool(marked)


def fetch_again(download_id: UUID, files: Mapping[int, int]) -> None:
    """Files of the spool are not what they were: have them once more, in the same archive.

    ``files`` maps a file's id to the time that it should have, in nanoseconds.
    """
    for file_id, mtime_ns in files.items():
        forget(file_id, mtime_ns)
    with transaction.atomic():
        mine = Download.objects.filter(pk=download_id)
        if _queue_again(mine, [DownloadState.READY]):
            queue_preparation(mine.get())


def dismiss(download: Download) -> None:
    """Take it off the dock. What is being saved right now can still be resumed for an hour."""
    if cancel_download(download):
        return
    Download.objects.filter(pk=download.pk).update(
        dismissed_at=timezone.now(),
        expires_at=download.dismissed_until(),
        revision=F("revision") + 1,
    )


def renew_stale(access: Access, visitor: str) -> None:
    """Plan again what was planned before the link changed: it may grant less by now."""
    stale = (
        Download.objects.of_visitor(access.link.pk, visitor)
        .filter(state=DownloadState.READY, expires_at__gt=timezone.now())
        .exclude(epoch=access.link.epoch)
    )
    for download in stale:
        with transaction.atomic():
            if _queue_again(Download.objects.filter(pk=download.pk), [DownloadState.READY]):
                queue_preparation(download)


def _queue_again(downloads: DownloadQuerySet, origin: Iterable[DownloadState]) -> int:
    """Back to the start of preparation. What is finished stays finished unless it has changed."""
    return downloads.move(
        DownloadState.QUEUED,
        origin=origin,
        version=F("version") + 1,
        queued_at=timezone.now(),
        dismissed_at=None,
        requested_at=timezone.now(),
        waiting_for=Waiting.NOTHING,
    )
