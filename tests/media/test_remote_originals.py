"""Originals on another server are passed on as they come, as safely as files on this disk."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from portal.library.interface import LibraryUnavailable
from portal.library.types import RemoteFile, Rendition
from tests.media.conftest import Site
from tests.media.server import Server, answer, ask

CONTENT = bytes(range(256)) * 4096  # 1 MiB
PIECE = 64 * 1024


@dataclass
class Elsewhere:
    """The other server, with what it may do wrong."""

    url: str
    breaks_after: int | None = None  # bytes
    is_away: bool = False
    is_endless: bool = False
    given: int = 0  # bytes
    open: int = 0  # streams
    asked: list[tuple[int, int]] = field(default_factory=list)

    async def read(
        self, remote: RemoteFile, offset: int, length: int
    ) -> AsyncGenerator[bytes, None]:
        self.asked.append((offset, length))
        if self.is_away:
            raise LibraryUnavailable("The other server is away.")
        self.open += 1
        try:
            for start in range(offset, offset + length, PIECE):
                if self.breaks_after is not None and start - offset >= self.breaks_after:
                    raise LibraryUnavailable("The other server broke off.")
                piece = self._piece(start, min(start + PIECE, offset + length))
                self.given += len(piece)
                yield piece
                await asyncio.sleep(0)
        finally:
            self.open -= 1

    def _piece(self, start: int, stop: int) -> bytes:
        return bytes(stop - start) if self.is_endless else CONTENT[start:stop]


@pytest.fixture
def elsewhere(site: Site) -> Elsewhere:
    return put(site, len(CONTENT))


def put(site: Site, size: int, media_type: str = "video/mp4") -> Elsewhere:
    asset_id = uuid4()
    site.library.remote[asset_id] = RemoteFile(
        asset_id, size, media_type, "v1", None, "http://elsewhere/secret", {"x-api-key": "secret"}
    )
    found = Elsewhere(site.signer().url(asset_id, Rendition.ORIGINAL))
    site.library.read = found.read
    return found


def test_it_comes_whole_with_length_type_and_a_strong_tag(site: Site, elsewhere: Elsewhere) -> None:
    got = site.get(elsewhere.url)
    assert got.content == CONTENT
    assert got.headers["content-type"] == "video/mp4"
    assert got.headers["etag"].endswith('-original-v1"')
    assert "secret" not in repr(got.headers)


def test_a_range_asks_the_other_server_for_that_range_only(
    site: Site, elsewhere: Elsewhere
) -> None:
    got = site.get(elsewhere.url, range="bytes=1000-70000")
    assert (got.status_code, got.content) == (206, CONTENT[1000:70001])
    assert got.headers["content-range"] == f"bytes 1000-70000/{len(CONTENT)}"
    assert elsewhere.asked == [(1000, 69001)]


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("HEAD", {}, 200),
        ("GET", {"range": "bytes=99999999-"}, 416),
        ("GET", {"if_none_match": "*"}, 304),
        ("GET", {"if_match": '"other"'}, 412),
    ],
)
def test_what_needs_no_bytes_does_not_bother_the_other_server(
    site: Site, elsewhere: Elsewhere, method: str, headers: dict[str, str], status: int
) -> None:
    assert site.ask(method, elsewhere.url, **headers).status_code == status
    assert not elsewhere.asked


def test_a_range_of_another_version_gets_the_whole(site: Site, elsewhere: Elsewhere) -> None:
    got = site.get(elsewhere.url, range="bytes=5-", if_range='"an older one"')
    assert (got.status_code, len(got.content)) == (200, len(CONTENT))


def test_a_server_that_is_away_is_a_matter_of_trying_again(
    site: Site, elsewhere: Elsewhere
) -> None:
    elsewhere.is_away = True
    got = site.get(elsewhere.url)
    assert (got.status_code, got.headers["retry-after"]) == (503, "5")


def test_what_breaks_off_there_breaks_off_here(
    site: Site, elsewhere: Elsewhere, serve: Callable[[], Server]
) -> None:
    elsewhere.breaks_after = 5 * PIECE
    server = serve()
    connection, body = server.begin(elsewhere.url)
    with connection:
        assert len(body) + server.rest_until_reset(connection) < len(CONTENT)


def test_a_slow_guest_makes_the_other_server_wait(site: Site, serve: Callable[[], Server]) -> None:
    large = put(site, 2**30)
    large.is_endless = True
    connection, _body = serve().begin(large.url, receive_buffer=4096)
    time.sleep(0.7)
    assert large.given < 16 * 2**20
    connection.close()


def test_a_guest_who_leaves_lets_go_of_the_line_at_once(
    site: Site, serve: Callable[[], Server]
) -> None:
    large = put(site, 2**30)
    large.is_endless = True
    connection, _body = serve().begin(large.url, receive_buffer=4096)
    assert large.open == 1
    connection.close()
    wait_until(lambda: large.open == 0)


def test_a_withdrawn_link_ends_it(site: Site, serve: Callable[[], Server]) -> None:
    large = put(site, 2**30)
    large.is_endless = True
    server = serve()
    connection, _body = server.begin(large.url, receive_buffer=4096)
    site.grants.put(site.link, epoch=2)
    with connection:
        server.rest_until_reset(connection)
    wait_until(lambda: large.open == 0)
    assert large.given < 2**30


def test_the_lines_of_a_process_are_bounded(site: Site, serve: Callable[[], Server]) -> None:
    large = put(site, 2**30)
    large.is_endless = True
    site.app._delivering._lines._most = 2
    server = serve()
    first, second = (server.begin(large.url, receive_buffer=4096)[0] for _number in range(2))
    with first, second, server.connect() as refused:
        ask(refused, large.url)
        assert answer(refused)[0].startswith(b"HTTP/1.1 503")
        first.close()
        wait_until(lambda: large.open == 1)
        server.begin(large.url, receive_buffer=4096)[0].close()


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 3
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)
