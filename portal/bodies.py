"""What a page may be sent and how many are made at once: bounded before Django sees any of it.

Django itself stores a body of any length on disk before it looks at its size, waits for it for
ever, and gives each request a thread of its own.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from portal.accounts.address import group_address
from portal.media.sending import Headers, Receive, Scope, Send, send_short

BODY_WITHIN = 60.0  # seconds until a form must have arrived
HELD_AT_ONCE = 64 * 2**20  # bytes of bodies in memory, in one process; half of it of one address
PAGES_AT_ONCE = 32  # threads, each with a database connection, in one process
MOST_WAITING = 1_000  # requests that wait for one of these threads
CLOSE = (b"connection", b"close")  # else the server would read a refused body to its end
RETRY_AFTER = (b"retry-after", b"5")  # seconds

App = Callable[..., Awaitable[None]]  # an ASGI application
SayNo = Callable[[Scope, Send, HTTPStatus, Headers], Awaitable[None]]  # the last: headers to add


class BodyRefused(Exception):
    """A body that is not taken; the answer has this status."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status)
        self.status = status


class ClientLeft(Exception):
    """Nobody waits for an answer any more."""


async def _say_no(_scope: Scope, send: Send, status: HTTPStatus, extra: Headers) -> None:
    await send_short(send, status, *extra)


class BoundedPages:
    """An ASGI application that hands each request on to ``pages`` once its body is complete.

    A body of more than ``largest`` bytes is answered by 413, one that does not arrive in time by
    408, and by 503 what comes when this process has its hands full. ``say_no`` words the refusal.
    """

    def __init__(self, pages: App, largest: int, say_no: SayNo = _say_no) -> None:
        self._pages = pages
        self._say_no = say_no
        self._largest = largest
        self._held = 0
        self._held_of: Counter[str] = Counter()
        self._waiting = 0
        self._free = asyncio.Semaphore(PAGES_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = bytearray()
        try:
            await self._read_in_time(scope, receive, body)
            await self._answer(scope, _replay(bytes(body), receive), send)
        except BodyRefused as refused:
            is_busy = refused.status is HTTPStatus.SERVICE_UNAVAILABLE
            extra: Headers = (CLOSE, RETRY_AFTER) if is_busy else (CLOSE,)
            await self._say_no(scope, send, refused.status, extra)
        except ClientLeft:
            return
        finally:
            self._let_go(scope, len(body))

    async def _read_in_time(self, scope: Scope, receive: Receive, body: bytearray) -> None:
        if _declared_length(scope) > self._largest:
            raise BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            async with asyncio.timeout(BODY_WITHIN):
                await self._read(scope, receive, body)
        except TimeoutError as exc:
            raise BodyRefused(HTTPStatus.REQUEST_TIMEOUT) from exc

    async def _read(self, scope: Scope, receive: Receive, body: bytearray) -> None:
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientLeft
            piece, more = message.get("body", b""), message.get("more_body", False)
            if len(body) + len(piece) > self._largest:
                raise BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            self._hold(scope, len(piece))
            body += piece

    def _hold(self, scope: Scope, size: int) -> None:
        """Raise ``BodyRefused`` for more than there is room for, in all or of one address."""
        address = _address_of(scope)
        is_too_much = self._held + size > HELD_AT_ONCE
        if is_too_much or (address and self._held_of[address] + size > HELD_AT_ONCE // 2):
            raise BodyRefused(HTTPStatus.SERVICE_UNAVAILABLE)
        self._held += size
        self._held_of[address] += size

    def _let_go(self, scope: Scope, size: int) -> None:
        address = _address_of(scope)
        self._held -= size
        self._held_of[address] -= size
        if not self._held_of[address]:
            del self._held_of[address]

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._waiting >= MOST_WAITING:
            raise BodyRefused(HTTPStatus.SERVICE_UNAVAILABLE)
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
        try:
            await self._pages(scope, receive, send)
        finally:
            self._free.release()


def _address_of(scope: Scope) -> str:
    """Whose share of the room it is; a server that knows no addresses gives everybody all of it."""
    client = scope.get("client")
    return group_address(client[0]) if client else ""


def _declared_length(scope: Scope) -> int:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return max((int(value) for value in lengths if value.isdigit()), default=0)


def _replay(body: bytes, receive: Receive) -> Receive:
    """The complete body as one message; after it whatever else comes."""
    complete = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> dict[str, object]:
        return complete.pop() if complete else dict(await receive())

    return next_message
