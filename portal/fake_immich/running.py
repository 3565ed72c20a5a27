"""The stand-in as a server: in a thread of this process, or as this process."""

import asyncio
import socket
import threading
from contextlib import suppress
from types import TracebackType

from uvicorn import Config, Server

from portal.fake_immich.app import FakeImmich
from portal.fake_immich.control import Control

_ENDS_WITHIN = 5.0  # seconds
_BUFFER = 4 * 2**20  # bytes the kernel takes at once: fewer turns of the loop per file


class ThreadedServer:
    """``with ThreadedServer(app) as server`` answers at ``server.url`` meanwhile.

    ``stop`` refuses connections from then on, ``start`` answers at the same address again.
    """

    def __init__(self, app: FakeImmich, host: str = "127.0.0.1", port: int = 0) -> None:
        self.app = app
        self._host, self._port = host, port
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def control(self) -> Control:
        return self.app.control

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self._port}"

    def start(self) -> None:
        listener = listen(self._host, self._port)
        self._port = listener.getsockname()[1]
        self._server = Server(configured(self.app))
        self._thread = threading.Thread(
            target=_serve, args=(self._server, listener), name="fake-immich", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Running answers are broken off."""
        if self._server and self._thread:
            self._server.should_exit = self._server.force_exit = True
            self._thread.join(_ENDS_WITHIN)
            self._server = self._thread = None

    def __enter__(self) -> "ThreadedServer":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.stop()


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections from now on. Raises ``OSError``."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        listener.bind((host, port))
        listener.listen(256)
    except OSError:
        listener.close()
        raise
    return listener


def configured(app: FakeImmich) -> Config:
    return Config(
        app, log_config=None, access_log=False, lifespan="off", http="httptools", ws="none",
        server_header=False, timeout_keep_alive=5, timeout_graceful_shutdown=1,
    )  # fmt: skip


def _serve(server: Server, listener: socket.socket) -> None:
    with suppress(SystemExit), listener:
        config = server.config
        config.load()
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(server.serve([listener]))
