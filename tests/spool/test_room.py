"""The spool's quota: what is needed stays, what is not goes by age, and nobody waits for ever."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.utils import timezone

from downloads import tasks
from downloads.models import Download, Reason, Size, Waiting
from downloads.services import DownloadRefused, dismiss
from downloads.spool.models import SENDING, SpoolFile
from downloads.spool.orphans import remove_orphans
from downloads.spool.room import tidy
from downloads.tickets import Viewpoint
from portal.leases.models import Lease, attend
from portal.library.types import Asset
from sharing.access import Access
from tests.downloads.conftest import VISITOR
from tests.spool.conftest import OTHER, RemoteLibrary, spool_files, unpack, until

pytestmark = pytest.mark.django_db(transaction=True)
Ask = Callable[..., Download]
Quota = Callable[[int], None]


def now(download: Download) -> Download:
    download.refresh_from_db()
    return download


def sweep_at_once() -> None:
    Lease.objects.filter(name__startswith="turn:").delete()
    Download.objects.update(queued_at=timezone.now() - timedelta(minutes=5))
    tasks.sweep()


@pytest.fixture
def quota(monkeypatch: pytest.MonkeyPatch) -> Quota:
    return lambda size: monkeypatch.setattr(settings, "LOGGIA_SPOOL_SIZE", size)


@pytest.fixture
def photos(library: RemoteLibrary) -> list[Asset]:
    return [library.put(f"IMG_{n}.jpg", 100_000) for n in range(3)]


def held() -> set[object]:
    return set(SpoolFile.objects.complete().values_list("asset_id", flat=True))


def test_what_no_download_needs_goes_the_longest_unused_first(
    photos: list[Asset], ask: Ask, work: Callable[[], int], quota: Quota
) -> None:
    for photo in photos:
        dismissed = ask(photo)
        work()
        Download.objects.filter(pk=dismissed.pk).delete()
    quota(photos[1].size + photos[2].size)
    tidy()
    assert held() == {photos[1].id, photos[2].id}
    assert len(spool_files()) == 2


def test_what_a_ready_download_needs_stays_whatever_the_quota_says(
    photos: list[Asset], ask: Ask, work: Callable[[], int], quota: Quota
) -> None:
    download = ask()
    work()
    SpoolFile.objects.update(used_at=timezone.now() - timedelta(days=400))
    quota(1)
    tidy()
    assert held() == {photo.id for photo in photos}
    dismiss(now(download))
    tidy()
    assert len(held()) == 3, "a dismissed one can be resumed for an hour"
    Download.objects.update(expires_at=timezone.now())
    sweep_at_once()
    assert held() == set()
    assert spool_files() == []


def test_what_is_being_sent_stays_after_its_download_has_expired(
    photos: list[Asset], ask: Ask, work: Callable[[], int], quota: Quota
) -> None:
    download = ask()
    work()
    attend(f"{SENDING}{download.pk}", 60)
    Download.objects.update(expires_at=timezone.now())
    quota(1)
    sweep_at_once()
    assert len(held()) == 3
    Lease.objects.update(expires_at=timezone.now())
    sweep_at_once()
    assert held() == set()


def test_what_is_saved_is_known_to_be_sent(
    library: RemoteLibrary, ask: Ask, work: Callable[[], int], browser: httpx.Client, access: Access
) -> None:
    library.put("large.jpg", 30_000_000)
    download = ask()
    work()
    now(download)
    view = Viewpoint(access.link.pk, access.link.epoch, "", VISITOR, access.link.path, "en")
    url = view.archive_url(download.pk, download.name, download.expires)
    post = Lease.objects.filter(name=f"{SENDING}{download.pk}")
    with browser.stream("GET", url) as response:
        pieces = response.iter_raw()
        next(pieces)
        until(post.exists)
        assert sum(map(len, pieces)) > 20_000_000


def test_old_files_go_even_where_there_is_room(
    photos: list[Asset], ask: Ask, work: Callable[[], int]
) -> None:
    ask(photos[0])
    work()
    Download.objects.all().delete()
    SpoolFile.objects.update(used_at=timezone.now() - timedelta(days=6))
    tidy()
    assert len(held()) == 1
    SpoolFile.objects.update(used_at=timezone.now() - timedelta(days=8))
    tidy()
    assert held() == set()


def test_a_download_larger_than_the_whole_spool_is_refused_before_it_begins(
    photos: list[Asset], ask: Ask, quota: Quota
) -> None:
    quota(sum(photo.size for photo in photos) - 1)
    with pytest.raises(DownloadRefused, match="larger than this portal can fetch"):
        ask()
    assert not Download.objects.exists()
    assert ask(*photos[:2]).count == 2


def test_of_a_smaller_size_only_what_is_fetched_counts(
    library: RemoteLibrary, ask: Ask, work: Callable[[], int], quota: Quota
) -> None:
    library.put("film.mp4", 300_000)
    quota(1000)
    download = ask(size=Size.LARGE)
    work()
    assert list(download.items.values_list("reason", flat=True)) == [Reason.TOO_LARGE]
    assert now(download).is_failed


def test_who_comes_second_waits_for_room_with_nothing_and_then_goes_on(
    photos: list[Asset], ask: Ask, work: Callable[[], int], quota: Quota
) -> None:
    room = photos[0].size + photos[1].size
    quota(room)
    first = ask(*photos[:2])
    work()
    second = ask(photos[2], visitor=OTHER)
    work()
    assert now(second).waiting_for == Waiting.ROOM
    assert now(second).is_paused
    assert not second.items.exclude(spool_file=None).exists()
    Download.objects.filter(pk=first.pk).delete()
    sweep_at_once()
    work()
    assert now(second).is_ready
    assert SpoolFile.objects.bytes() <= room


def test_a_file_that_vanished_from_the_spool_is_fetched_again(
    photos: list[Asset], ask: Ask, work: Callable[[], int], browser: httpx.Client, access: Access
) -> None:
    download = ask(photos[0])
    work()
    spool_files()[0].unlink()
    view = Viewpoint(access.link.pk, access.link.epoch, "", VISITOR, access.link.path, "en")
    now(download)
    url = view.archive_url(download.pk, download.name, download.expires)
    assert browser.get(url).status_code == 503
    work()
    assert now(download).is_ready
    assert len(unpack(browser.get(url).content)) == 1


def test_bytes_that_went_bad_in_the_spool_are_never_a_whole_archive(
    photos: list[Asset], ask: Ask, work: Callable[[], int], browser: httpx.Client, access: Access
) -> None:
    download = ask(photos[0])
    work()
    path = spool_files()[0]
    found = path.stat()
    with path.open("r+b") as file:
        file.seek(1000)
        file.write(b"rot!")
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    view = Viewpoint(access.link.pk, access.link.epoch, "", VISITOR, access.link.path, "en")
    now(download)
    url = view.archive_url(download.pk, download.name, download.expires)
    assert browser.get(url).status_code == 503
    work()
    assert now(download).is_ready
    assert len(unpack(browser.get(url).content)) == 1


def test_files_that_belong_to_nothing_are_removed_and_others_left_alone(
    photos: list[Asset], ask: Ask, work: Callable[[], int]
) -> None:
    ask(photos[0])
    work()
    (mine,) = spool_files()
    folder = Path(settings.SPOOL_DIR) / "ab"
    folder.mkdir(exist_ok=True)
    orphan = folder / f"999-{'ab' * 16}"
    left_over = mine.with_name(f"{mine.name}.part")
    stranger = folder / "notes.txt"
    for path in (orphan, orphan.with_name(f"{orphan.name}.part"), left_over, stranger):
        path.write_bytes(b"x")
    assert remove_orphans() == 3
    assert spool_files() == sorted([mine, stranger])
