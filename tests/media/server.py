"""A web process's server in a thread, and a client that reads as slowly as a test wants."""

import asyncio
import socket
import threading
import time
from contextlib import suppress
from typing import Any

from portal.media.app import MediaApp
from portal.media.table import GrantTable
from portal.web import WebServer, configuration


class Server:
    """Answers on ``port`` from when it is made until ``stop``."""

    def __init__(self, app: MediaApp, table: GrantTable) -> None:
        self._app = app
        self.at_once = app.at_once
        self._table = table
        config = configuration(self)
        config.timeout_graceful_shutdown = 1
        listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = listener.getsockname()[1]
        self._server = WebServer(config)
        self._thread = threading.Thread(target=self._server.run, args=[[listener]])
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
            time.sleep(0.01)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        assert not self._thread.is_alive()

    def connect(self, receive_buffer: int = 0) -> socket.socket:
        connection = socket.socket()
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.settimeout(10)
        connection.connect(("127.0.0.1", self.port))
        return connection

    def begin(self, url: str, receive_buffer: int = 0) -> tuple[socket.socket, bytes]:
        """Ask for a URL; return the connection and the body's first bytes."""
        connection = self.connect(receive_buffer)
        connection.sendall(f"GET {url} HTTP/1.1\r\nHost: test\r\n\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(4096)
        head, _, body = head.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        return connection, body

    def rest_until_reset(self, connection: socket.socket) -> int:
        """Read until the connection is broken; return how much still came."""
        count = 0
        try:
            while data := connection.recv(65536):
                count += len(data)
        except ConnectionResetError:
            return count
        raise AssertionError("the response ended as if it were complete")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await self._app(scope, receive, send)
            return
        await receive()
        asking = asyncio.create_task(self._table.run())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
        await send({"type": "lifespan.shutdown.complete"})


def ask(connection: socket.socket, url: str, headers: str = "", method: str = "GET") -> None:
    connection.sendall(f"{method} {url} HTTP/1.1\r\nHost: test\r\n{headers}\r\n".encode())


def answer(connection: socket.socket, *, bodiless: bool = False) -> tuple[bytes, bytes]:
    """Read one answer to its end: head and body."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += connection.recv(1)
    (length,) = [
        int(line.split()[1]) for line in head.splitlines() if line.startswith(b"content-length")
    ]
    body = bytearray()
    while not bodiless and len(body) < length:
        body += connection.recv(min(2**20, length - len(body)))
    return head, bytes(body)
