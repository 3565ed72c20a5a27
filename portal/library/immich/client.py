"""Asks an Immich server over HTTP: JSON from threads, bytes from threads and event loops."""

import json
import random
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import IO, Any
from urllib.parse import urljoin

import httpx

from portal.library.immich import failing
from portal.library.immich.address import clean, clean_key
from portal.library.immich.failing import Unreachable
from portal.library.immich.pools import Pools
from portal.library.interface import LibraryError

Json = Any
Query = Mapping[str, str | int]

LARGEST_ANSWER = 64 * 2**20  # bytes of JSON; a page of 1,000 assets has about two millions
LONGEST_ANSWER = 90.0  # seconds
TRIES = 3
FIRST_PAUSE = 0.3  # seconds; doubled each time, with full jitter
LONGEST_PAUSE = 5.0  # seconds that a server's own wish is followed
ERROR_BODY = 64 * 1024  # bytes of an error that are read
LONGEST_ERROR = 10.0  # seconds
TIMEOUT = httpx.Timeout(30.0, connect=5.0)
AS_JSON = {"accept": "application/json", "accept-encoding": "gzip"}
# An original or an archive must come as it is, or a range of it would mean nothing.
AS_BYTES = {"accept-encoding": "identity"}


@dataclass(frozen=True)
class Server:
    """An Immich server, and what we show it to be let in."""

    site: str  # https://photos.example.org: without /api
    credentials: Mapping[str, str] = field(repr=False, hash=False)

    @classmethod
    def with_key(cls, address: str, api_key: str) -> "Server":
        """Raises ``BadAddress``."""
        return cls(clean(address), {"x-api-key": clean_key(api_key)})

    @classmethod
    def with_share_key(cls, address: str, key: str = "", slug: str = "") -> "Server":
        """A link of Immich's, as a guest of it. Raises ``BadAddress``."""
        name = "x-immich-share-key" if key else "x-immich-share-slug"
        return cls(clean(address), {name: clean_key(key or slug)})

    def url(self, path: str) -> str:
        """``/assets/…`` as the whole address."""
        return f"{self.site}/api{path}"

    def within(self, url: str) -> bool:
        return url.startswith(f"{self.site}/api/")


@dataclass(frozen=True)
class Sent:
    """A file in a form."""

    field: str
    name: str
    content: IO[bytes]
    media_type: str


class ImmichClient:
    """One server. Usable from any thread and any event loop, and after a fork.

    Whatever goes wrong is one of ``failing``'s. ``get`` and ``post`` repeat their requests, so these
    change nothing. Cookies are not kept: a session would outdo the key.
    """

    def __init__(self, server: Server, *, timeout: httpx.Timeout = TIMEOUT) -> None:
        self.server = server
        self._pools = Pools(timeout)

    def get(self, path: str, query: Query | None = None, *, tries: int = TRIES) -> Json:
        return self._ask("GET", path, query, None, tries)

    def post(self, path: str, body: Mapping[str, Json], *, tries: int = TRIES) -> Json:
        """For what only asks: searches. It may be sent more than once."""
        return self._ask("POST", path, None, body, tries)

    def change(self, method: str, path: str, body: Mapping[str, Json]) -> Json:
        """Have something changed, once: the caller knows whether it may be asked for again.

        ``None`` where the server has nothing to say of it.
        """
        return self._ask_once(method, path, json=body)

    def send_files(
        self,
        path: str,
        fields: Mapping[str, str],
        files: "Sequence[Sent]",
        headers: Mapping[str, str],
    ) -> Json:
        """A form with files, which are read as they go; once, like ``change``."""
        parts = {file.field: (file.name, file.content, file.media_type) for file in files}
        return self._ask_once(
            "POST", path, data=fields, files=parts, headers={**AS_JSON, **headers}
        )

    @contextmanager
    def stream(
        self, path: str, query: Query | None = None, headers: Mapping[str, str] | None = None
    ) -> Iterator[httpx.Response]:
        """A 2xx answer to read by ``iter_bytes``; a redirect within the API is followed once.

        Not tried again, that is the caller's: some errors are raised in the middle of reading.
        """
        wanted = {**AS_BYTES, **(headers or {})}
        with self._translated():
            response = self._send("GET", path, params=query, headers=wanted)
            try:
                yield response
            finally:
                response.close()

    @asynccontextmanager
    async def stream_async(
        self, path: str, query: Query | None = None, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[httpx.Response]:
        """The same on an event loop, to read by ``aiter_bytes``."""
        client = await self._pools.for_loop()
        wanted = {**AS_BYTES, **self.server.credentials, **(headers or {})}
        with self._translated():
            request = client.build_request(
                "GET", self.server.url(path), params=query, headers=wanted
            )
            response = await client.send(request, stream=True)
            try:
                if target := self._redirect(response):
                    await response.aclose()
                    again = client.build_request("GET", target, headers=wanted)
                    response = await client.send(again, stream=True)
                if not response.is_success:
                    body = await _beginning_async(response)
                    raise failing.of_answer(response, body, self.server.site)
                self._check_encoding(response)
                yield response
            finally:
                await response.aclose()

    def close(self) -> None:
        """Let go of this process's connections of threads; loops close theirs when they end."""
        self._pools.close()

    def _ask(self, method: str, path: str, query: Query | None, body: Json, tries: int) -> Json:
        for attempt in range(tries):
            try:
                return self._ask_once(method, path, params=query, json=body)
            except Unreachable as exc:
                if attempt == tries - 1:
                    raise
                time.sleep(_pause(attempt, exc.wait))
        raise AssertionError("tries is at least 1")

    def _ask_once(self, method: str, path: str, **request: Any) -> Json:
        with self._translated():
            response = self._send(method, path, **{"headers": AS_JSON, **request})
            try:
                if response.status_code == HTTPStatus.NO_CONTENT:
                    return None
                if not failing.is_json(response):
                    raise failing.page_instead(response, self.server.site)
                content = self._whole(response)
            finally:
                response.close()
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as exc:
            raise failing.other_than_expected(self.server.site) from exc

    def _whole(self, response: httpx.Response) -> bytes:
        give_up_at = time.monotonic() + LONGEST_ANSWER
        content = bytearray()
        for piece in response.iter_bytes():
            content += piece
            if len(content) > LARGEST_ANSWER or time.monotonic() > give_up_at:
                raise failing.too_long(self.server.site)
        return bytes(content)

    def _send(
        self, method: str, path: str, *, headers: Mapping[str, str], **request_parts: Any
    ) -> httpx.Response:
        """An answer that is 2xx, not yet read. What is sent is named as httpx names it."""
        client = self._pools.for_threads()
        wanted = {**headers, **self.server.credentials}
        request = client.build_request(
            method, self.server.url(path), headers=wanted, **request_parts
        )
        response = client.send(request, stream=True)
        if target := self._redirect(response):
            response.close()
            response = client.send(client.build_request("GET", target, headers=wanted), stream=True)
        if not response.is_success:
            try:
                beginning = _beginning(response)
            finally:
                response.close()
            raise failing.of_answer(response, beginning, self.server.site)
        self._check_encoding(response)
        return response

    def _check_encoding(self, response: httpx.Response) -> None:
        """Nothing comes in another form than was asked for."""
        asked = response.request.headers["accept-encoding"]
        if _encoding(response) not in {"", "identity", asked}:
            raise failing.other_than_expected(self.server.site)

    def _redirect(self, response: httpx.Response) -> str | None:
        """Where to, as long as it stays within the API: our key goes nowhere else."""
        if not response.has_redirect_location:
            return None
        target = urljoin(str(response.request.url), response.headers["location"])
        return target if self.server.within(target) else None

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as exc:
            raise _translate(exc, self.server.site) from exc


def _translate(exc: Exception, site: str) -> LibraryError:
    if isinstance(exc, httpx.HTTPError | httpx.InvalidURL):
        return failing.of_transport(exc, site)
    return failing.other_than_expected(site)


def _pause(attempt: int, wish: float | None) -> float:
    longest = FIRST_PAUSE * 2**attempt
    drawn = random.uniform(0, longest)  # noqa: S311 - not a secret
    return max(drawn, min(wish or 0.0, LONGEST_PAUSE))


def _encoding(response: httpx.Response) -> str:
    return str(response.headers.get("content-encoding", "")).strip().lower()


def _is_legible(response: httpx.Response) -> bool:
    """Whether it is compressed once at most: several layers unpack to any size."""
    return _encoding(response) in {"", "identity", "gzip"}


def _beginning(response: httpx.Response) -> bytes:
    if not _is_legible(response):
        return b""
    content, give_up_at = b"", time.monotonic() + LONGEST_ERROR
    for piece in response.iter_bytes():
        content += piece
        if len(content) >= ERROR_BODY or time.monotonic() > give_up_at:
            break
    return content[:ERROR_BODY]


async def _beginning_async(response: httpx.Response) -> bytes:
    if not _is_legible(response):
        return b""
    content, give_up_at = b"", time.monotonic() + LONGEST_ERROR
    async for piece in response.aiter_bytes():
        content += piece
        if len(content) >= ERROR_BODY or time.monotonic() > give_up_at:
            break
    return content[:ERROR_BODY]
