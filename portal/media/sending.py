"""Answers an ASGI request with bytes: ranges, conditions, back-pressure, and clean breaks.

Anything of a known length can be sent: give ``send_body`` a ``Body`` that describes it and a
``ByteSource`` that yields any slice of it. A response that cannot be completed is never ended as
if it were: the connection breaks, so that the client knows and can ask for the rest.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from contextlib import aclosing
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

from django.utils.http import http_date

from portal.media.ranges import Selection, Validators, select
from portal.media.streams import ZERO_COPY, Ending, Piece, Stream, cut_connection

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = tuple[tuple[bytes, bytes], ...]
# Asked, with a path and headers, for what an application can answer to a GET from memory: the header
# lines and the body of a 200, or None. ``portal.web`` looks for it as an attribute ``at_once``.
AtOnce = Callable[[bytes, list[tuple[bytes, bytes]]], tuple[bytes, bytes] | None]

# A delivered file never becomes a page of ours: not as another type, not with scripts, not framed
# or read by other sites.
GUARDS: Headers = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"sandbox; default-src 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-robots-tag", b"noindex, nofollow"),
)


class SourceBroken(Exception):
    """The bytes cannot be delivered as promised: a file is gone, cut short, or not the same."""


class ByteSource(Protocol):
    """Where bytes come from."""

    def read(self, offset: int, length: int) -> AsyncGenerator[Piece, None]:
        """Yield exactly these bytes in pieces, reading only when asked.

        Bytes come in pieces of about ``PIECE``. A ``Span`` must stay as it is until the next piece
        is asked for. Closing the generator releases all it holds. Raises ``SourceBroken``.
        """


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent, whole: its bytes never change under the same ``etag``.

    ``etag`` is strong and has its quotes; ``last_modified`` is in seconds since 1970;
    ``disposition`` comes from ``portal.media.disposition``, or is empty.
    """

    size: int
    etag: str
    media_type: str
    last_modified: float | None = None
    disposition: str = ""
    cache_control: str = "private, no-cache"
    headers: Headers = ()  # besides those that follow from the above


def always() -> bool:
    return True


async def send_body(  # noqa: PLR0913, PLR0917 - an ASGI call is three of them
    scope: Scope,
    receive: Receive,
    send: Send,
    body: Body,
    source: ByteSource,
    still_granted: Callable[[], bool] = always,
) -> None:
    """Answer a GET or HEAD with a body, or the part of it that was asked for.

    ``still_granted`` is asked before each piece and twice a second: once it says no, or the source
    breaks, or the client takes nothing for minutes, the connection is cut. A source that breaks
    before its first piece raises ``SourceBroken`` with nothing sent, so the caller can still answer.
    Logging what broke is the source's part.
    """
    current = Validators(body.size, body.etag, body.last_modified)
    selection = select(scope["method"], scope["headers"], current)
    start = start_message(body, selection)
    if scope["method"] == "HEAD" or not selection.length:
        await send(start)
        await send({"type": "http.response.body", "body": b""})
        return
    async with aclosing(source.read(selection.start, selection.length)) as pieces:
        first = await anext(pieces, b"")
        await send(start)
        make_wire = scope.get("extensions", {}).get(ZERO_COPY)
        wire = make_wire() if make_wire else None
        stream = Stream(send, selection.length, still_granted, wire)
        ending = await stream.run(receive, first, pieces, broken=SourceBroken)
    if ending is Ending.CUT:
        await cut_connection(scope, receive)


async def send_bytes(scope: Scope, send: Send, body: Body, data: bytes) -> None:
    """Answer a GET or HEAD with a body that is in memory; the same rules as ``send_body``."""
    selection = select(
        scope["method"], scope["headers"], Validators(body.size, body.etag, body.last_modified)
    )
    await send(start_message(body, selection))
    if scope["method"] == "HEAD":
        data = b""
    elif selection.length != len(data):
        data = data[selection.start : selection.start + selection.length]
    await send({"type": "http.response.body", "body": data})


async def send_short(
    send: Send, status: HTTPStatus, *headers: tuple[bytes, bytes], is_head: bool = False
) -> None:
    """Answer without a file: the status in words, and nothing that may be stored."""
    text = f"{status.phrase}\n".encode()
    always_sent = (
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(text)).encode()),
        (b"cache-control", b"no-store"),
    )
    await send(
        {
            "type": "http.response.start",
            "status": int(status),
            "headers": [*always_sent, *GUARDS, *headers],
        }
    )
    await send({"type": "http.response.body", "body": b"" if is_head else text})


def start_message(body: Body, selection: Selection) -> dict[str, Any]:
    """The ASGI message with which a selection of this body begins."""
    return {
        "type": "http.response.start",
        "status": int(selection.status),
        "headers": _headers(body, selection),
    }


def _headers(body: Body, selection: Selection) -> list[tuple[bytes, bytes]]:
    headers = [*GUARDS, *body.headers, (b"etag", _encode(body.etag)), (b"accept-ranges", b"bytes")]
    headers.append((b"cache-control", _encode(body.cache_control)))
    if body.last_modified is not None:
        headers.append((b"last-modified", _encode(http_date(body.last_modified))))
    if selection.status is HTTPStatus.NOT_MODIFIED:
        return headers
    if selection.status in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
        headers.append((b"content-type", _encode(body.media_type)))
        if body.disposition:
            headers.append((b"content-disposition", _encode(body.disposition)))
    if selection.status is HTTPStatus.PARTIAL_CONTENT:
        last = selection.start + selection.length - 1
        span = f"bytes {selection.start}-{last}/{body.size}"
        headers.append((b"content-range", span.encode()))
    elif selection.status is HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        headers.append((b"content-range", f"bytes */{body.size}".encode()))
    headers.append((b"content-length", str(selection.length).encode()))
    return headers


def _encode(text: str) -> bytes:
    return text.encode("latin-1")
