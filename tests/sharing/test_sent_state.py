"""What guests sent, on the owner's other pages: the status, the albums, the open streams."""

import asyncio
import re
from collections.abc import Callable
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from portal.library.types import Album
from sharing.albums.editing import make_album
from sharing.asgi import REVIEW_EVENTS, make_review_events
from sharing.contributions.models import State, Upload
from sharing.managing.reviewing import decide
from sharing.models import SharedLink
from tests.memory_library import MemoryLibrary
from tests.sharing.listening import Listener, cookie_of, do, portal

Send = Callable[..., Upload]


def text(client: Client, path: str) -> str:
    return unescape(client.get(path).content.decode()).replace("\xa0", " ")


def test_the_status_tells_how_much_lies_there_and_why_it_waits(
    owner_client: Client, send: Send, link: SharedLink, settings: Settings
) -> None:
    settings.LOGGIA_STAGING_SIZE = 5 * 2**30
    quiet = text(owner_client, "/status/")
    assert "0 bytes of 5.0 GB until the library has it" in quiet
    assert "wait for the library" not in quiet
    send(link, size=2**30)
    send(link, size=2**30, state=State.ARRIVING)
    send(link, state=State.ACCEPTED, reason="The photo folder is away.")
    send(link, size=2**40, state=State.DONE)
    shown = text(owner_client, "/status/")
    for words in (
        "2.0 GB of 5.0 GB until the library has it",
        "1 file arrives or is being checked",
        "1 waits for review",
        "1 waits for the library",
        "The photo folder is away.",
    ):
        assert words in shown


def test_the_status_changes_when_something_waits(
    owner_client: Client, send: Send, link: SharedLink
) -> None:
    def version() -> str:
        return "".join(re.findall(r'data-version="(\w+)"', text(owner_client, "/status/")))

    before = version()
    send(link)
    assert version() != before


def test_the_owners_albums_say_who_sent_a_photo(
    owner_client: Client, send: Send, link: SharedLink, library: MemoryLibrary
) -> None:
    ids = library.members[link.album_id or uuid4()]
    send(link, "Anna", state=State.DONE, asset_id=ids[0], link_name="The wedding")
    send(link, "Ben", state=State.HELD, asset_id=None)
    made = make_album(link.owner, "Best", ids)
    for path in (f"/albums/{link.album_id}/", f"/albums/made/{made.pk}/"):
        shown = text(owner_client, path)
        told = shown.count("Sent by Anna by “The wedding”")
        assert told == 2  # to be pointed at, and to be read out
        assert "Ben" not in shown


def test_another_owner_is_not_told_who_sent_it(
    other_client: Client, send: Send, link: SharedLink, library: MemoryLibrary, album: Album
) -> None:
    send(link, "Anna", state=State.DONE, asset_id=library.members[album.id][0])
    assert "Anna" not in text(other_client, f"/albums/{album.id}/")


@pytest.mark.django_db(transaction=True)
def test_what_waits_is_pushed_to_its_owner_alone(
    owner_client: Client, other_client: Client, send: Send, link: SharedLink
) -> None:
    async def watch() -> None:
        async with portal(make_review_events) as app:
            mine = Listener(app, cookie_of(owner_client), path=REVIEW_EVENTS)
            others = Listener(app, cookie_of(other_client), path=REVIEW_EVENTS)
            assert await mine.event("waiting") == "0"
            assert await others.event("waiting") == "0"
            await do(lambda: [send(link), send(link)])
            assert await mine.event("waiting") == "2"
            one = Upload.objects.filter(link=link)
            await do(lambda: decide(one, "reject"))
            assert await mine.event("waiting") == "0"
            await mine.leave()
            await others.leave()
            said = [others.said.get_nowait() for _ in range(others.said.qsize())]
            assert not any(b"data: 1" in one.get("body", b"") for one in said)
            assert not any(b"data: 2" in one.get("body", b"") for one in said)

    asyncio.run(watch())


@pytest.mark.django_db(transaction=True)
def test_the_list_of_links_hears_of_what_is_sent(
    owner_client: Client, send: Send, link: SharedLink
) -> None:
    async def watch() -> None:
        async with portal() as app:
            stream = Listener(app, cookie_of(owner_client))
            first = await stream.event("version")
            await do(lambda: send(link))
            assert await stream.event("version") != first
            await stream.leave()

    asyncio.run(watch())
