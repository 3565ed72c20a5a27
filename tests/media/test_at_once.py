"""Pictures answered from memory, on a connection that had an answer before."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from portal import web
from portal.library.types import Rendition
from portal.media.table import ASK_EVERY
from tests.media.conftest import Site, stored
from tests.media.server import Server, answer, ask

Serve = Callable[[], Server]


@dataclass
class Watched:
    """Counts what the portal's own application answers itself, and what at once."""

    server: Server
    at_once: int = 0

    def __post_init__(self) -> None:
        ask_app = self.server.at_once

        def count(path: bytes, headers: list[tuple[bytes, bytes]]) -> tuple[bytes, bytes] | None:
            found = ask_app(path, headers)
            self.at_once += found is not None
            return found

        self.server.at_once = count  # type: ignore[assignment]


@pytest.fixture
def watched(serve: Serve) -> Watched:
    return Watched(serve())


def test_the_same_answer_comes_again_and_again(site: Site, watched: Watched) -> None:
    url = site.picture()
    with watched.server.connect() as connection:
        answers = []
        for _ in range(4):
            ask(connection, url)
            answers.append(answer(connection))
    heads = [set(head.splitlines()) for head, _ in answers]
    assert {frozenset(line for line in head if b"date" not in line) for head in heads} == {
        frozenset(line for line in heads[0] if b"date" not in line)
    }
    assert all(any(line.startswith(b"date: ") for line in head) for head in heads)
    assert {body for _, body in answers} == {b"a picture"}
    assert watched.at_once == 3


def test_what_is_asked_in_other_words_is_answered_so(site: Site, watched: Watched) -> None:
    url = site.picture()
    with watched.server.connect() as connection:
        ask(connection, url)
        etag = next(
            line[6:].decode()
            for line in answer(connection)[0].splitlines()
            if line.startswith(b"etag")
        )
        ask(connection, url)
        ask(connection, url, "Range: bytes=2-4\r\n")
        ask(connection, url, method="HEAD")
        ask(connection, url + "x")
        answers = [answer(connection, bodiless=number == 2) for number in range(4)]
        ask(connection, url, f"If-None-Match: {etag}\r\n")
        assert connection.recv(12) == b"HTTP/1.1 304"
    assert [head[9:12] for head, _ in answers] == [b"200", b"206", b"200", b"404"]
    assert [body for _, body in answers[:3]] == [b"a picture", b"pic", b""]


def test_a_connection_that_is_to_close_closes(site: Site, watched: Watched) -> None:
    url = site.picture()
    with watched.server.connect() as connection:
        ask(connection, url)
        answer(connection)
        ask(connection, url, "Connection: close\r\n")
        head, body = answer(connection)
        assert (b"connection: close" in head, body) == (True, b"a picture")
        assert connection.recv(1) == b""


def test_a_closed_link_is_closed_on_open_connections_too(site: Site, watched: Watched) -> None:
    url = site.picture()
    with watched.server.connect() as connection:
        for _ in range(2):
            ask(connection, url)
            assert answer(connection)[1] == b"a picture"
        site.grants.put(site.link, epoch=2)
        time.sleep(ASK_EVERY + 0.3)
        ask(connection, url)
        assert answer(connection)[0].startswith(b"HTTP/1.1 404")


def test_a_locked_picture_needs_its_cookie_each_time(site: Site, watched: Watched) -> None:
    asset_id = uuid4()
    stored(site.library.store.path(asset_id, Rendition.THUMBNAIL), b"a picture", "")
    url = site.signer(binding="secret").url(asset_id, Rendition.THUMBNAIL)
    cookie = f"Cookie: loggia_unlock_{site.link.hex[:16]}=secret\r\n"
    with watched.server.connect() as connection:
        statuses = []
        for headers in (cookie, cookie, "", "Cookie: a=secret\r\n", cookie):
            ask(connection, url, headers)
            statuses.append(answer(connection)[0][9:12])
    assert statuses == [b"200", b"200", b"404", b"404", b"200"]


def test_a_client_that_asks_and_takes_nothing_costs_little_memory(
    site: Site, watched: Watched
) -> None:
    statm = Path("/proc/self/statm")
    if not statm.exists():
        pytest.skip("this system does not tell a process's memory in /proc")
    url = site.picture(b"x" * 200_000)
    with watched.server.connect(receive_buffer=4096) as connection:
        ask(connection, url)
        answer(connection)
        before = int(statm.read_text().split()[1])
        for _ in range(500):  # 100 MB of answers
            ask(connection, url)
        time.sleep(0.5)
        assert (int(statm.read_text().split()[1]) - before) * 4096 < 16 * 2**20
        assert {answer(connection)[1] for _ in range(500)} == {b"x" * 200_000}


def test_a_stream_begun_together_with_a_picture_is_not_taken_for_idle(
    site: Site, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "KEEP_ALIVE", 0.3)
    content = bytes(8 * 2**20)
    large, _ = site.original(content)
    small = site.picture()
    with serve().connect(receive_buffer=4096) as connection:
        ask(connection, small)
        answer(connection)
        both = "".join(f"GET {url} HTTP/1.1\r\nHost: x\r\n\r\n" for url in (small, large))
        connection.sendall(both.encode())
        assert answer(connection)[1] == b"a picture"
        time.sleep(0.7)
        assert answer(connection)[1] == content
