import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from pytest_django import Settings

from portal.media.app import MediaApp
from portal.media.delivering import Delivering
from tests.media.conftest import Site
from tests.media.server import Server, answer, ask

MOST = 3
CONTENT = bytes(16 * 2**20)


@pytest.fixture
def server(site: Site, settings: Settings) -> Iterator[Server]:
    settings.LOGGIA_STREAMS_PER_ADDRESS = MOST
    app = MediaApp(site.table, Delivering(site.app._shelf))
    server = Server(app, site.table)
    yield server
    server.stop()


def until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 3
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def status(server: Server, url: str, method: str = "GET") -> bytes:
    with server.connect(receive_buffer=4096) as connection:
        ask(connection, url, method=method)
        return connection.recv(12)[9:]


def test_one_address_has_so_many_streams_and_no_more(site: Site, server: Server) -> None:
    url, _ = site.original(CONTENT)
    with ExitStack() as stack:
        for _ in range(MOST):
            stack.enter_context(server.begin(url, receive_buffer=4096)[0])
        connection = stack.enter_context(server.connect())
        ask(connection, url)
        head, _ = answer(connection)
        assert head.startswith(b"HTTP/1.1 503")
        assert b"retry-after: 5\r\n" in head
        assert status(server, site.picture()) == b"200"  # small ones are no streams
        assert status(server, url, "HEAD") == b"200"
    assert until(lambda: status(server, url) == b"200")


def test_streams_that_ended_leave_their_places(site: Site, server: Server) -> None:
    url, _ = site.original(CONTENT)
    with server.connect() as connection:
        for _ in range(3 * MOST):
            ask(connection, url)
            assert answer(connection)[1] == CONTENT
