"""What any source of bytes may count on, archives included."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import pytest

from portal.media.sending import Body, SourceBroken, send_body
from portal.media.streams import ConnectionCut

BODY = Body(size=10, etag='"ten"', media_type="application/zip", disposition="attachment")


@dataclass
class Pieces:
    """A source of given pieces; ``None`` breaks it."""

    pieces: list[bytes | None]
    asked: list[tuple[int, int]] = field(default_factory=list)
    read: int = 0
    closed: int = 0

    async def read_all(self) -> AsyncGenerator[bytes, None]:
        try:
            for piece in self.pieces:
                if piece is None:
                    raise SourceBroken("gone")
                self.read += 1
                yield piece
                await asyncio.sleep(0)
        finally:
            self.closed += 1

    def read_slice(self, offset: int, length: int) -> AsyncGenerator[bytes, None]:
        self.asked.append((offset, length))
        return self.read_all()


@dataclass
class Source:
    pieces: Pieces

    def read(self, offset: int, length: int) -> AsyncGenerator[bytes, None]:
        return self.pieces.read_slice(offset, length)


@dataclass
class Exchange:
    """One request, and what was sent."""

    method: str = "GET"
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    leaves_after: int = 10**6  # messages
    sent: list[Any] = field(default_factory=list)

    def run(self, pieces: Pieces, **options: Any) -> None:
        scope = {"method": self.method, "headers": self.headers}
        asyncio.run(self._run(scope, Source(pieces), options))

    async def _run(self, scope: Any, source: Source, options: Any) -> None:
        self._left = asyncio.Event()
        await send_body(scope, self._receive, self._send, BODY, source, **options)

    async def _receive(self) -> Any:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.sent.append(message)
        if len(self.sent) >= self.leaves_after:
            self._left.set()
            await asyncio.sleep(0.05)

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.sent[1:])

    @property
    def is_complete(self) -> bool:
        return not self.sent[-1].get("more_body", False)


def test_pieces_become_one_body() -> None:
    exchange, pieces = Exchange(), Pieces([b"0123", b"45", b"6789"])
    exchange.run(pieces)
    assert (exchange.status, exchange.body, exchange.is_complete) == (200, b"0123456789", True)
    assert (pieces.asked, pieces.closed) == ([(0, 10)], 1)
    headers = dict(exchange.sent[0]["headers"])
    assert headers[b"content-disposition"] == b"attachment"
    assert headers[b"etag"] == b'"ten"'


def test_only_the_range_is_read() -> None:
    exchange, pieces = Exchange(headers=[(b"range", b"bytes=4-")]), Pieces([b"45", b"6789"])
    exchange.run(pieces)
    assert (exchange.status, exchange.body) == (206, b"456789")
    assert pieces.asked == [(4, 6)]


@pytest.mark.parametrize(
    "exchange",
    [
        Exchange(method="HEAD"),
        Exchange(headers=[(b"if-none-match", b'"ten"')]),
        Exchange(headers=[(b"if-match", b'"other"')]),
        Exchange(headers=[(b"range", b"bytes=10-")]),
    ],
)
def test_nothing_is_read_for_an_answer_without_bytes(exchange: Exchange) -> None:
    pieces = Pieces([b"0123456789"])
    exchange.run(pieces)
    assert (exchange.body, exchange.is_complete, pieces.asked) == (b"", True, [])


def test_a_source_broken_from_the_start_leaves_the_answer_to_the_caller() -> None:
    exchange, pieces = Exchange(), Pieces([None])
    with pytest.raises(SourceBroken):
        exchange.run(pieces)
    assert (exchange.sent, pieces.closed) == ([], 1)


@pytest.mark.parametrize(
    "pieces",
    [[b"0123", None], [b"0123"], [b"0123", b"456789+"], [b"", b"0123"], []],
    ids=["breaks", "ends early", "too long", "starts empty", "empty"],
)
def test_a_body_that_is_not_as_promised_is_cut(pieces: list[bytes | None]) -> None:
    exchange, source = Exchange(), Pieces(pieces)
    with pytest.raises(ConnectionCut):
        exchange.run(source)
    assert not exchange.is_complete or exchange.sent[1:] == []
    assert len(exchange.body) < BODY.size
    assert source.closed == 1


def test_a_withdrawn_grant_cuts_before_the_next_piece() -> None:
    exchange, pieces = Exchange(), Pieces([b"0123", b"45", b"6789"])
    with pytest.raises(ConnectionCut):
        exchange.run(pieces, still_granted=lambda: not exchange.body)
    assert (exchange.body, pieces.closed) == (b"0123", 1)


def test_a_client_that_left_stops_the_reading() -> None:
    exchange, pieces = Exchange(leaves_after=2), Pieces([b"0"] * 10)
    exchange.run(pieces)
    assert not exchange.is_complete
    assert (pieces.read <= 2, pieces.closed) == (True, 1)
