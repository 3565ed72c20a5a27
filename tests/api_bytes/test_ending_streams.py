"""What is being sent ends when its key is revoked, or its link takes it away."""

import socket
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest

from sharing.links import LinkSettings, change_link, delete_link, pause_link
from sharing.models import SharedLink
from tests.api_bytes.conftest import Program
from tests.api_bytes.server import Server
from tests.downloads.files_library import FilesLibrary

LARGE = 64 * 2**20
WITHIN = 3.0  # seconds; changes are noticed within two


@pytest.fixture
def begin(server: Server) -> Iterator[Callable[[str, dict[str, str]], socket.socket]]:
    """Ask for a file and take only its first bytes."""
    address = urlsplit(server.address)
    open_now: list[socket.socket] = []

    def ask(path: str, headers: dict[str, str]) -> socket.socket:
        connection = socket.socket()
        open_now.append(connection)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.settimeout(10)
        connection.connect((address.hostname, address.port))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: test\r\n{lines}\r\n".encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")
        return connection

    yield ask
    for connection in open_now:
        connection.close()


def rest(connection: socket.socket) -> int:
    """Read slowly until the connection breaks; returns how much came."""
    count, until = 0, time.monotonic() + WITHIN
    try:
        while data := connection.recv(4096):
            count += len(data)
            if time.monotonic() > until:
                return LARGE
            time.sleep(0.002)
    except ConnectionResetError:
        pass
    return count


def test_a_revoked_key_ends_what_it_reads(
    begin: Callable[..., socket.socket],
    program: Program,
    library: FilesLibrary,
    revoke: Callable[[], None],
) -> None:
    video = library.add("VID.mp4", bytes(LARGE))
    stream = begin(f"/api/assets/{video.id}/original", program.headers)
    revoke()
    assert rest(stream) < LARGE
    assert program.get(f"/assets/{video.id}/original").status_code == 401


@pytest.mark.parametrize(
    "take_away",
    [
        delete_link,
        lambda link: pause_link(link, paused=True),
        lambda link: change_link(link, LinkSettings(allow_download=False)),
    ],
    ids=["deleted", "paused", "no downloads"],
)
def test_a_link_that_takes_away_ends_what_its_guests_read(
    begin: Callable[..., socket.socket],
    library: FilesLibrary,
    make_link: Callable[..., SharedLink],
    take_away: Callable[[SharedLink], object],
) -> None:
    video = library.add("VID.mp4", bytes(LARGE))
    link = make_link()
    stream = begin(f"/api/assets/{video.id}/original?key={link.key}", {})
    take_away(link)
    assert rest(stream) < LARGE
