"""``/api`` under ASGI: views on threads that keep their database connections.

Django itself gives each request a thread, and so a connection, of its own: opening one costs more
than most answers here.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from io import BytesIO

from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.db import connections
from django.http import HttpResponseBase

from portal.api_errors import ApiRefused
from portal.api_lean import LeanHandler
from portal.bodies import BoundedPages
from portal.media.sending import Headers, Receive, Scope, Send
from sharing.api.refusing import send_refused

THREADS = 16  # in one process, each with a connection
# Views that compute hold up each other and the event loop (one of them runs at a time in Python), so
# the next begins when one is done, or as soon as one is seen to wait: for a disk, an Immich.
AT_ONCE = 1
QUICK = 0.02  # seconds
LARGEST_BODY = 16 * 2**20  # bytes; 5,000 files to look up are up to 5 MB with long paths
REFUSALS = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The request is too large.",
    HTTPStatus.REQUEST_TIMEOUT: "The request did not arrive in time.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The portal is busy. Please try again.",
}


def make_api() -> BoundedPages:
    """The ASGI application for what ``portal.api_lean.ADDRESS`` matches."""
    return BoundedPages(ApiApp(), LARGEST_BODY, _say_no)


class ApiApp:
    """Answers requests whose bodies come as one message."""

    def __init__(self) -> None:
        self._handler = LeanHandler()
        self._sender = ASGIHandler()
        self._threads = ThreadPoolExecutor(THREADS, "api")
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = (await receive())["body"]
        try:
            request = ASGIRequest(scope, BytesIO(body))
        except UnicodeDecodeError:
            refused = ApiRefused(HTTPStatus.BAD_REQUEST, "The address is no UTF-8.")
            await send_refused(scope, send, refused)
            return
        request._body = body  # noqa: SLF001 - all of it, and its size was looked at
        response = await self._in_turn(request)
        await self._sender.send_response(response, send)  # type: ignore[arg-type]

    async def _in_turn(self, request: ASGIRequest) -> HttpResponseBase:
        loop = asyncio.get_running_loop()
        async with self._turns:
            answering = loop.run_in_executor(self._threads, self._answer, request)
            await asyncio.wait({answering}, timeout=QUICK)
        return await answering

    def _answer(self, request: ASGIRequest) -> HttpResponseBase:
        response = self._handler.answer(request)
        for connection in connections.all(initialized_only=True):
            connection.close_at = None  # kept, and looked at before it is used again
            connection.health_check_enabled = True  # type: ignore[attr-defined]
        if not response.streaming:
            response.close()
        return response


async def _say_no(scope: Scope, send: Send, status: HTTPStatus, extra: Headers) -> None:
    headers = {name.decode(): value.decode() for name, value in extra}
    await send_refused(scope, send, ApiRefused(status, REFUSALS.get(status, ""), headers))
