"""Watches owners' event streams as a browser does."""

import asyncio
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

from django.conf import settings
from django.test import Client

from portal.accounts.sessions import signed_in
from portal.media.table import GrantTable
from sharing.asgi import LINK_EVENTS, OwnerEvents, make_link_events
from sharing.grants import LinkGrants


class Listener:
    """One event stream, spoken to as a server does."""

    def __init__(
        self, app: OwnerEvents, cookie: str, method: str = "GET", path: str = LINK_EVENTS
    ) -> None:
        self._leaving = asyncio.Event()
        self.said: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        header = (b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode())
        scope = {"type": "http", "method": method, "path": path, "headers": [header]}
        self.task = asyncio.create_task(app(scope, self._receive, self.said.put))

    async def _receive(self) -> dict[str, Any]:
        await self._leaving.wait()
        return {"type": "http.disconnect"}

    async def status(self) -> int:
        message = await asyncio.wait_for(self.said.get(), 5)
        status: int = message["status"]
        return status

    async def event(self, name: str) -> str:
        """The data of the next event with this name."""
        while True:
            message = await asyncio.wait_for(self.said.get(), 5)
            text: str = message.get("body", b"").decode()
            for said in text.split("\n\n"):
                if said.startswith(f"event: {name}\n"):
                    return said.partition("data:")[2].strip()

    async def leave(self) -> None:
        self._leaving.set()
        await asyncio.wait_for(self.task, 5)


@asynccontextmanager
async def portal(
    make_events: Callable[[GrantTable], OwnerEvents] = make_link_events,
) -> AsyncIterator[OwnerEvents]:
    """Owners' event streams, and the question of each second behind them."""
    grants = GrantTable(LinkGrants(), signed_in)
    asking = asyncio.create_task(grants.run())
    await asyncio.sleep(0)
    yield make_events(grants)
    asking.cancel()
    await asyncio.wait({asking})


def cookie_of(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


async def do(action: Callable[[], object]) -> None:
    await asyncio.get_running_loop().run_in_executor(None, action)
