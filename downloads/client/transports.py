"""The engine's connections, kept from one download to the next."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from downloads.engine.plain import PlainTransport
from downloads.engine.transport import WideTransport


class Lasting(httpx.AsyncBaseTransport):
    """The engine closes its transport after each run; these close when ``end`` is called."""

    def __init__(self, connections: int, stand_in: httpx.AsyncBaseTransport | None = None) -> None:
        self._plain: httpx.AsyncBaseTransport = stand_in or PlainTransport()
        self._wide: httpx.AsyncBaseTransport = stand_in or WideTransport(connections)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        # What the engine reads of a body without TLS is not copied, but it must have none to send
        is_plain = request.url.scheme == "http" and request.method == "GET"
        return await (self._plain if is_plain else self._wide).handle_async_request(request)

    async def aclose(self) -> None:
        """A run has ended; others follow."""

    async def end(self) -> None:
        await self._plain.aclose()
        await self._wide.aclose()


@dataclass
class Posting(httpx.AsyncBaseTransport):
    """Asks by POST, with a body, what the engine asks by GET: archives are had in no other way."""

    inner: Lasting
    body: Mapping[str, Any]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        headers = httpx.Headers(request.headers)
        headers["content-type"] = "application/json"
        content = json.dumps(self.body).encode()
        headers["content-length"] = str(len(content))
        posted = httpx.Request(
            "POST", request.url, headers=headers, content=content, extensions=request.extensions
        )
        return await self.inner.handle_async_request(posted)
