"""Files that the kernel sends by itself: the same bytes, the same promises."""

import asyncio
import errno
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import uvloop
from uvicorn.protocols.http.flow_control import FlowControl

from portal import zero_copy
from portal.library.types import StoredFile
from portal.media.files import StoredSource
from portal.media.sending import Body, send_body
from portal.media.streams import HELD_BACK, PIECE, ZERO_COPY
from tests.media.conftest import Site
from tests.media.server import Server, answer, ask

Serve = Callable[[], Server]
CONTENT = os.urandom(5 * 2**20 + 123)


@pytest.fixture(params=[True, False], ids=["by the kernel", "read"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zero_copy, "IS_POSSIBLE", request.param and zero_copy.IS_POSSIBLE)


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize(
    ("first", "length"),
    [
        (0, len(CONTENT)),
        (1, 2**20 + HELD_BACK),
        (4097, 2**20 + HELD_BACK + 1),
        (3 * 2**20, PIECE + HELD_BACK - 1),
        (3 * 2**20, PIECE + HELD_BACK),
        (len(CONTENT) - HELD_BACK - PIECE - 7, HELD_BACK + PIECE + 7),
    ],
)
def test_any_part_of_a_file_arrives_as_it_is(
    site: Site, serve: Serve, first: int, length: int
) -> None:
    url, _ = site.original(CONTENT)
    with serve().connect() as connection:
        ask(connection, url, f"Range: bytes={first}-{first + length - 1}\r\n")
        assert answer(connection)[1] == CONTENT[first : first + length]


@pytest.mark.usefixtures("either_way")
def test_one_connection_carries_small_and_large_answers_in_order(site: Site, serve: Serve) -> None:
    url, _ = site.original(CONTENT)
    picture = site.picture()
    with serve().connect(receive_buffer=4096) as connection:
        for asked in (picture, url, picture, url):  # at once: the last wait in the server
            ask(connection, asked)
        bodies = [answer(connection)[1] for _ in range(4)]
        ask(connection, url, method="HEAD")
        head, _ = answer(connection, bodiless=True)
        ask(connection, picture)
        bodies.append(answer(connection)[1])
    assert bodies == [b"a picture", CONTENT, b"a picture", CONTENT, b"a picture"]
    assert f"content-length: {len(CONTENT)}".encode() in head


def test_what_is_not_in_memory_is_read_from_the_disk(site: Site, serve: Serve) -> None:
    url, path = site.original(CONTENT)
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    with serve().connect() as connection:
        ask(connection, url)
        assert answer(connection)[1] == CONTENT


@pytest.mark.parametrize("end", [0, 100_000, len(CONTENT) - 1])
def test_a_file_cut_short_on_its_way_is_never_ended_as_if_it_were_whole(
    site: Site, serve: Serve, end: int
) -> None:
    """All but its end is with the kernel by then: that is sent last, once the rest has arrived."""
    url, path = site.original(CONTENT[: 2**20])
    server = serve()
    connection, body = server.begin(url, receive_buffer=4096)
    with connection:
        time.sleep(0.1)
        with path.open("r+b") as file:
            file.truncate(min(end, 2**20 - 1))
        assert len(body) + server.rest_until_reset(connection) < 2**20


@pytest.mark.parametrize("waits", [0, 0.05])
def test_clients_that_leave_leave_nothing_open_and_are_no_errors(
    site: Site,
    serve: Serve,
    open_files: Callable[[str], int],
    caplog: pytest.LogCaptureFixture,
    waits: float,
) -> None:
    url, _ = site.original(CONTENT * 4)
    server = serve()
    before = open_files("socket:")
    for _ in range(20):
        connection, _ = server.begin(url)
        time.sleep(waits)
        connection.close()
    deadline = time.monotonic() + 3
    while open_files("socket:") > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert open_files("socket:") <= before
    assert not caplog.text


@dataclass
class RefusingWire:
    """A kernel that cannot send files of this file system, or cannot after a while."""

    sent: list[bytes]
    sends: int

    async def send(self, file: int, offset: int, count: int) -> int:
        if not self.sends:
            raise OSError(errno.EINVAL, "Invalid argument")
        self.sends -= 1
        self.sent.append(os.pread(file, min(count, 100_000), offset))
        return len(self.sent[-1])

    async def arrived(self) -> None:
        pass


@pytest.mark.parametrize("sends", [0, 1, 5])
def test_what_the_kernel_cannot_send_is_read(tmp_path: Path, sends: int) -> None:
    sent: list[bytes] = []
    path = tmp_path / "file"
    path.write_bytes(CONTENT)

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))

    async def receive() -> Any:
        await asyncio.Event().wait()

    status = path.stat()
    source = StoredSource(StoredFile(path, status.st_size, status.st_mtime_ns, "image/jpeg"))
    body = Body(size=status.st_size, etag='"file"', media_type="image/jpeg")
    scope = {
        "method": "GET",
        "headers": [],
        "extensions": {ZERO_COPY: lambda: RefusingWire(sent, sends)},
    }
    asyncio.run(send_body(scope, receive, send, body, source))
    assert b"".join(sent) == CONTENT


class Talking(asyncio.Protocol):
    """A connection that tells its flow control what a server's protocol tells it."""

    flow: FlowControl

    def connection_made(self, transport: Any) -> None:  # uvloop's are none of asyncio's classes
        self.transport, self.loop = transport, asyncio.get_running_loop()
        self.flow = FlowControl(transport)
        self.cycle = SimpleNamespace(
            chunked_encoding=False, expected_content_length=2**30, disconnected=False
        )

    def pause_writing(self) -> None:
        self.flow.pause_writing()

    def resume_writing(self) -> None:
        self.flow.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self.flow.resume_writing()


def test_a_client_that_leaves_before_a_file_s_turn_has_left(tmp_path: Path) -> None:
    async def leave() -> None:
        ours, theirs = socket.socketpair()
        loop = asyncio.get_running_loop()
        transport, talking = await loop.create_connection(Talking, sock=ours)
        transport.write(bytes(2**24))  # more than the kernel holds, so the file has to wait
        (tmp_path / "file").write_bytes(CONTENT)
        with (tmp_path / "file").open("rb") as file:
            wire: Any = zero_copy.ZeroCopy(talking, talking.cycle)  # type: ignore[arg-type]
            sending = asyncio.create_task(wire.send(file.fileno(), 0, len(CONTENT)))
            await asyncio.sleep(0.05)
            assert not sending.done()
            theirs.close()
            with pytest.raises(ConnectionAbortedError):
                await asyncio.wait_for(sending, 5)

    loop = uvloop.new_event_loop()
    loop.run_until_complete(leave())
    loop.close()
