import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ

from portal.leases.models import attend
from portal.library import reserve
from portal.library.types import Problem
from portal.serving.heartbeat import post_of
from sharing.managing.space import count
from tests.memory_library import MemoryLibrary
from tests.running import wait_until

HTMX = {"HX-Request": "true"}


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


def test_a_quiet_library_is_told(status: StatusPage, library: MemoryLibrary) -> None:
    library.add_album("Summer", 3)
    library.last_refresh = timezone.now() - timedelta(minutes=3, seconds=5)
    shown = status.show().replace("\xa0", " ")
    for words in ("Looked through 3 minutes ago.", "/srv/photos", "All prepared", "free"):
        assert words in shown


def test_trouble_is_told_in_its_own_words(status: StatusPage, library: MemoryLibrary) -> None:
    library.trouble = "The folder is suddenly empty. Is its disk connected?"
    assert library.trouble in status.show()


def test_a_running_scan_is_told(status: StatusPage, library: MemoryLibrary) -> None:
    library.is_refreshing = True
    assert "Looking through the photo folder" in status.show()


def test_scan_now_queues_one_scan_and_waits_until_it_is_done(
    status: StatusPage, library: MemoryLibrary
) -> None:
    assert "The scan starts in a moment" in status.scan()
    status.scan()
    assert OrmQ.objects.count() == 1
    assert 'id="scan-now" disabled' in status.show()
    library.refresh()
    assert 'id="scan-now" disabled' not in status.show()


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
    short, long = (_cells(row) for row in shown.split('<th scope="row">')[1:])
    assert short[:3] == ["0", "0", "–"]
    assert long[:3] == ["2", "1", "7 minutes"]


def _cells(row: str) -> list[str]:
    return re.findall(r"<td[^>]*>([^<]*)<", row)


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
    assert "5,000 of 20,000 files" in shown


def test_it_tells_how_much_the_cache_holds(
    status: StatusPage, library: MemoryLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = replace(library.status(), cache_used=3 * 2**30, cache_limit=20 * 2**30)
    monkeypatch.setattr(library, "status", lambda: known)
    shown = status.show().replace("\xa0", " ")
    assert "3.0 GB of 20.0 GB; the least used go first" in shown
    assert f'max="{20 * 2**30}" value="{3 * 2**30}"' in shown


def test_what_the_data_folder_holds_is_counted_behind_the_page(
    status: StatusPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings, "LOGGIA_DATA", tmp_path)
    for name, size in {"loggia.sqlite3": 5, "renditions/a/b.webp": 7, "secret_key": 1}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x" * size * 1024)
    assert "Being counted" in status.show()
    wait_until(lambda: "Being counted" not in status.show(), 10)
    parts = status.show().replace("\xa0", " ").split('<ul class="parts">')[1].split("</ul>")[0]
    assert [part.strip() for part in parts.replace("<b>", "").split("</b></li>") if part] == [
        "<li>Pictures for pages 7.0 KB",
        "<li>Database 5.0 KB",
        "<li>Other 1.0 KB",
    ]


def test_what_stays_free_of_the_disk_is_told(
    status: StatusPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "LOGGIA_DISK_RESERVE", 3 * 2**20)
    assert "3.0 MB, by pictures made on demand" in status.show().replace("\xa0", " ")
    monkeypatch.setattr(settings, "LOGGIA_DISK_RESERVE", 2**60)
    monkeypatch.setattr(reserve, "SMALL_DISK", 1.0)
    assert "No pictures are made on demand until there is more." in status.show()


def test_counting_follows_no_links(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "big").write_bytes(b"x" * 4096)
    (tmp_path / "data" / "other").symlink_to(tmp_path / "big")
    assert count(tmp_path / "data") == ()
