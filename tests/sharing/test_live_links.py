"""The owner's list of links as it changes: pushed to who is signed in, for as long as they are."""

import asyncio
import threading

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sharing.limits import count_visit
from sharing.links import pause_link
from sharing.managing.live import read_link_versions
from sharing.models import SharedLink
from tests.sharing.listening import Listener, cookie_of, do, portal

pytestmark = pytest.mark.django_db(transaction=True)


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
            owner_cookie = cookie_of(owner_client)
            stream = Listener(app, owner_cookie)
            await stream.event("version")
            assert not stream.task.done()
            await do(owner_client.logout)
            await asyncio.wait_for(stream.task, 5)
            assert stream.task.done()
            assert stream.task.exception() is None
            # The board may see it before the question that grants depend on, asked each second.
            await asyncio.sleep(2)
            assert await Listener(app, owner_cookie).status() == 404

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
    assert len(set(read_link_versions([owner.pk, other.pk]).values())) == 2
    assert read_link_versions([]) == {}
