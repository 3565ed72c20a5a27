# ruff: noqa: ASYNC109 - httpcore's interface has the parameter
"""The connections: httpx, reading in larger pieces, keeping no cookie and knowing no proxy."""

import ssl
from collections.abc import Iterable
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpcore
import httpx

from .plain import KEEP_ALIVE, PlainTransport
from .sockets import READ_AT_ONCE
from .tasks import Limits


def open_client(limits: Limits, transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    """A client for one event loop and one run. ``transport`` stands in for the network."""
    timeout = httpx.Timeout(limits.silence, connect=limits.connect_timeout, pool=None)
    return httpx.AsyncClient(
        transport=transport or WideTransport(limits.total),
        mounts=None if transport else {"http://": PlainTransport()},
        timeout=timeout,
        trust_env=False,
        # An API key loses against a session cookie on Immich, so none may stay.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        headers={"User-Agent": "loggia"},
    )


@cache
def trusted() -> ssl.SSLContext:
    """Whose certificates are believed: the usual, or those in the file ``SSL_CERT_FILE`` names.

    Once a process: reading the list takes longer than many a download.
    """
    return httpx.create_ssl_context()


class WideTransport(httpx.AsyncHTTPTransport):
    """httpx's transport over a pool whose streams read more at once."""

    def __init__(self, connections: int) -> None:
        super().__init__(verify=trusted())
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trusted(),
            max_connections=None,  # the line of tasks is the limit
            max_keepalive_connections=connections,
            keepalive_expiry=KEEP_ALIVE,
            network_backend=WideBackend(),
        )


class WideBackend(httpcore.AsyncNetworkBackend):
    """anyio's connections, wrapped."""

    def __init__(self) -> None:
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        stream = await self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        return WideStream(stream)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class WideStream(httpcore.AsyncNetworkStream):
    """Reads what has come, up to a megabyte, whatever smaller piece is asked for."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._inner.read(max(max_bytes, READ_AT_ONCE), timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return WideStream(await self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
