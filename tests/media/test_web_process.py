"""The real application in a real server process, as ``manage.py serve`` starts it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from portal import web
from tests.media.conftest import Site
from tests.media.server import Server

ROOT = Path(__file__).resolve().parents[2]
START = "import socket, portal.web; portal.web.run(socket.socket(fileno={fd}))"


@dataclass
class Process:
    port: int
    running: "subprocess.Popen[bytes]"


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("web")
    variables = {
        **{key: value for key, value in os.environ.items() if "LOGGIA" not in key},
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "LOGGIA_DATA": str(folder),
        "LOGGIA_STATIC_ROOT": str(folder / "static"),
    }
    for name in ("migrate", "collectstatic"):
        make = [sys.executable, "manage.py", name, "-v0", "--no-input"]
        subprocess.run(make, cwd=ROOT, env=variables, check=True, timeout=60)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = [sys.executable, "-c", START.format(fd=listener.fileno())]
        running = subprocess.Popen(command, cwd=ROOT, env=variables, pass_fds=[listener.fileno()])
        yield Process(listener.getsockname()[1], running)
        running.kill()
        running.wait(10)


def test_a_web_process_from_start_to_end(process: Process) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{process.port}", timeout=30) as client:
        each_path_reaches_its_application(client)
        pages_are_compressed(client)
        started = time.monotonic()
        process.running.send_signal(signal.SIGTERM)  # while the client keeps its connection
        process.running.wait(10)
    assert time.monotonic() - started < 7


def each_path_reaches_its_application(client: httpx.Client) -> None:
    icon = client.get("/static/icon.svg")
    assert (icon.status_code, icon.headers["content-type"]) == (200, "image/svg+xml")
    assert "server" not in icon.headers
    forged = client.get(f"/media/{'0' * 31}1/{'0' * 32}/thumbnail/{'z' * 27}")
    assert (forged.status_code, forged.text) == (404, "Not Found\n")
    assert client.get(f"/archives/{'0' * 32}/x/y.zip").status_code == 404
    assert client.get("/events/downloads/x").status_code == 404
    assert client.get("/").status_code == 302


def pages_are_compressed(client: httpx.Client) -> None:
    page = client.get("/login/")
    assert (page.status_code, page.headers["content-encoding"]) == (200, "gzip")
    lengths = {client.get("/login/").headers["content-length"] for _ in range(5)}
    assert len(lengths) > 1  # padded at random, so that its length tells nothing


@pytest.fixture
def server(site: Site) -> Iterator[Server]:
    server = Server(site.app, site.table)
    yield server
    server.stop()


def test_endless_headers_are_refused(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        answer = b""
        try:
            for i in range(10_000):
                connection.sendall(b"x-%d: " % i + b"y" * 1000 + b"\r\n")
            answer = connection.recv(100)
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
        assert i < 2_000 or answer


def test_one_endless_header_is_refused(server: Server) -> None:
    with server.connect() as connection, pytest.raises((BrokenPipeError, ConnectionResetError)):
        connection.sendall(b"GET / HTTP/1.1\r\nx: " + b"y" * 50_000_000)


@pytest.mark.parametrize("sent", [b"", b"GET /media/x HTTP/1.1\r\nHost: "])
def test_a_connection_that_asks_nothing_is_closed(
    server: Server, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(web, "HEAD_WITHIN", 0.2)
    with server.connect() as connection:
        connection.settimeout(3)
        if sent:
            connection.sendall(sent)
        assert connection.recv(100) == b""


def test_a_kept_connection_answers_again_after_a_while(
    site: Site, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "HEAD_WITHIN", 0.2)
    request = f"GET {site.picture()} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    answers = []
    with server.connect() as connection:
        for _ in range(3):
            connection.sendall(request[:30])
            time.sleep(0.05)
            connection.sendall(request[30:])
            answer = b""
            while not answer.endswith(b"a picture"):
                answer += connection.recv(4096)
            answers.append(answer)
            time.sleep(0.3)
    assert [answer[:12] for answer in answers] == [b"HTTP/1.1 200"] * 3


def test_pipelined_requests_are_answered_in_order(site: Site, server: Server) -> None:
    requests = [
        f"GET {site.picture(bytes([65 + i]) * 40)} HTTP/1.1\r\nHost: x\r\n\r\n" for i in range(5)
    ]
    with server.connect() as connection:
        connection.sendall("".join(requests).encode())
        answer = b""
        while not answer.endswith(b"E" * 40):
            answer += connection.recv(4096)
    positions = [answer.index(bytes([65 + i]) * 40) for i in range(5)]
    assert positions == sorted(positions)
