"""An owner's media URL is worth as much as the session it was made in."""

import asyncio
import threading
import time
from collections.abc import Callable, Collection
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import OperationalError

from portal.library.types import Rendition
from portal.media import table as tables
from portal.media.grants import OWNER_EPOCH, OWNER_SCOPE
from portal.media.table import GrantTable
from portal.media.tickets import MediaSigner
from tests.media.conftest import Site, stored
from tests.media.server import Server

COOKIE = f"{settings.SESSION_COOKIE_NAME}=a-session"
NOTICED_WITHIN = 2.0  # seconds


@pytest.fixture
def owner(site: Site) -> MediaSigner:
    site.grants.sessions.add("a-session")
    return MediaSigner(OWNER_SCOPE, OWNER_EPOCH, "a-session")


def picture(site: Site, owner: MediaSigner) -> str:
    asset_id = uuid4()
    stored(site.library.store.path(asset_id, Rendition.THUMBNAIL), b"sea", "")
    return owner.url(asset_id, Rendition.THUMBNAIL)


def status(server: Server, url: str) -> str:
    with server.connect() as connection:
        head = f"GET {url} HTTP/1.1\r\nHost: test\r\nCookie: {COOKIE}\r\n\r\n"
        connection.sendall(head.encode())
        return connection.recv(4096).split(b" ")[1].decode()


def test_a_kept_url_and_cookie_are_worth_nothing_soon_after_signing_out(
    site: Site, owner: MediaSigner, serve: Callable[[], Server]
) -> None:
    kept, ready = picture(site, owner), picture(site, owner)
    server = serve()
    assert [status(server, url) for url in (ready, ready, kept)] == ["200"] * 3
    site.grants.sessions.clear()
    time.sleep(NOTICED_WITHIN)
    assert [status(server, url) for url in (ready, kept)] == ["404", "404"]


def test_what_is_being_sent_is_cut_when_its_owner_signs_out(
    site: Site, owner: MediaSigner, serve: Callable[[], Server]
) -> None:
    size = 64 * 2**20
    _url, path = site.original(b"a" * size)
    url = owner.url(next(iter(site.library.files)), Rendition.ORIGINAL)
    assert path.stat().st_size == size
    server = serve()
    with server.connect(receive_buffer=4096) as connection:
        connection.sendall(f"GET {url} HTTP/1.1\r\nHost: x\r\nCookie: {COOKIE}\r\n\r\n".encode())
        assert connection.recv(1024).startswith(b"HTTP/1.1 200")
        site.grants.sessions.clear()
        time.sleep(NOTICED_WITHIN + 0.5)
        assert server.rest_until_reset(connection) < size / 2


def test_a_page_of_thumbnails_asks_for_its_session_once(site: Site, owner: MediaSigner) -> None:
    urls = [picture(site, owner) for _ in range(50)]
    statuses = {r.status_code for r in site.ask_at_once(urls + urls, cookie=COOKIE)}
    assert statuses == {200}
    assert site.grants.session_questions == 1


def test_guessed_urls_and_sessions_cost_no_question(site: Site, owner: MediaSigner) -> None:
    url = picture(site, owner)
    forged = [url[:-20] + "A" * 20] * 5
    assert {r.status_code for r in site.ask_at_once(forged, cookie=COOKIE)} == {404}
    other = f"{settings.SESSION_COOKIE_NAME}=another"
    assert site.get(url, cookie=other).status_code == 404
    assert site.grants.session_questions == 0


def test_not_knowing_who_is_signed_in_is_a_no(site: Site, owner: MediaSigner) -> None:
    url = picture(site, owner)
    site.grants.trouble = OperationalError("locked")
    assert site.get(url, cookie=COOKIE).status_code == 503


def test_strangers_who_guess_sessions_do_not_keep_links_from_being_watched(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    guessed = threading.Event()

    def slow_for_guesses(cookies: Collection[str]) -> frozenset[str]:
        if "a-session" not in cookies:
            guessed.wait(5)
        return frozenset({"a-session"}.intersection(cookies))

    monkeypatch.setattr(tables, "ASK_EVERY", 0.05)
    monkeypatch.setattr(tables, "BLIND_AFTER", 0.5)
    table = GrantTable(site.grants, slow_for_guesses)

    async def flood() -> bool:
        watching = asyncio.create_task(table.run())
        assert await table.find_session("a-session")
        guesses = [asyncio.create_task(table.find_session(f"guess-{n}")) for n in range(1_000)]
        await asyncio.sleep(1)
        is_blind = table.is_blind
        guessed.set()
        await asyncio.gather(*guesses, return_exceptions=True)
        watching.cancel()
        return is_blind

    assert not asyncio.run(flood())
