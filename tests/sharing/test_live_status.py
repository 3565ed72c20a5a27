"""The status page as things change: one text tells all owners whether there is news."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ

from portal.leases.models import attend
from portal.library.types import Problem
from portal.serving.heartbeat import post_of
from sharing.asgi import LINK_EVENTS, STATUS_EVENTS, make_status_events
from sharing.managing import space
from sharing.managing.condition import read_version
from sharing.managing.live import read_status_versions
from tests.memory_library import MemoryLibrary
from tests.sharing.listening import Listener, cookie_of, do, portal

pytestmark = pytest.mark.django_db(transaction=True)
Change = Callable[[MemoryLibrary], object]


def _put_work(_library: MemoryLibrary) -> None:
    OrmQ.objects.create(key="long", payload="x", lock=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize(
    "change",
    [
        lambda library: library.add_album("New", 2),
        lambda library: library.faults.append(Problem("a.jpg", "Too short.", timezone.now())),
        lambda library: setattr(library, "trouble", "The folder is away."),
        lambda library: setattr(library, "is_refreshing", True),
        lambda library: library.refresh(),
        _put_work,
        lambda library: attend(post_of("short"), 30),
    ],
    ids=["album", "problem", "trouble", "scan", "scanned", "work", "workers"],
)
def test_each_change_is_news(library: MemoryLibrary, change: Change) -> None:
    before = read_version()
    change(library)
    assert read_version() != before
    assert read_version() == read_version()


def test_progress_is_news_and_a_few_bytes_of_a_busy_disk_are_not(
    library: MemoryLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = replace(library.status(), files_found=900, cache_used=5 * 2**30)
    disk = space.space()

    def version(read: int = 0, used: int = 5 * 2**30) -> str:
        status = replace(known, files_read=read, cache_used=used)
        monkeypatch.setattr(library, "status", lambda: status)
        return read_version()

    monkeypatch.setattr("sharing.managing.condition.space", lambda: disk)
    before = version()
    assert version(read=450) != before
    assert version(used=6 * 2**30) != before
    assert version(used=5 * 2**30 + 70_000) == before
    monkeypatch.setattr(
        "sharing.managing.condition.space", lambda: replace(disk, free=disk.free // 2)
    )
    assert version() != before


def test_a_page_open_for_a_minute_says_so(
    library: MemoryLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.refresh()
    before, now = read_version(), timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=61))
    assert read_version() != before


def test_an_open_page_hears_of_a_scan(owner_client: Client, library: MemoryLibrary) -> None:
    shown = owner_client.get("/status/").content.decode()

    async def watch() -> None:
        async with portal(make_status_events) as app:
            stream = Listener(app, cookie_of(owner_client), path=STATUS_EVENTS)
            assert await stream.status() == 200
            first = await stream.event("version")
            assert f'data-live="{STATUS_EVENTS}" data-version="{first}"' in shown
            library.is_refreshing = True
            assert await stream.event("version") != first
            await do(owner_client.logout)
            await asyncio.wait_for(stream.task, 5)

    asyncio.run(watch())
    assert owner_client.get("/status/").status_code == 302


def test_nobody_else_hears_of_it(owner_client: Client, library: MemoryLibrary) -> None:
    async def knock() -> None:
        async with portal(make_status_events) as app:
            for cookie in ("", "made-up"):
                assert await Listener(app, cookie, path=STATUS_EVENTS).status() == 404
            mistaken = Listener(app, cookie_of(owner_client), path=LINK_EVENTS)
            assert await mistaken.status() == 404

    asyncio.run(knock())


def test_all_owners_are_told_the_same_and_nobody_nothing(
    owner: User, library: MemoryLibrary
) -> None:
    assert read_status_versions([]) == {}
    told = read_status_versions([owner.pk, owner.pk + 1])
    assert told == {owner.pk: read_version(), owner.pk + 1: read_version()}
    assert settings.LOGGIA_DATA.exists()
