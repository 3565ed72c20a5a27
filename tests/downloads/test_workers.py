"""Workers may die, be called twice, or be late: rows and leases keep the work right."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone
from django_q.models import OrmQ

from downloads import preparing, rendering, tasks
from downloads.models import Download, DownloadState, ItemState, Size
from downloads.services import request_download
from portal.leases.models import Lease, hold
from portal.library.types import Rendition
from sharing.access import Access
from tests.downloads.conftest import VISITOR
from tests.downloads.files_library import FilesLibrary


@pytest.fixture
def begun(access: Access) -> Download:
    """A download whose renditions are yet to be made, its queue forgotten."""
    download = request_download(access, VISITOR, "192.0.2.1", size=Size.LARGE)
    tasks.prepare(str(download.pk), 1)
    OrmQ.objects.all().delete()
    download.refresh_from_db()
    assert download.state == DownloadState.PREPARING
    return download


def a_worker_dies_over(download: Download, *positions: int, seconds: float) -> None:
    """Leave the rows as a SIGKILL does: a lease nobody renews, files in nobody's hands."""
    ends = timezone.now() + timedelta(seconds=seconds)
    Lease.objects.create(name=download.lease, owner=download.pk, expires_at=ends)
    held = download.items.filter(position__in=positions)
    held.update(state=ItemState.RUNNING, attempts=1, done=10)
    Download.objects.filter(pk=download.pk).update(queued_at=timezone.now() - timedelta(seconds=11))


def test_another_worker_takes_over_and_redoes_nothing_that_is_finished(
    begun: Download, library: FilesLibrary, work: Callable[[], int]
) -> None:
    first = begun.items.get(position=0)
    library.rendition(first.asset_id, Rendition.LARGE)
    begun.items.filter(position=0).update(state=ItemState.READY, crc32=1, size=2)
    a_worker_dies_over(begun, 1, seconds=-0.1)
    library.rendered.clear()
    tasks.sweep()
    work()
    begun.refresh_from_db()
    assert begun.state == DownloadState.READY
    assert len(library.rendered) == 2
    assert begun.items.get(position=0).crc32 == 1
    assert not Lease.objects.filter(name=begun.lease).exists()


def test_nobody_is_called_while_the_lease_is_kept(begun: Download, work: Callable[[], int]) -> None:
    a_worker_dies_over(begun, 1, seconds=5)
    tasks.sweep()
    assert work() == 0


def test_a_killed_workers_lease_ends_soon_enough() -> None:
    sweep_every, call = 5, tasks.TURN.total_seconds()
    assert max(15, call) + sweep_every <= 30


def test_one_call_for_a_dead_workers_job_is_enough(begun: Download) -> None:
    a_worker_dies_over(begun, 1, seconds=-1)
    tasks.sweep()
    tasks.sweep()
    assert OrmQ.objects.count() == 1


def test_a_job_the_queue_lost_is_called_again_after_a_minute(
    begun: Download, work: Callable[[], int]
) -> None:
    tasks.sweep()
    assert OrmQ.objects.count() == 0
    Download.objects.update(queued_at=timezone.now() - timedelta(seconds=61))
    tasks.sweep()
    work()
    begun.refresh_from_db()
    assert begun.state == DownloadState.READY


def test_a_file_that_kills_worker_after_worker_is_given_up(
    begun: Download, work: Callable[[], int]
) -> None:
    a_worker_dies_over(begun, 1, seconds=-1)
    begun.items.filter(position=1).update(attempts=preparing.MOST_ATTEMPTS)
    tasks.sweep()
    work()
    begun.refresh_from_db()
    assert begun.state == DownloadState.READY
    assert [item.reason for item in begun.items.left_out()] == ["interrupted"]


def test_a_task_that_runs_twice_or_late_does_nothing(
    begun: Download, work: Callable[[], int], library: FilesLibrary
) -> None:
    turn = begun.turn
    tasks.render(str(begun.pk), turn)
    begun.refresh_from_db()
    before = (begun.version, begun.revision, begun.finished_at)
    for late in (0, turn, turn + 1):
        tasks.render(str(begun.pk), late)
        tasks.prepare(str(begun.pk), late)
    begun.refresh_from_db()
    assert (begun.version, begun.revision, begun.finished_at) == before
    assert len(library.rendered) == 3


def test_two_workers_never_share_a_download(begun: Download, library: FilesLibrary) -> None:
    with hold(begun.lease, seconds=10):
        tasks.render(str(begun.pk), begun.turn)
    assert not library.rendered


def test_long_work_goes_in_slices(
    monkeypatch: pytest.MonkeyPatch,
    begun: Download,
    library: FilesLibrary,
    work: Callable[[], int],
) -> None:
    monkeypatch.setattr(rendering, "SLICE", 0.0)
    tasks.render(str(begun.pk), begun.turn)
    begun.refresh_from_db()
    assert begun.state == DownloadState.PREPARING
    assert [row.task["func"] for row in OrmQ.objects.all()] == ["downloads.tasks.render"]
    monkeypatch.undo()
    settings.RENDITIONS_DIR = library.store.root
    work()
    begun.refresh_from_db()
    assert begun.state == DownloadState.READY


def test_progress_is_written_while_a_file_is_read(
    monkeypatch: pytest.MonkeyPatch, begun: Download
) -> None:
    monkeypatch.setattr(rendering, "TELL_EVERY", 0.0)
    before = begun.revision
    tasks.render(str(begun.pk), begun.turn)
    begun.refresh_from_db()
    assert begun.revision > before + 1
    assert begun.bytes_done == begun.bytes_total > 0


def test_thousands_of_files_are_ready_within_seconds(
    access: Access, library: FilesLibrary, work: Callable[[], int]
) -> None:
    asset = library.album_assets[0]
    for number in range(5_000):
        library.alias(asset, f"IMG_{number:05}.jpg")
    download = request_download(access, VISITOR, "192.0.2.1")
    started = timezone.now()
    work()
    download.refresh_from_db()
    assert (download.state, download.count) == (DownloadState.READY, 5_003)
    assert timezone.now() - started < timedelta(seconds=10)  # about 0.6 s on an idle machine


@pytest.mark.parametrize("trouble", [OperationalError("database or disk is full"), MemoryError()])
def test_no_trouble_while_a_file_is_made_passes_for_a_file_that_is_ready(
    monkeypatch: pytest.MonkeyPatch, begun: Download, library: FilesLibrary, trouble: Exception
) -> None:
    def fail(*_: object) -> None:
        raise trouble

    monkeypatch.setattr(library, "rendition", fail)
    with suppress(MemoryError):
        tasks.render(str(begun.pk), begun.turn)
    assert not begun.items.filter(state=ItemState.READY).exists()
