"""httpx's transport for http without TLS, which copies no byte of a body.

h11 reads the head. A body with a Content-Length then goes past it, from the socket's own buffer;
any other kind goes through it. A piece of a body is valid until another megabyte has come.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import cast

import h11
import httpx

from .sockets import READ_AT_ONCE, Connection

KEEP_ALIVE = 4.0  # seconds; Immich closes an idle connection after 5
Origin = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that was answered: the head, and what h11 has of the body."""

    origin: Origin
    connection: Connection
    head: h11.Response
    state: h11.Connection
    patience: float | None  # seconds of silence


class PlainTransport(httpx.AsyncBaseTransport):
    """Keeps connections whose answer was read to its end, and uses them again."""

    def __init__(self) -> None:
        self._idle: dict[Origin, list[Connection]] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        origin = (request.url.raw_host.decode("ascii"), request.url.port or 80)
        patience = request.extensions["timeout"]
        connection = self._kept(origin) or await Connection.open(*origin, patience["connect"])
        try:
            asked = await _ask(connection, request)
        except h11.RemoteProtocolError as exc:
            connection.close()
            raise httpx.RemoteProtocolError(str(exc)) from exc
        except BaseException:
            connection.close()
            raise
        exchange = Exchange(origin, connection, *asked, patience["read"])
        head, body = exchange.head, Body(self, exchange)
        return httpx.Response(head.status_code, headers=head.headers.raw_items(), stream=body)

    async def aclose(self) -> None:
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()

    def keep(self, origin: Origin, connection: Connection) -> None:
        """Take a connection that may be used again."""
        self._idle.setdefault(origin, []).append(connection)

    def _kept(self, origin: Origin) -> Connection | None:
        waiting = self._idle.get(origin, [])
        while waiting:
            connection = waiting.pop()
            if connection.is_fresh(KEEP_ALIVE):
                return connection
            connection.close()
        return None


class Body(httpx.AsyncByteStream):
    """An answer's body, and its connection until it is closed."""

    def __init__(self, transport: PlainTransport, exchange: Exchange) -> None:
        self._transport, self._exchange = transport, exchange
        self._connection = exchange.connection
        self._may_be_kept = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        length = _plain_length(self._exchange.head)
        pieces = self._parsed() if length is None else self._counted(length)
        async for piece in pieces:
            yield piece

    async def aclose(self) -> None:
        if self._may_be_kept:
            self._transport.keep(self._exchange.origin, self._connection)
        else:
            self._connection.close()

    async def _counted(self, left: int) -> AsyncIterator[bytes]:
        early, _ = self._exchange.state.trailing_data
        if early:
            yield early[:left]
        surplus = len(early) > left
        left = max(0, left - len(early))
        while left:
            piece = await self._connection.receive(left, self._exchange.patience)
            if not piece:
                raise httpx.RemoteProtocolError("The connection was closed before the end")
            left -= len(piece)
            yield cast("bytes", piece)  # httpx passes it on untouched
        said = {
            value.lower() for name, value in self._exchange.head.headers if name == b"connection"
        }
        self._may_be_kept = self._exchange.head.http_version >= b"1.1" and not (
            surplus or b"close" in said
        )

    async def _parsed(self) -> AsyncIterator[bytes]:
        """Chunked, or until the connection is closed; such a connection is not kept."""
        try:
            while not isinstance(event := self._exchange.state.next_event(), h11.EndOfMessage):
                if isinstance(event, h11.Data):
                    yield bytes(event.data)
                elif event is h11.NEED_DATA:
                    piece = await self._connection.receive(READ_AT_ONCE, self._exchange.patience)
                    self._exchange.state.receive_data(bytes(piece))
        except h11.RemoteProtocolError as exc:
            raise httpx.RemoteProtocolError(str(exc)) from exc


async def _ask(
    connection: Connection, request: httpx.Request
) -> tuple[h11.Response, h11.Connection]:
    """Send a request without a body; read the head of its answer."""
    patience = request.extensions["timeout"]
    state = h11.Connection(h11.CLIENT)
    head = h11.Request(
        method=request.method, target=request.url.raw_path, headers=request.headers.raw
    )
    data = (state.send(head) or b"") + (state.send(h11.EndOfMessage()) or b"")
    await connection.send(data, patience["write"])
    while not isinstance(event := state.next_event(), h11.Response):
        if event is h11.NEED_DATA:
            piece = await connection.receive(READ_AT_ONCE, patience["read"])
            state.receive_data(bytes(piece))
    return event, state


def _plain_length(head: h11.Response) -> int | None:
    """How long the body is by Content-Length, which h11 has checked; None where that is not so."""
    headers = dict(head.headers)
    if b"transfer-encoding" in headers or head.status_code in {204, 304}:
        return None
    length = headers.get(b"content-length")
    return None if length is None else int(length)
