"""What the workers run. Each takes an id, may run twice, and leaves the truth in the rows."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from downloads.fetching import POST, fetch_wanted
from downloads.models import FETCHING, Download, DownloadState, Waiting
from downloads.preparing import LEASE, make_ready, queue_fetching, queue_preparation, take_over
from downloads.rendering import render_slice
from downloads.spool.choosing import waiting_downloads
from downloads.spool.orphans import remove_orphans
from downloads.spool.room import tidy
from portal.leases.models import Lease, LeaseTaken, hold, is_held, take_turn

TURN = timedelta(seconds=10)  # between two calls for a job whose worker died
LOST = timedelta(seconds=60)  # after which a job nobody began is believed lost by the queue
TIDY_EVERY, LOOK_FOR_ORPHANS_EVERY = 30, 3600  # seconds


def prepare(download_id: str, turn: int) -> None:
    """Plan a download and check its files: a second or two at any size."""
    _work_on(download_id, turn, make_ready)


def render(download_id: str, turn: int) -> None:
    """Make renditions for one slice."""
    _work_on(download_id, turn, render_slice)


def fetch() -> None:
    """Fetch originals that lie on another server, for all downloads."""
    try:
        with hold(POST, seconds=LEASE) as lease:
            fetch_wanted(lease)
    except LeaseTaken:
        return


def sweep() -> None:
    """Call workers for what nobody is doing, and clear what is over."""
    now = timezone.now()
    unfinished = (
        Download.objects.unfinished()
        .filter(expires_at__gt=now, queued_at__lt=now - TURN)
        .exclude(waiting_for__in=FETCHING)
    )
    leases = Lease.objects.filter(name__startswith="download:").values_list("name", "expires_at")
    held = dict(leases)
    for download in unfinished:
        until = held.get(download.lease)
        patience = TURN if download.waiting_for == Waiting.ROOM else LOST
        if until is None and download.queued_at > now - patience:
            continue
        if until is None or until <= now:
            _call_again(download)
    _call_fetcher()
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
    if take_turn("spool", TIDY_EVERY):
        tidy()
    if take_turn("spool-orphans", LOOK_FOR_ORPHANS_EVERY):
        remove_orphans()


def _call_fetcher() -> None:
    """Somebody must fetch what is waited for, and there must be only one."""
    waiting = Download.objects.filter(state=DownloadState.PREPARING, waiting_for__in=FETCHING)
    is_needed = waiting.exists() or waiting_downloads().exists()
    if is_needed and not is_held(POST) and take_turn(POST, TURN.total_seconds()):
        queue_fetching()
