"""Progress as it is pushed: to many guests at once, from one thread."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from downloads import tasks
from downloads.models import Download, Size
from downloads.services import cancel_all, request_download
from downloads.tickets import Viewpoint
from sharing.access import Access
from sharing.links import pause_link
from sharing.models import SharedLink
from tests.downloads.conftest import VISITOR
from tests.downloads.server import Server


def events_url(access: Access, visitor: str = VISITOR) -> str:
    return Viewpoint(access.link.pk, access.link.epoch, "", visitor, "/s/summer", "en").events_url()


@contextmanager
def watching(client: httpx.Client, url: str) -> Iterator[Iterator[tuple[str, str]]]:
    with client.stream("GET", url, timeout=10) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield read_events(answer)


def read_events(answer: httpx.Response) -> Iterator[tuple[str, str]]:
    name, data = "", []
    for line in answer.iter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data:"):
            data.append(line.removeprefix("data:").strip())
        elif not line and name:
            yield name, "\n".join(data)
            name, data = "", []


def until(events: Iterator[tuple[str, str]], wanted: str) -> tuple[str, str]:
    return next((name, data) for name, data in events if wanted in data)


def test_a_guest_sees_it_begin_go_on_and_end(
    browser: httpx.Client, access: Access, work: Callable[[], int]
) -> None:
    download = request_download(access, VISITOR, "192.0.2.1", size=Size.LARGE)
    with watching(browser, events_url(access)) as events:
        assert until(events, "Downloading 3 items…")[0] == "title"
        tasks.prepare(str(download.pk), 1)
        download.items.filter(position=0).update(state="running", done=5_000, size=10_000)
        download.count_up()
        name, cards = until(events, "IMG_0.jpg")
        assert name == "dock"
        assert '<progress max="10000" value="5000"' in cards
        assert "4.9\xa0KB / 9.8\xa0KB" in cards
        work()
        assert until(events, "Ready: Summer.zip")[0] == "title"
        assert until(events, "/archives/")[0] == "dock"
        assert list(events) == [("done", "done")]


def test_who_comes_back_sees_the_present_state(
    browser: httpx.Client, access: Access, work: Callable[[], int]
) -> None:
    request_download(access, VISITOR, "192.0.2.1")
    work()
    with watching(browser, events_url(access)) as events:
        assert [name for name, _ in events] == ["title", "dock", "done"]


def test_only_the_visitors_own_downloads_are_pushed(browser: httpx.Client, access: Access) -> None:
    request_download(access, VISITOR, "192.0.2.1")
    request_download(access, "w" * 32, "192.0.2.1", list(_ids(access))[:1])
    with watching(browser, events_url(access)) as events:
        _, cards = until(events, "article")
    assert cards.count("<article") == 1


def _ids(access: Access) -> Iterator[UUID]:
    from portal.library import get_library

    return (asset.id for asset in get_library().assets(access.link.assets()))


@pytest.mark.parametrize("change", ["token", "visitor", "nobody", "long"])
def test_another_visitors_or_a_forged_address_is_not_found(
    browser: httpx.Client, access: Access, change: str
) -> None:
    url = events_url(access)
    if change == "token":
        url = url[:-3] + ("AAA" if not url.endswith("AAA") else "BBB")
    elif change == "long":
        url += "A" * 2000
    else:
        browser.cookies.clear()
        if change == "visitor":
            browser.cookies.set("loggia_visitor", "w" * 32)
    assert browser.get(url).status_code == 404
    assert browser.post(url).status_code == 405


def test_a_closed_link_ends_the_stream(
    browser: httpx.Client, access: Access, link: SharedLink
) -> None:
    request_download(access, VISITOR, "192.0.2.1")
    with watching(browser, events_url(access)) as events:
        until(events, "Downloading")
        pause_link(link, paused=True)
        started = time.monotonic()
        assert list(events) is not None
        assert time.monotonic() - started < 3
    assert browser.get(events_url(access)).status_code == 404


def test_canceling_elsewhere_shows_here(browser: httpx.Client, access: Access) -> None:
    request_download(access, VISITOR, "192.0.2.1")
    with watching(browser, events_url(access)) as events:
        until(events, "Downloading")
        cancel_all(access.link, VISITOR)
        assert [name for name, _ in events][-1] == "done"


def test_a_visitor_may_not_open_streams_without_end(browser: httpx.Client, access: Access) -> None:
    request_download(access, VISITOR, "192.0.2.1")
    url = events_url(access)
    opened = [browser.stream("GET", url) for _ in range(12)]
    for one in opened:
        one.__enter__()
    answer = browser.get(url)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    for one in opened:
        one.__exit__(None, None, None)


def test_a_hundred_guests_take_no_thread_and_no_connection_each(
    server: Server, access: Access
) -> None:
    visitors = [f"{number:032}" for number in range(100)]
    for visitor in visitors:
        request_download(access, visitor, "192.0.2.1")
        Download.objects.update(address=visitor)
    before = (threading.active_count(), _database_files())

    async def watch(client: httpx.AsyncClient, visitor: str) -> None:
        url, cookie = events_url(access, visitor), {"cookie": f"loggia_visitor={visitor}"}
        async with client.stream("GET", url, headers=cookie) as answer:
            async for line in answer.aiter_lines():
                if "Downloading 3 items…" in line:
                    break
            await everyone_is_here.wait()

    async def watch_all() -> None:
        limits = httpx.Limits(max_connections=None)
        client = httpx.AsyncClient(base_url=server.address, limits=limits, timeout=30)
        streams = [asyncio.create_task(watch(client, visitor)) for visitor in visitors]
        while server.streams_open < len(visitors):  # noqa: ASYNC110 - it is in another thread
            await asyncio.sleep(0.05)
        # One thread that asks, three that know links; each connection is up to three files.
        assert threading.active_count() - before[0] <= 8
        assert _database_files() - before[1] <= 15
        everyone_is_here.set()
        await asyncio.gather(*streams)
        await client.aclose()

    everyone_is_here = asyncio.Event()
    asyncio.run(watch_all())


def _database_files() -> int:
    found = 0
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found += ".sqlite3" in str(entry.readlink())
        except OSError:
            continue
    return found
