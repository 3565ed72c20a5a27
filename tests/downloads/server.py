"""A web process for tests: the portal's own protocol around archives and event streams."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Awaitable, Callable

import uvicorn

from downloads.asgi import make_archives, make_events
from portal.media.sending import Receive, Scope, Send
from portal.media.table import GrantTable
from portal.web import Protocol
from sharing.grants import LinkGrants


class Server:
    """Runs in a thread of its own, so that tests can ask it over HTTP."""

    def __init__(self) -> None:
        config = uvicorn.Config(
            self._app,
            host="127.0.0.1",
            port=0,
            http=Protocol,
            interface="asgi3",
            lifespan="on",
            log_level="warning",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="test-server")
        self._apps: dict[str, Callable[[Scope, Receive, Send], Awaitable[None]]] = {}
        self.streams_open = 0

    @property
    def address(self) -> str:
        host, port = self._server.servers[0].sockets[0].getsockname()
        return f"http://{host}:{port}"

    def start(self) -> None:
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self._server.started:
            assert self._thread.is_alive()
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def stop(self) -> None:
        """End as after SIGTERM; once more does nothing."""
        self._server.should_exit = True
        self._thread.join(10)
        assert not self._thread.is_alive()

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        self.streams_open += 1
        try:
            await self._apps[scope["path"].split("/")[1]](scope, receive, send)
        finally:
            self.streams_open -= 1

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        grants = GrantTable(LinkGrants())
        self._apps = {"archives": make_archives(grants), "events": make_events(grants)}
        asking = asyncio.create_task(grants.run())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking
        await send({"type": "lifespan.shutdown.complete"})
