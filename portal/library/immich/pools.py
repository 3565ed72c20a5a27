"""Connections that are kept: one pool for all threads of a process, one for each event loop."""

import asyncio
import os
import ssl
import threading
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from weakref import WeakKeyDictionary

import certifi
import httpx

LIMITS = httpx.Limits(max_connections=64, max_keepalive_connections=16, keepalive_expiry=30.0)


class Pools:
    """Usable from anywhere, and after a fork."""

    def __init__(self, timeout: httpx.Timeout) -> None:
        self._timeout = timeout
        self._threads: tuple[int, httpx.Client] | None = None
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, _Held] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def for_threads(self) -> httpx.Client:
        with self._lock:
            if self._threads is None or self._threads[0] != os.getpid():
                self._threads = (os.getpid(), httpx.Client(timeout=self._timeout, **_settings()))
            return self._threads[1]

    async def for_loop(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        with self._lock:
            held = self._loops.get(loop)
            if held is None:
                client = httpx.AsyncClient(timeout=self._timeout, **_settings())
                held = self._loops[loop] = _Held(client, _until_the_loop_ends(client))
        if not held.is_kept:
            held.is_kept = True
            await anext(held.keeper)
        return held.client

    def close(self) -> None:
        """Let go of this process's connections of threads."""
        with self._lock:
            held, self._threads = self._threads, None
        if held is not None and held[0] == os.getpid():
            held[1].close()


@dataclass
class _Held:
    """A loop's client. ``keeper`` has been started by it, and is closed by it at its end."""

    client: httpx.AsyncClient
    keeper: AsyncGenerator[None, None]
    is_kept: bool = False


async def _until_the_loop_ends(client: httpx.AsyncClient) -> AsyncGenerator[None, None]:
    """``loop.shutdown_asyncgens`` closes what was begun on it: so no connection outlives it."""
    try:
        yield
    finally:
        await client.aclose()


def _settings() -> dict[str, Any]:
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    # Proxies and passwords from the environment are not for a server at home; authorities are
    return {
        "limits": LIMITS, "cookies": no_cookies, "trust_env": False, "verify": _authorities(),
        "follow_redirects": False,
    }  # fmt: skip


@cache
def _authorities() -> ssl.SSLContext:
    """Those of the system (or of SSL_CERT_FILE), and those that come with certifi."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
