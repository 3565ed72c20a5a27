import socket
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.library.types import Rendition
from portal.media import streams
from portal.media.streams import LOOK_EVERY
from portal.media.table import ASK_EVERY
from tests.media.conftest import Site
from tests.media.server import Server

LARGE = 64 * 2**20
Serve = Callable[[], Server]


@pytest.fixture
def large(site: Site) -> str:
    """The URL of a file far larger than all buffers between server and client."""
    url, path = site.original(b"")
    with path.open("wb") as file:
        file.truncate(LARGE)
    (asset_id,) = site.library.files
    before = site.library.files[asset_id]
    status = path.stat()
    site.library.files[asset_id] = type(before)(
        path, status.st_size, status.st_mtime_ns, before.media_type
    )
    return url


def read_slowly(connection: socket.socket, until: float) -> int:
    """Read 2 MB a second until the connection breaks; return how much came."""
    count = 0
    connection.settimeout(5)
    while time.monotonic() < until:
        try:
            data = connection.recv(20_000)
        except ConnectionResetError:
            return count
        if not data:
            return count
        count += len(data)
        time.sleep(0.01)
    pytest.fail("the stream was not stopped")


def test_a_stream_comes_whole(site: Site, serve: Serve, large: str) -> None:
    connection, body = serve().begin(large)
    count = len(body)
    with connection:
        while count < LARGE:
            count += len(connection.recv(2**20))
    assert count == LARGE


@pytest.mark.parametrize("change", [{"epoch": 2}, {"is_open": False}, {"expires_at": 1.0}])
def test_a_running_stream_stops_within_two_seconds(
    site: Site, serve: Serve, large: str, change: dict[str, int]
) -> None:
    connection, body = serve().begin(large)
    with connection:
        site.grants.put(site.link, **change)
        changed_at = time.monotonic()
        count = read_slowly(connection, changed_at + ASK_EVERY + LOOK_EVERY + 0.5)
    assert len(body) + count < LARGE


def test_a_link_that_expires_ends_its_streams(site: Site, serve: Serve, large: str) -> None:
    site.grants.put(site.link, expires_at=time.time() + 0.7)
    connection, _ = serve().begin(large)
    with connection:
        assert read_slowly(connection, time.monotonic() + 2) < LARGE


def test_nothing_more_arrives_once_a_link_is_closed(site: Site, serve: Serve, large: str) -> None:
    """What the system had taken over for sending is dropped, too."""
    server = serve()
    connection, _ = server.begin(large, receive_buffer=4096)
    with connection:
        site.grants.put(site.link, epoch=2)
        time.sleep(ASK_EVERY + LOOK_EVERY + 0.3)
        assert server.rest_until_reset(connection) < 2**20


def test_a_client_that_takes_nothing_is_left(
    site: Site, serve: Serve, large: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "STALLED_AFTER", 0.3)
    server = serve()
    connection, _ = server.begin(large, receive_buffer=4096)
    with connection:
        time.sleep(0.3 + 2 * LOOK_EVERY)
        assert server.rest_until_reset(connection) < 2**20


def test_a_file_that_changes_while_it_is_sent_breaks_the_connection(
    site: Site, serve: Serve, large: str, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve()
    connection, body = server.begin(large, receive_buffer=4096)
    (file,) = site.library.files.values()
    with connection:
        with file.path.open("r+b") as changed:
            changed.truncate(LARGE // 2)
        assert len(body) + server.rest_until_reset(connection) < LARGE
    assert f"{file.path}: changed while it was sent" in caplog.text


def settled(count: Callable[[], int], expected: int) -> bool:
    deadline = time.monotonic() + 3
    while count() != expected and time.monotonic() < deadline:
        time.sleep(0.05)
    return count() == expected


@pytest.mark.parametrize("rudely", [True, False])
def test_clients_that_leave_leave_no_open_file(
    site: Site, serve: Serve, large: str, open_files: Callable[[str], int], rudely: bool
) -> None:
    server = serve()
    connections = [server.begin(large)[0] for _ in range(20)]
    assert open_files(str(site.folder)) == 20
    for connection in connections:
        if rudely:
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        connection.close()
    assert settled(lambda: open_files(str(site.folder)), 0)


def test_withdrawn_streams_leave_no_open_file(
    site: Site, serve: Serve, large: str, open_files: Callable[[str], int]
) -> None:
    server = serve()
    connections = [server.begin(large)[0] for _ in range(10)]
    site.grants.put(site.link, epoch=2)
    assert settled(lambda: open_files(str(site.folder)), 0)
    for connection in connections:
        connection.close()


def test_slow_readers_cost_little_memory(site: Site, serve: Serve, large: str) -> None:
    statm = Path("/proc/self/statm")
    if not statm.exists():
        pytest.skip("this system does not tell a process's memory in /proc")
    server = serve()
    server.begin(large)[0].close()
    before = int(statm.read_text().split()[1])
    connections = [server.begin(large, receive_buffer=4096)[0] for _ in range(8)]
    time.sleep(0.5)
    grown = (int(statm.read_text().split()[1]) - before) * 4096
    for connection in connections:
        connection.close()
    assert grown < 16 * 2**20


def test_many_at_once_each_get_their_own_bytes(site: Site, serve: Serve) -> None:
    server = serve()
    contents = [bytes([i]) * (300_000 + i) for i in range(8)]
    urls = [site.picture(content, Rendition.LARGE) for content in contents]
    received: dict[int, bytes] = {}

    def fetch(i: int) -> None:
        connection, body = server.begin(urls[i])
        with connection:
            while len(body) < len(contents[i]):
                body += connection.recv(65536)
        received[i] = body

    threads = [threading.Thread(target=fetch, args=[i]) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [received[i] for i in range(8)] == contents
