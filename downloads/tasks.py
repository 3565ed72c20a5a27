"""What the workers run. Each takes an id, may run twice, and leaves the truth in the rows."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from downloads.models import Download
from downloads.preparing import LEASE, make_ready, queue_preparation, take_over
from downloads.rendering import render_slice
from portal.leases.models import Lease, LeaseTaken, hold

TURN = timedelta(seconds=10)  # between two calls for a job whose worker died
LOST = timedelta(seconds=60)  # after which a job nobody began is believed lost by the queue


def prepare(download_id: str, turn: int) -> None:
    """Plan a download and check its files: a second or two at any size."""
    _work_on(download_id, turn, make_ready)


def render(download_id: str, turn: int) -> None:
    """Make renditions for one slice."""
    _work_on(download_id, turn, render_slice)


def sweep() -> None:
    """Call workers for what nobody is doing, and clear what is over."""
    now = timezone.now()
    unfinished = Download.objects.unfinished().filter(expires_at__gt=now, queued_at__lt=now - TURN)
    leases = Lease.objects.filter(name__startswith="download:").values_list("name", "expires_at")
    held = dict(leases)
    for download in unfinished:
        until = held.get(download.lease)
        if until is None and download.queued_at > now - LOST:
            continue
        if until is None or until <= now:
            _call_again(download)
    _clear()


def _work_on(download_id: str, turn: int, job: Callable[[Download, Lease], None]) -> None:
    mine = Download.objects.unfinished().filter(pk=UUID(download_id), turn=turn)
    if not mine.exists():
        return
    try:
        with hold(f"download:{UUID(download_id)}", seconds=LEASE) as lease:
            # Read under the lease: whoever had it before may have changed everything.
            if download := mine.select_related("link").first():
                take_over(download)
                job(download, lease)
    except LeaseTaken:
        return


def _call_again(download: Download) -> None:
    mine = Download.objects.filter(pk=download.pk, queued_at=download.queued_at)
    with transaction.atomic():
        if mine.update(queued_at=timezone.now()):
            queue_preparation(download)


def _clear() -> None:
    """Delete what is over; how much was downloaded, the links themselves count."""
    Download.objects.over().delete()
