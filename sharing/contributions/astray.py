"""Photos that a phone's gallery shares, when no service worker was there to take them.

The browser then sends them here, where nobody knows yet which album they are for. They are not
kept; the page they lead to says so, has them chosen again, and brings the service worker back.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus

from django.urls import reverse

from portal.media.sending import GUARDS, Receive, Scope, Send

LISTENED_FOR = 10.0  # seconds after the answer, which a browser reads when it has sent enough

App = Callable[..., Awaitable[None]]  # an ASGI application


class SharedAstray:
    """An ASGI application: leads what was shared to the page ``phone:add``, else asks ``pages``."""

    def __init__(self, pages: App) -> None:
        self._pages = pages
        self._path = reverse("phone:add")
        self._headers = (
            (b"location", f"{self._path}?missed".encode()),
            (b"content-length", b"0"),
            (b"cache-control", b"no-store"),
            (b"connection", b"close"),
            *GUARDS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != self._path or scope["method"] != "POST":
            await self._pages(scope, receive, send)
            return
        start = {"type": "http.response.start", "status": HTTPStatus.SEE_OTHER}
        await send({**start, "headers": list(self._headers)})
        # A connection that is closed while bytes come would take the answer with it.
        with suppress(TimeoutError):
            async with asyncio.timeout(LISTENED_FOR):
                await _ignore(receive)
        await send({"type": "http.response.body"})


async def _ignore(receive: Receive) -> None:
    while (message := await receive())["type"] == "http.request" and message.get("more_body"):
        pass
