"""One web process: the ASGI server, configured."""

import asyncio
import logging
import resource
import socket
import struct
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from django.conf import settings
from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from portal import zero_copy
from portal.live.stream import ON_STOP
from portal.media.sending import AtOnce
from portal.media.streams import ABORT, ZERO_COPY

logger = logging.getLogger(__name__)

KEEP_ALIVE = 75  # seconds; longer than a proxy's, which would else send into a closing connection
HEAD_WITHIN = 20  # seconds until the headers of a request must be complete
LARGEST_HEAD = 64 * 1024  # bytes of address and headers together
GRACE = 5  # seconds for running responses at the end
TAKE = 2  # connections taken before the other processes have their turn
MOST_WAITING = 64 * 1024  # bytes for a client that asks faster than it takes
MOST_FILES = 65_536  # open files and connections, where the system allows that many


class Protocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1, with limits on a request's head, and ways to break and end a response.

    uvicorn itself bounds neither the size of the headers nor the time until they are complete.
    """

    _is_in_head = True
    _head_size = 0
    _head_timer: asyncio.TimerHandle | None = None
    _is_stopping = False
    _ends: Callable[[], None] | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._at_once: AtOnce | None = getattr(self.config.app, "at_once", None)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._head_timer = self.loop.call_later(HEAD_WITHIN, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._is_in_head:
            self._stop_timer()
            return
        self._head_size += len(data)
        if self._head_size > LARGEST_HEAD:
            self.send_400_response("The request's headers are too large.")
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_WITHIN, self.transport.abort)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {ABORT: self._abort, ON_STOP: self._on_stop}  # type: ignore[dict-item]
        self._ends = None
        self._is_in_head = True
        self._head_size = 0

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        if self._at_once and self._answer_at_once(self._at_once):
            return
        self._unset_keepalive_if_required()  # one sent with an earlier request may have set it
        super().on_headers_complete()
        if zero_copy.IS_POSSIBLE and self.scheme == "http":  # TLS must see the bytes
            make = partial(zero_copy.ZeroCopy, self, self.cycle)
            self.scope["extensions"][ZERO_COPY] = make  # type: ignore[assignment]

    def _answer_at_once(self, at_once: AtOnce) -> bool:
        """Answer from memory, without a task and its messages: half of what a thumbnail costs.

        Only on a connection that had an answer before: uvicorn takes that one for the running one,
        and it is complete. Whatever else is unusual takes the usual way.
        """
        parser, last = self.parser, self.cycle
        if (
            last is None
            or not last.response_complete
            or self.transport.is_closing()
            or self.transport.get_write_buffer_size() > MOST_WAITING
            or parser.get_method() != b"GET"
            or parser.get_http_version() != "1.1"
            or not parser.should_keep_alive()
            or parser.should_upgrade()
        ):
            return False
        found = at_once(self.url, self.headers)
        if found is None:
            return False
        lines, body = found
        always = [b"%b: %b\r\n" % header for header in self.server_state.default_headers]
        self.transport.write(b"".join((b"HTTP/1.1 200 OK\r\n", *always, lines, b"\r\n", body)))
        self.on_response_complete()
        return True

    def shutdown(self) -> None:
        super().shutdown()
        self._is_stopping = True
        if self._ends:
            self._ends()

    def _on_stop(self, end: Callable[[], None]) -> None:
        """Have a response ended that has no end of its own, once the server stops."""
        self._ends = end
        if self._is_stopping:
            end()

    def _stop_timer(self) -> None:
        if self._head_timer:
            self._head_timer.cancel()
            self._head_timer = None

    def _abort(self) -> None:
        """Drop what is not sent yet, the kernel's part too: nothing more reaches the client."""
        connection = self.transport.get_extra_info("socket")
        if connection is not None and connection.fileno() >= 0:  # else the client was first
            at_once = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        self.transport.abort()


class Acceptor:
    """Takes connections from a socket that several processes share, leaving some to the others.

    Event loops take all that wait at once: one process would get every connection of a page, and
    the others none. So this one takes two, and the next a millisecond later. Looks like an
    ``asyncio.Server`` to uvicorn.
    """

    def __init__(self, sock: socket.socket, make_protocol: Callable[[], Protocol]) -> None:
        self._sock = sock
        self._make_protocol = make_protocol
        self._loop = asyncio.get_running_loop()
        self._opening: set[asyncio.Task[Any]] = set()
        self._is_closed = False
        self._taken = 0
        sock.setblocking(False)
        self._resume()

    def close(self) -> None:
        self._is_closed = True
        self._loop.remove_reader(self._sock)

    async def wait_closed(self) -> None:
        await asyncio.gather(*self._opening, return_exceptions=True)

    def _resume(self) -> None:
        if not self._is_closed:
            self._taken = 0
            self._loop.add_reader(self._sock, self._accept)

    def _pause(self, seconds: float) -> None:
        self._loop.remove_reader(self._sock)
        self._loop.call_later(seconds, self._resume)

    def _accept(self) -> None:
        try:
            connection, _ = self._sock.accept()
        except (BlockingIOError, ConnectionAbortedError):  # another process was first; it left
            return
        except OSError as exc:  # no file descriptor or memory left: others may end meanwhile
            logger.warning("Cannot take a connection, trying again: %s", exc.strerror)
            self._pause(1)
            return
        self._taken += 1
        if self._taken == TAKE:
            self._pause(0.001)
        connection.setblocking(False)
        opening = self._loop.connect_accepted_socket(self._make_protocol, connection)
        task = self._loop.create_task(opening)
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)


class WebServer(Server):
    """uvicorn's server, fair to the other processes on its socket."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=[])
        for sock in sockets or []:
            self.servers.append(Acceptor(sock, self._make_protocol))  # type: ignore[arg-type]

    def _make_protocol(self) -> Protocol:
        return Protocol(self.config, self.server_state, self.lifespan.state)


def run(sock: socket.socket) -> None:
    """Serve on a listening socket until SIGTERM or SIGINT; then give responses ``GRACE`` seconds."""
    from portal.asgi import application  # sets up Django and indexes the static files

    _allow_many_files()
    WebServer(configuration(application)).run(sockets=[sock])


def configuration(application: Callable[..., Awaitable[None]]) -> Config:
    """How a web process is served: quietly, and with proxies believed only where they are named."""
    trusted: list[str] = settings.LOGGIA_TRUSTED_PROXIES
    return Config(
        application,
        interface="asgi3",
        http=Protocol,
        ws="none",
        lifespan="on",
        log_config=None,  # the settings' LOGGING holds
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted),
        forwarded_allow_ips=trusted,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
    )


def _allow_many_files() -> None:
    """Systems start programs with 1,024, which a few hundred guests with pictures can use up."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
