"""The bytes of an answer on their way to the client, with all that can go wrong there."""

import gzip
import zlib
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, MutableMapping
from typing import Any

import anyio

from portal.fake_immich.faults import Chosen

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Bytes = bytes | memoryview
_A_TENTH = 0.1  # of a second: how evenly slow answers trickle


class Line:
    """One request's way back to its client."""

    def __init__(self, send: Send, *, is_head: bool, faults: Chosen) -> None:
        self._send = send
        self._cycle = getattr(send, "__self__", None)  # uvicorn's, which has the connection
        self._is_head = is_head
        self._faults = faults
        self.status = 0
        self.sent = 0

    @property
    def is_gone(self) -> bool:
        return bool(getattr(self._cycle, "disconnected", False))

    async def reset(self) -> None:
        """End the connection as a crash does."""
        if self._cycle:
            self._cycle.transport.abort()
        await self._is_over()

    async def answer(
        self, status: int, headers: Mapping[str, str], pieces: Iterable[Bytes], length: int | None
    ) -> None:
        """``length`` is that of all pieces; ``None`` sends them in chunks."""
        self.status = status
        sized = {} if length is None else {"Content-Length": str(length)}
        fields = [(k.lower().encode(), v.encode("latin-1")) for k, v in (headers | sized).items()]  # type: ignore[operator]
        await self._send({"type": "http.response.start", "status": status, "headers": fields})
        if self._is_head:
            pieces = ()
        await self._send_all(pieces, length or 0)

    async def _send_all(self, pieces: Iterable[Bytes], length: int) -> None:
        stops_at = length // 2 if self._breaks else None
        if "wrong-bytes" in self._faults:
            pieces = _spoilt(pieces)
        if rate := self._faults.value("slow"):
            pieces = _cut(pieces, max(1, int(rate * _A_TENTH)))
        for piece in pieces:
            if self.is_gone:
                return
            part = piece if stops_at is None else piece[: max(0, stops_at - self.sent)]
            self.sent += len(part)
            await self._send({"type": "http.response.body", "body": part, "more_body": True})
            if rate:
                await anyio.sleep(len(part) / rate)
            if stops_at is not None and self.sent >= stops_at:
                await self._break_off()
                return
        if not self.is_gone:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    @property
    def _breaks(self) -> bool:
        return not self._is_head and ("close" in self._faults or "stall" in self._faults)

    async def _break_off(self) -> None:
        """Say nothing for as long as was ordered, then end the connection."""
        with anyio.move_on_after(self._faults.value("stall")):
            await self._is_over()
        if self._cycle:
            self._cycle.transport.close()
        await self._is_over()

    async def _is_over(self) -> None:
        """uvicorn takes an answer that is broken off for a fault of ours until the client is gone."""
        while not self.is_gone:  # noqa: ASYNC110 - there is no event to wait for
            await anyio.sleep(0.01)


def compressed(body: bytes, accepted: str) -> tuple[bytes, dict[str, str]]:
    """From a kilobyte on, where the client takes it."""
    if "gzip" not in accepted or len(body) < 1024:
        return body, {}
    return gzip.compress(body, 1), {"Content-Encoding": "gzip"}


def endless(length: int) -> Iterator[bytes]:
    """A JSON list of so many bytes."""
    yield b"["
    piece = b'"never ending",' * 65_536
    for _number in range(length // len(piece)):
        yield piece
    yield b"0]"


def squeezed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """As gzip (RFC 1952), piece by piece."""
    packer = zlib.compressobj(1, wbits=31)
    for piece in pieces:
        if packed := packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH):
            yield packed
    yield packer.flush()


def _spoilt(pieces: Iterable[Bytes]) -> Iterator[Bytes]:
    for number, piece in enumerate(pieces):
        if number or not piece:
            yield piece
            continue
        data = bytearray(piece)
        data[len(data) // 2] ^= 0x55
        yield bytes(data)


def _cut(pieces: Iterable[Bytes], length: int) -> Iterator[Bytes]:
    for piece in pieces:
        for start in range(0, len(piece), length):
            yield piece[start : start + length]
