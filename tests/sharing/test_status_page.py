from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ

from portal.leases.models import attend
from portal.library.types import Problem
from portal.serving.heartbeat import post_of
from tests.sharing.memory_library import MemoryLibrary

HTMX = {"HX-Request": "true"}
POLLS = 'hx-trigger="every 2s"'


@pytest.fixture
def status(owner_client: Client, library: MemoryLibrary) -> "StatusPage":
    return StatusPage(owner_client)


class StatusPage:
    def __init__(self, client: Client) -> None:
        self.client = client

    def show(self, query: str = "") -> str:
        return unescape(self.client.get(f"/status/{query}", headers=HTMX).content.decode())

    def scan(self) -> str:
        return unescape(self.client.post("/status/scan/", follow=True).content.decode())


def test_a_quiet_library_is_told_and_not_polled(status: StatusPage, library: MemoryLibrary) -> None:
    library.add_album("Summer", 3)
    library.last_refresh = timezone.now() - timedelta(minutes=3, seconds=5)
    shown = status.show().replace("\xa0", " ")
    for words in ("Looked through 3 minutes ago.", "/srv/photos", "All prepared", "free"):
        assert words in shown
    assert POLLS not in shown


def test_trouble_is_told_in_its_own_words(status: StatusPage, library: MemoryLibrary) -> None:
    library.trouble = "The folder is suddenly empty. Is its disk connected?"
    assert library.trouble in status.show()


def test_a_running_scan_is_watched(status: StatusPage, library: MemoryLibrary) -> None:
    library.is_refreshing = True
    assert "Looking through the photo folder" in status.show()
    assert POLLS in status.show()


def test_scan_now_queues_one_scan_and_watches_until_it_is_done(
    status: StatusPage, library: MemoryLibrary
) -> None:
    assert "The scan starts in a moment" in status.scan()
    status.scan()
    assert OrmQ.objects.count() == 1
    assert POLLS in status.show()
    library.refresh()
    OrmQ.objects.all().delete()  # as the worker does that ran it
    assert POLLS not in status.show()


def test_problem_files_come_in_pages(status: StatusPage, library: MemoryLibrary) -> None:
    now = timezone.now()
    library.faults = [Problem(f"a/{n}.jpg", "The file ends too early.", now) for n in range(120)]
    assert status.show().count("The file ends too early.") == 50
    last = status.show("?problems=100")
    assert last.count("The file ends too early.") == 20
    assert "Older" not in last
    assert 'href="?problems=50"' in last
    assert "None." in status.show("?problems=5000")


def test_the_lanes_tell_what_waits_and_since_when(status: StatusPage) -> None:
    now = timezone.now()
    waits, runs = now - timedelta(minutes=7, seconds=5), now + timedelta(minutes=2)
    OrmQ.objects.create(key="long", payload="x", lock=now - timedelta(minutes=1))
    OrmQ.objects.create(key="long", payload="x", lock=waits)
    OrmQ.objects.create(key="long", payload="x", lock=runs)
    shown = status.show().replace("\xa0", " ")
    short, long = shown.split('<th scope="row">')[1:]
    assert '<td class="number">0</td><td class="number">0</td><td>–</td>' in short
    assert '<td class="number">2</td><td class="number">1</td><td>7 minutes</td>' in long
    assert POLLS in shown


def test_a_lane_without_workers_is_told(status: StatusPage) -> None:
    attend(post_of("short"), 30)
    short, long = status.show().split('<th scope="row">')[1:]
    assert "At work" in short
    assert "None" in long.partition("</tr>")[0]


def test_a_scan_shows_how_far_it_is(
    status: StatusPage, library: MemoryLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.is_refreshing = True
    known = replace(library.status(), files_found=20_000, files_read=5_000)
    monkeypatch.setattr(library, "status", lambda: known)
    shown = status.show()
    assert 'max="20000" value="5000"' in shown
    assert "5000 of 20000 files" in shown
