"""Asks a server over HTTP: JSON, heads, and files sent as they are read."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, TypeVar

import anyio
import httpx

from downloads.engine import Limits
from downloads.engine.answers import next_address
from downloads.engine.errors import EngineError
from downloads.engine.patience import backoff
from downloads.engine.transport import trusted

from . import errors
from .access import Access
from .errors import ClientError, NotAServer, Unreachable

Json = Any
T = TypeVar("T")
Body = Callable[[], AsyncIterator[bytes]]
PATIENCE = Limits(backoff=0.5, backoff_cap=10.0, retry_after_cap=60.0)
LARGEST_ANSWER = 64 * 2**20  # bytes of JSON
# Seconds of silence: a server may look long into a film that it has just received
SILENCE = httpx.Timeout(60.0, connect=10.0, pool=None)
SENDING = httpx.Timeout(300.0, connect=10.0, write=60.0, pool=None)
KEEP_ALIVE = 4.0  # seconds; Immich closes an idle connection after 5
REDIRECTS = 5


class Connection:
    """One server for one event loop. Cookies are not kept: a session would outdo the key."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None) -> None:
        limits = httpx.Limits(max_keepalive_connections=20, keepalive_expiry=KEEP_ALIVE)
        self._client = httpx.AsyncClient(
            transport=transport or httpx.AsyncHTTPTransport(verify=trusted(), limits=limits),
            timeout=SILENCE,
            trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            headers={"user-agent": "loggia", "accept": "application/json"},
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def ask(
        self,
        access: Access,
        method: str,
        path: str,
        body: Json = None,
        *,
        retries: int = PATIENCE.retries,
    ) -> Json:
        """JSON for JSON; ``None`` where the server has nothing to say. May be sent repeatedly.

        Raises the kinds in ``errors``.
        """

        async def once() -> Json:
            return (await self.ask_once(access, method, path, body))[0]

        return await patiently(once, retries)

    async def ask_once(
        self, access: Access, method: str, path: str, body: Json = None
    ) -> tuple[Json, httpx.Headers]:
        """The same, a single time, with the answer's headers."""
        request = self._client.build_request(
            method, access.url(path), json=body, headers=dict(access.headers)
        )
        response, said = await self._answer(request)
        return said, response.headers

    async def send(
        self, access: Access, path: str, body: Body, headers: Mapping[str, str]
    ) -> tuple[int, Json]:
        """Post a body that is read as it goes; its status and JSON."""
        request = self._client.build_request(
            "POST",
            access.url(path),
            content=body(),
            headers={**access.headers, **headers},
            timeout=SENDING,
        )
        response, said = await self._answer(request)
        return response.status_code, said

    async def head(self, access: Access, path: str) -> httpx.Headers:
        """What a GET would announce; empty where the server knows no HEAD."""

        async def once() -> httpx.Headers:
            return await self._head_once(access, access.url(path))

        return await patiently(once, PATIENCE.retries)

    async def _head_once(self, access: Access, url: str) -> httpx.Headers:
        there = httpx.URL(url)
        headers = {**access.headers, "accept": "*/*", "accept-encoding": "identity"}
        for _ in range(REDIRECTS):
            try:
                response = await self._client.head(there, headers=headers)
                following = next_address(response)
            except (httpx.HTTPError, httpx.InvalidURL) as exc:
                raise errors.of_transport(exc) from exc
            except EngineError as exc:
                raise NotAServer(str(exc)) from exc
            if following is None:
                return _announced(response)
            there = following
        raise NotAServer("The server redirects in a circle")

    async def _answer(self, request: httpx.Request) -> tuple[httpx.Response, Json]:
        try:
            response = await self._client.send(request, stream=True)
            try:
                content = await _whole(response)
            finally:
                await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as exc:
            if isinstance(exc, httpx.StreamError):
                raise Unreachable("The connection to the server broke off") from exc
            raise errors.of_transport(exc) from exc
        said = _json(content)
        if not response.is_success:
            raise errors.of_answer(response, said)
        if said is None and content:
            raise NotAServer("The server answers, but not as Immich does: is the address right?")
        return response, said


async def patiently(once: Callable[[], Awaitable[T]], retries: int) -> T:
    """Try again what may pass, with growing pauses; raises what the last attempt raised."""
    for attempt in range(retries + 1):
        try:
            return await once()
        except Unreachable as exc:
            if attempt == retries or exc.is_full:
                raise
            wait = min(exc.wait or 0.0, PATIENCE.retry_after_cap)
            await anyio.sleep(wait + backoff(PATIENCE, attempt))
    raise AssertionError("retries is at least 0")


def _announced(response: httpx.Response) -> httpx.Headers:
    if response.status_code in {405, 501}:
        return httpx.Headers()
    if not response.is_success:
        error = errors.of_answer(response, {"message": f"HTTP {response.status_code}"})
        raise _of_head(response.status_code, error)
    return response.headers


def _of_head(status: int, error: ClientError) -> ClientError:
    """An answer without a body has no words: a missing id is 400 on Immich."""
    if status == 400:
        return errors.NotThere("The server does not have it, or does not give it to this key (400)")
    return error


async def _whole(response: httpx.Response) -> bytes:
    content = bytearray()
    async for piece in response.aiter_bytes():
        content += piece
        if len(content) > LARGEST_ANSWER:
            raise NotAServer("The server sends a longer answer than Immich ever does")
    return bytes(content)


def _json(content: bytes) -> Json:
    try:
        return json.loads(content) if content else None
    except (ValueError, RecursionError):
        return None
