"""Canceling, an Immich that is down, a key that is refused, a full disk: each ends or waits well."""

import shutil
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.template.defaultfilters import filesizeformat

from downloads import tasks
from downloads.dock import dock_of, render_events
from downloads.models import Download, ItemState, Reason, Waiting
from downloads.services import cancel_all, cancel_item, retry_failed
from downloads.spool.models import SpoolFile
from downloads.tickets import Viewpoint
from portal.leases.models import Lease
from sharing.access import Access
from tests.downloads.conftest import VISITOR
from tests.immich import Immich
from tests.spool.conftest import OTHER, RemoteLibrary, fetched, spool_files, until

pytestmark = pytest.mark.django_db(transaction=True)
Ask = Callable[..., Download]
Start = Callable[[], None]


def now(download: Download) -> Download:
    download.refresh_from_db()
    return download


@pytest.fixture
def view(access: Access) -> Viewpoint:
    return Viewpoint(access.link.pk, access.link.epoch, "", VISITOR, access.link.path, "en")


def has_begun(download: Download) -> bool:
    return download.items.filter(state=ItemState.RUNNING, done__gt=0).exists()


def sweep_at_once() -> None:
    """Sweep as if the last call was long ago."""
    Lease.objects.filter(name__startswith="turn:").delete()
    tasks.sweep()


def test_a_bar_shows_how_much_of_each_file_is_here(
    library: RemoteLibrary, immich: Immich, ask: Ask, working: Start, view: Viewpoint
) -> None:
    photo = library.put("slow.jpg", 400_000)
    immich.control.fault("slow", times=None, value=200_000)
    download = ask()
    working()
    until(lambda: has_begun(download))
    news, is_last = render_events(view)
    assert not is_last
    assert "Downloading 1 item…" in news
    assert f'<progress max="{photo.size}" value="' in news
    assert f" / {filesizeformat(photo.size)}" in news
    seen = set()
    while not now(download).is_ready:
        seen.add(download.bytes_done)
    assert len(seen) > 3
    assert max(seen) <= photo.size
    assert fetched(immich) == 1


def test_one_canceled_file_stops_within_a_second_and_the_rest_goes_on(
    library: RemoteLibrary, immich: Immich, ask: Ask, working: Start
) -> None:
    library.put("fine.jpg")
    slow = library.put("slow.jpg", 5_000_000)
    immich.control.fault("slow", times=None, value=100_000, path=f"{slow.id}/original$")
    download = ask()
    working()
    until(lambda: has_begun(download))
    assert cancel_item(download, 1)
    until(lambda: now(download).is_ready, within=2)
    assert download.items.in_archive().count() == 1
    until(lambda: len(spool_files()) == 1, within=1.5)


def test_all_canceled_leaves_no_part_and_no_connection(
    library: RemoteLibrary, immich: Immich, ask: Ask, working: Start, access: Access
) -> None:
    for number in range(4):
        library.put(f"IMG_{number}.jpg", 5_000_000)
    immich.control.fault("slow", times=None, value=100_000)
    download = ask()
    working()
    until(lambda: has_begun(download))
    assert cancel_all(access.link, VISITOR) == 1
    until(lambda: not spool_files(), within=1.5)
    until(lambda: not Lease.objects.filter(name="fetching").exists(), within=3)
    Lease.objects.filter(name__startswith="turn:").delete()
    SpoolFile.objects.update(used_at="2020-01-01T00:00Z")
    tasks.sweep()
    assert not SpoolFile.objects.exists()


def test_what_one_guest_cancels_the_other_still_gets(
    library: RemoteLibrary, immich: Immich, ask: Ask, working: Start, access: Access
) -> None:
    library.put("slow.jpg", 300_000)
    immich.control.fault("slow", times=None, value=150_000)
    first, second = ask(), ask(visitor=OTHER)
    working()
    until(lambda: has_begun(first))
    cancel_all(access.link, VISITOR)
    until(lambda: now(second).is_ready)
    assert fetched(immich) == 1


def test_an_immich_that_is_down_is_waited_for(
    library: RemoteLibrary, immich: Immich, ask: Ask, work: Callable[[], int], view: Viewpoint
) -> None:
    here = library.put("here.jpg")
    first = ask(here)
    work()
    library.put("there.jpg")
    immich.stop()
    second = ask()
    work()
    assert now(first).is_ready, "what is in the spool needs no Immich"
    assert now(second).waiting_for == Waiting.LIBRARY
    news, _ = render_events(view)
    assert "the photos cannot be reached. This goes on by itself." in news
    assert "Waiting: 2 items…" in news
    immich.start()
    sweep_at_once()
    work()
    assert now(second).is_ready
    assert second.count_left_out == 0
    assert fetched(immich, here) == 1


def test_an_immich_that_breaks_off_in_the_middle_is_waited_for(
    library: RemoteLibrary, immich: Immich, ask: Ask, working: Start
) -> None:
    photos = [library.put(f"IMG_{n}.jpg", 400_000) for n in range(3)]
    immich.control.fault("slow", times=None, value=200_000)
    download = ask()
    working()
    until(lambda: has_begun(download))
    immich.stop()
    until(lambda: now(download).waiting_for == Waiting.LIBRARY, within=25)
    immich.control.clear_faults()
    immich.start()

    def is_ready_after_a_sweep() -> bool:
        sweep_at_once()
        return now(download).is_ready

    until(is_ready_after_a_sweep)
    assert download.count_left_out == 0
    found = {file.asset_id: file.path.read_bytes() for file in SpoolFile.objects.all()}
    assert found == {photo.id: library.truth(photo.id) for photo in photos}


def test_a_refused_key_ends_the_download_with_one_sentence(
    library: RemoteLibrary, immich: Immich, ask: Ask, work: Callable[[], int],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    for number in range(12):
        library.put(f"IMG_{number}.jpg")
    library.api_key = "no-such-key"
    download = ask()
    work()
    assert now(download).is_failed
    assert set(download.items.values_list("reason", flat=True)) == {Reason.REFUSED}
    assert "refuses the API key" in caplog.text
    assert "no-such-key" not in caplog.text
    assert fetched(immich) <= 6, "it was asked on and on"
    library.api_key = ""
    assert retry_failed(download)
    work()
    assert now(download).is_ready


def test_a_server_that_fails_one_file_for_good_gives_all_others(
    library: RemoteLibrary, immich: Immich, ask: Ask, work: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("downloads.engine.obtaining.backoff", lambda *_: 0.01)
    library.put("good.jpg")
    bad = library.put("bad.jpg")
    immich.control.fault("500", times=None, path=f"{bad.id}/original$")
    download = ask()
    work()
    assert now(download).is_ready
    assert download.items.get(name="bad.jpg").reason == Reason.UNAVAILABLE
    immich.control.clear_faults()
    assert retry_failed(download)
    work()
    assert now(download).count_left_out == 0


def test_a_full_disk_is_waited_for_and_said(
    library: RemoteLibrary, ask: Ask, working: Start, view: Viewpoint,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    library.put("photo.jpg")
    disk = SimpleNamespace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: disk)
    monkeypatch.setattr("downloads.fetching.DISK_POLL", 0.1)
    download = ask()
    working()
    until(lambda: now(download).waiting_for == Waiting.DISK)
    assert dock_of(view).cards[0].download.is_paused
    assert "the disk is full. This goes on by itself." in render_events(view)[0]
    disk.free = 10**12
    until(lambda: now(download).is_ready)
