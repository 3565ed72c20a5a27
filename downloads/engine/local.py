"""Files of this machine, for the engine to fetch as if a server had them."""

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

import anyio
import httpx

HERE = "http://this-machine.invalid"  # nothing is asked there; httpx wants a web address
READ_AT_ONCE = 2**20
FROM_ON = re.compile(r"bytes=(\d{1,18})-")


def url_of(path: Path) -> str:
    """The address under which ``LocalFiles`` gives the file."""
    return f"{HERE}{quote_from_bytes(os.fsencode(path))}"


class LocalFiles(httpx.AsyncBaseTransport):
    """Answers as a server would: 200, 206 from an offset on, 404, 416, 503."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = os.fsdecode(unquote_to_bytes(request.url.raw_path))
        try:
            fd = await anyio.to_thread.run_sync(os.open, path, os.O_RDONLY | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            return httpx.Response(404)
        except OSError:
            return httpx.Response(503)
        found = os.fstat(fd)
        tag = f'"{found.st_ino}-{found.st_mtime_ns}-{found.st_size}"'
        start = _start(request.headers, tag)
        if start and start >= found.st_size:
            os.close(fd)
            return httpx.Response(416, headers={"Content-Range": f"bytes */{found.st_size}"})
        headers = {"ETag": tag, "Content-Length": str(found.st_size - start)}
        if start:
            last = found.st_size - 1
            headers["Content-Range"] = f"bytes {start}-{last}/{found.st_size}"
        pieces = _Pieces(fd, start, found.st_size)
        return httpx.Response(206 if start else 200, headers=headers, stream=pieces)


def _start(headers: httpx.Headers, tag: str) -> int:
    match = FROM_ON.fullmatch(headers.get("range", ""))
    if match is None or headers.get("if-range", tag) != tag:
        return 0
    return int(match[1])


class _Pieces(httpx.AsyncByteStream):
    """A file from an offset to the end it had when it was opened."""

    def __init__(self, fd: int, start: int, end: int) -> None:
        self._fd, self._start, self._end = fd, start, end

    async def __aiter__(self) -> AsyncIterator[bytes]:
        at = self._start
        while at < self._end:
            most = min(READ_AT_ONCE, self._end - at)
            try:
                piece = await anyio.to_thread.run_sync(os.pread, self._fd, most, at)
            except OSError as exc:
                raise httpx.ReadError("The file cannot be read") from exc
            if not piece:
                raise httpx.RemoteProtocolError("The file is shorter than it was")
            at += len(piece)
            yield piece

    async def aclose(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
