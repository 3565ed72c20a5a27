"""The stand-in as an ASGI application."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any

from portal.fake_immich.archiving import deliver_archive
from portal.fake_immich.control import Control
from portal.fake_immich.delivering import (
    deliver_file,
    deliver_json,
    deliver_refusal,
    deliver_short,
)
from portal.fake_immich.faults import Chosen, Faults
from portal.fake_immich.keys import OTHER_SESSION
from portal.fake_immich.nonsense import deliver_nonsense
from portal.fake_immich.routes import answer
from portal.fake_immich.sending import Line, Message
from portal.fake_immich.traffic import Traffic
from portal.fake_immich.wire import ArchiveAnswer, FileAnswer, JsonAnswer, Refused, Request
from portal.fake_immich.world import World

Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
CONTROL = "/control/"


class FakeImmich:
    """``world`` may be changed from other threads while its lock is held; better use ``control``."""

    def __init__(self, world: World, faults: Faults | None = None) -> None:
        self.load(world, faults)

    def load(self, world: World, faults: Faults | None = None) -> None:
        """Begin anew with another world, without anything ordered or seen."""
        self.world = world
        self.faults = faults or Faults()
        self.traffic = Traffic()
        self.control = Control(world, self.faults, self.traffic)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = await _read(scope, receive)
        if request.path.startswith(CONTROL):
            await self._obey(request, scope, send)
            return
        faults = self.faults.choose(request.path)
        line = Line(send, is_head=request.method == "HEAD", faults=faults)
        if "reset" in faults or self.control.is_down:
            await line.reset()
            return
        with self.traffic.counting(request) as seen:
            await asyncio.sleep(faults.value("delay"))
            await self._answer(line, request, faults)
            seen.status, seen.sent = line.status, line.sent

    async def _answer(self, line: Line, request: Request, faults: Chosen) -> None:
        if await deliver_nonsense(line, request, faults):
            return
        try:
            with self.world.lock:
                found = answer(self.world, request)
        except Refused as refused:
            await deliver_refusal(line, request, refused)
            return
        if isinstance(found, FileAnswer):
            await deliver_file(line, request, found, faults)
        elif isinstance(found, ArchiveAnswer):
            await deliver_archive(line, request, found)
        elif isinstance(found, JsonAnswer):
            if "cookie" in faults:
                cookie = {"Set-Cookie": f"immich_access_token={OTHER_SESSION}; Path=/; HttpOnly"}
                found = JsonAnswer(found.body, found.status, {**found.headers, **cookie})
            await deliver_json(line, request, found)
        else:
            await deliver_short(line, request, found)

    async def _obey(self, request: Request, scope: MutableMapping[str, Any], send: Send) -> None:
        """From this machine only: orders may name files of it."""
        line = Line(send, is_head=False, faults=Chosen())
        if not ip_address((scope["client"] or ["::1"])[0]).is_loopback:
            await deliver_json(line, request, JsonAnswer({}, HTTPStatus.FORBIDDEN))
            return
        try:
            done = self.control.obey(request.path.removeprefix(CONTROL), request.json())
        except (KeyError, TypeError, ValueError) as exc:
            body = {"error": f"{type(exc).__name__}: {exc}"}
            await deliver_json(line, request, JsonAnswer(body, HTTPStatus.BAD_REQUEST))
            return
        await deliver_json(line, request, JsonAnswer({"done": done}))


async def _read(scope: MutableMapping[str, Any], receive: Receive) -> Request:
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return Request(
        scope["method"], scope["path"], scope["query_string"].decode("latin-1"), headers,
        b"".join(parts),
    )  # fmt: skip
