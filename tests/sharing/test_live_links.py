"""The owner's list of links as it changes: pushed to who is signed in, for as long as they are."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from portal.accounts.sessions import signed_in
from portal.media.table import GrantTable
from sharing.asgi import LINK_EVENTS, LinkEvents, make_link_events
from sharing.grants import LinkGrants
from sharing.limits import count_visit
from sharing.links import pause_link
from sharing.managing.live import read_versions
from sharing.models import SharedLink

pytestmark = pytest.mark.django_db(transaction=True)


class Listener:
    """One event stream, spoken to as a server does."""

    def __init__(self, app: LinkEvents, cookie: str, method: str = "GET") -> None:
        self._leaving = asyncio.Event()
        self.said: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        header = (b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode())
        scope = {"type": "http", "method": method, "path": LINK_EVENTS, "headers": [header]}
        self.task = asyncio.create_task(app(scope, self._receive, self.said.put))

    async def _receive(self) -> dict[str, Any]:
        await self._leaving.wait()
        return {"type": "http.disconnect"}

    async def status(self) -> int:
        message = await asyncio.wait_for(self.said.get(), 5)
        status: int = message["status"]
        return status

    async def event(self, name: str) -> str:
        """The data of the next event with this name."""
        while True:
            message = await asyncio.wait_for(self.said.get(), 5)
            text: str = message.get("body", b"").decode()
            if text.startswith(f"event: {name}\n"):
                return text.partition("data:")[2].strip()

    async def leave(self) -> None:
        self._leaving.set()
        await asyncio.wait_for(self.task, 5)


@asynccontextmanager
async def portal() -> AsyncIterator[LinkEvents]:
    grants = GrantTable(LinkGrants(), signed_in)
    asking = asyncio.create_task(grants.run())
    await asyncio.sleep(0)
    yield make_link_events(grants)
    asking.cancel()
    await asyncio.wait({asking})


def cookie_of(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


async def do(action: Callable[[], object]) -> None:
    await asyncio.get_running_loop().run_in_executor(None, action)


def test_visits_and_changes_are_pushed(owner_client: Client, link: SharedLink) -> None:
    async def watch() -> None:
        async with portal() as app:
            stream = Listener(app, cookie_of(owner_client))
            assert await stream.status() == 200
            first = await stream.event("version")
            await do(lambda: count_visit(link, is_new=True))
            second = await stream.event("version")
            await do(lambda: pause_link(link, paused=True))
            third = await stream.event("version")
            assert len({first, second, third}) == 3
            await stream.leave()

    asyncio.run(watch())


def test_what_the_page_was_made_with_is_what_the_stream_says(
    owner_client: Client, link: SharedLink
) -> None:
    shown = owner_client.get("/").content.decode()

    async def watch() -> str:
        async with portal() as app:
            stream = Listener(app, cookie_of(owner_client))
            version = await stream.event("version")
            await stream.leave()
            return version

    assert f'data-version="{asyncio.run(watch())}"' in shown


def test_other_owners_links_are_no_news(
    owner_client: Client, other_client: Client, link: SharedLink
) -> None:
    async def watch() -> None:
        async with portal() as app:
            stream = Listener(app, cookie_of(other_client))
            await stream.event("version")
            await do(lambda: count_visit(link, is_new=True))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(stream.event("version"), 2.5)
            await stream.leave()

    asyncio.run(watch())


def test_nobody_watches_without_a_session(owner_client: Client) -> None:
    async def knock() -> None:
        async with portal() as app:
            for cookie in ("", "made-up", "x" * 500):
                assert await Listener(app, cookie).status() == 404
            assert await Listener(app, cookie_of(owner_client), "POST").status() == 405

    asyncio.run(knock())


def test_signing_out_ends_the_stream(owner_client: Client, link: SharedLink) -> None:
    async def watch() -> None:
        async with portal() as app:
            stream = Listener(app, cookie_of(owner_client))
            await stream.event("version")
            assert not stream.task.done()
            await do(owner_client.logout)
            await asyncio.wait_for(stream.task, 5)
            assert stream.task.done()
            assert stream.task.exception() is None

    asyncio.run(watch())


def test_many_open_pages_share_one_thread(owner: User, link: SharedLink) -> None:
    clients = [Client() for _ in range(30)]
    for client in clients:
        client.force_login(owner)

    async def watch() -> None:
        async with portal() as app:
            before = threading.active_count()
            streams = [Listener(app, cookie_of(client)) for client in clients]
            versions = [await stream.event("version") for stream in streams]
            assert len(set(versions)) == 1
            # One thread that asks what changed, two that look up sessions and revisions.
            assert threading.active_count() - before <= 3
            for stream in streams:
                await stream.leave()

    asyncio.run(watch())


def test_each_owner_has_a_version_of_their_own(owner: User, link: SharedLink) -> None:
    other = User.objects.create_user("otto")
    SharedLink.objects.create(owner=other, kind="ALBUM", album_id=link.album_id)
    assert len(set(read_versions([owner.pk, other.pk]).values())) == 2
    assert read_versions([]) == {}
