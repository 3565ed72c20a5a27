"""A small HTTP server that misbehaves on order: files in memory, faults by name.

``close`` mid-body, ``reset`` before any answer, ``stall``, ``500``, ``429``, ``404``, …, ``wrong``
bytes, ``short`` body that looks whole, ``norange``, ``badrange``, ``page``, ``gzip``, ``chunked``,
``to:URL`` (redirect), ``slow``.
"""

import asyncio
import random
import ssl
import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Answer = tuple[int, dict[str, str], bytes]
STATUS_ONLY = {"400", "401", "403", "404", "408", "410", "416", "429", "500", "503"}
PIECE = 64 * 1024


@dataclass
class Origin:
    """Files by path; ``faults`` are used up one a request, then ``chance`` decides."""

    files: dict[str, bytes] = field(default_factory=dict)
    tags: dict[str, str | None] = field(default_factory=dict)
    faults: dict[str, deque[str]] = field(default_factory=dict)
    chance: Callable[[str], str | None] = lambda path: None
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    open_now: int = 0
    connected: int = 0
    busy: Counter[str] = field(default_factory=Counter)
    busiest: Counter[str] = field(default_factory=Counter)
    retry_after: str = "0"
    slow_piece: float = 0.01
    url: str = ""

    def put(self, path: str, data: bytes, *faults: str, tag: str | None = 'W/"1"') -> str:
        self.files[path], self.tags[path] = data, tag
        self.faults[path] = deque(faults)
        return f"{self.url}{path}"

    def asked(self, path: str) -> list[dict[str, str]]:
        """The headers of every request for a path."""
        return [headers for seen, headers in self.seen if seen == path]

    # ── One connection ────────────────────────────────────────────────────────
    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open_now += 1
        self.connected += 1
        try:
            while await self._answer(reader, writer):
                pass
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.open_now -= 1
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        path = head[0].split(" ")[1]
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:])}
        self.seen.append((path, headers))
        orders = self.faults.get(path)
        fault = orders.popleft() if orders else self.chance(path)
        group = path.split("/")[1]
        self.busy.update([group, "all"])
        for key in (group, "all"):
            self.busiest[key] = max(self.busiest[key], self.busy[key])
        try:
            return await self._send(reader, writer, path, headers, fault)
        finally:
            self.busy.subtract([group, "all"])

    async def _send(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        path: str,
        asked: dict[str, str],
        fault: str | None,
    ) -> bool:
        if fault == "reset":
            return False
        status, headers, body = self._made(path, asked, fault)
        lines = [f"HTTP/1.1 {status} X", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
        writer.write("\r\n".join(lines).encode("latin-1"))
        end = len(body) // 2 if fault in {"close", "stall"} else len(body)
        for start in range(0, end, PIECE):
            piece = body[start : min(start + PIECE, end)]
            if fault == "chunked":
                piece = b"%x\r\n%b\r\n" % (len(piece), piece)
            if fault == "slow":
                await asyncio.sleep(self.slow_piece)
            writer.write(piece)
            await writer.drain()
        if fault == "chunked":
            writer.write(b"0\r\n\r\n")
        await writer.drain()
        if fault == "stall":
            await asyncio.wait_for(reader.read(1), 30)  # nothing comes but the other's end
            return False
        return fault != "close"

    def _made(self, path: str, asked: Mapping[str, str], fault: str | None) -> Answer:
        if fault in STATUS_ONLY or path not in self.files:
            return self._refusal(int(fault or "404"))
        if fault and fault.startswith("to:"):
            return 302, {"Location": fault[3:], "Content-Length": "0"}, b""
        body, tag = self.files[path], self.tags[path]
        if fault == "page":
            body = b"<html>Sign in</html>"
            return 200, {"Content-Type": "text/html", "Content-Length": str(len(body))}, body
        status, headers, body = self._part(body, tag, asked, fault)
        if fault == "wrong":
            body = body[:-1] + bytes([body[-1] ^ 1])
        if fault == "short":
            body = body[: len(body) // 2]
        if fault == "gzip":
            headers["Content-Encoding"] = "gzip"
        if fault == "cookie":
            headers["Set-Cookie"] = "immich_access_token=1; Path=/"
        length = (
            {"Transfer-Encoding": "chunked"}
            if fault == "chunked"
            else {"Content-Length": str(len(body))}
        )
        return status, {"Content-Type": "image/jpeg", **headers, **length}, body

    def _part(
        self, body: bytes, tag: str | None, asked: Mapping[str, str], fault: str | None
    ) -> Answer:
        headers = {"ETag": tag} if tag else {}
        wanted = asked.get("range")
        same = asked.get("if-range", tag) == tag
        if not wanted or not same or fault == "norange":
            return 200, headers, body
        first = int(wanted.removeprefix("bytes=").partition("-")[0])
        if first >= len(body):
            return 416, {"Content-Range": f"bytes */{len(body)}"}, b""
        shift = 1 if fault == "badrange" else 0
        headers["Content-Range"] = f"bytes {first + shift}-{len(body) - 1}/{len(body)}"
        return 206, headers, body[first:]

    def _refusal(self, status: int) -> Answer:
        body = b'{"message":"no"}'
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        if status in {429, 503}:
            headers["Retry-After"] = self.retry_after
        return status, headers, body


class Running:
    """An origin on a thread and a loop of its own."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.origin = Origin()
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait(10)

    def _run(self, ready: threading.Event) -> None:
        self._loop.run_until_complete(self._serve(ready))
        self._loop.close()

    async def _serve(self, ready: threading.Event) -> None:
        server = await asyncio.start_server(self.origin.serve, "127.0.0.1", 0, ssl=self._tls)
        scheme = "https" if self._tls else "http"
        self.origin.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._stop = asyncio.Event()
        ready.set()
        await self._stop.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)


def made(name: str, size: int) -> bytes:
    """The same bytes for the same name, no two names alike."""
    return random.Random(name).randbytes(size)  # noqa: S311 - nothing secret
