"""Nobody's request makes a web process hold more than its share of disk, memory or threads."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from portal import bodies
from portal.bodies import BoundedPages

LARGEST = 1000
Scope = dict[str, Any]


async def tell_length(_scope: Any, receive: Any, send: Any) -> None:
    message = await receive()
    assert not message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(len(message["body"])).encode()})


async def ask(
    pages: BoundedPages,
    pieces: AsyncIterator[bytes],
    declared: int | None = None,
    client: str = "",
) -> tuple[int, dict[bytes, bytes], int]:
    """Send a body; returns the status, the headers, and how many pieces were taken."""
    sent: list[Any] = []
    taken = 0

    async def receive() -> dict[str, Any]:
        nonlocal taken
        try:
            piece = await anext(pieces)
        except StopAsyncIteration:
            return {"type": "http.request", "body": b"", "more_body": False}
        taken += 1
        return {"type": "http.request", "body": piece, "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [] if declared is None else [(b"content-length", str(declared).encode())]
    scope: Scope = {"type": "http", "method": "POST", "headers": headers}
    await pages(scope | ({"client": (client, 1)} if client else {}), receive, send)
    return sent[0]["status"], dict(sent[0]["headers"]), taken


async def endless(piece: bytes = b"a" * 100) -> AsyncIterator[bytes]:
    while True:
        yield piece


async def just(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def never(size: int = 1) -> AsyncIterator[bytes]:
    yield b"a" * size
    await asyncio.sleep(3600)


def test_a_body_arrives_whole() -> None:
    pages = BoundedPages(tell_length, LARGEST)
    status, _headers, _taken = asyncio.run(ask(pages, just(b"a" * 400, b"b" * 600), 1000))
    assert status == 200


def test_a_body_declared_too_large_is_refused_unread() -> None:
    pages = BoundedPages(tell_length, LARGEST)
    status, headers, taken = asyncio.run(ask(pages, endless(), 10**15))
    assert (status, taken, headers[b"connection"]) == (413, 0, b"close")


def test_a_body_of_no_declared_length_is_refused_once_it_is_too_large() -> None:
    pages = BoundedPages(tell_length, LARGEST)
    status, headers, taken = asyncio.run(ask(pages, endless()))
    assert (status, taken, headers[b"cache-control"]) == (413, 11, b"no-store")


def test_a_body_that_never_ends_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_WITHIN", 0.05)
    pages = BoundedPages(tell_length, LARGEST)
    status, headers, _taken = asyncio.run(ask(pages, never(), 100))
    assert (status, headers[b"connection"]) == (408, b"close")


def test_many_large_bodies_at_once_are_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "HELD_AT_ONCE", 1500)
    arrived: list[asyncio.Event] = []

    async def slowly() -> AsyncIterator[bytes]:
        arrived.append(asyncio.Event())
        yield b"a" * 900
        await arrived[-1].wait()

    async def three_at_once() -> list[int]:
        pages = BoundedPages(tell_length, LARGEST)
        first = asyncio.create_task(ask(pages, slowly()))
        await asyncio.sleep(0.01)
        second = await ask(pages, just(b"b" * 900))
        arrived[0].set()
        third = await first, await ask(pages, just(b"c" * 900))
        return [second[0], *(answer[0] for answer in third)]

    assert asyncio.run(three_at_once()) == [503, 200, 200]


def test_one_address_never_takes_all_the_room_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "HELD_AT_ONCE", 2000)

    async def statuses() -> list[int]:
        pages = BoundedPages(tell_length, LARGEST)
        slow = asyncio.create_task(ask(pages, never(900), client="192.0.2.1"))
        await asyncio.sleep(0.01)
        same = await ask(pages, just(b"b" * 900), client="192.0.2.1")
        other = await ask(pages, just(b"c" * 900), client="192.0.2.2")
        slow.cancel()
        await asyncio.wait({slow})
        again = await ask(pages, just(b"b" * 900), client="192.0.2.1")
        return [same[0], other[0], again[0]]

    assert asyncio.run(statuses()) == [503, 200, 200]


def test_only_so_many_pages_are_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "PAGES_AT_ONCE", 3)
    monkeypatch.setattr(bodies, "MOST_WAITING", 5)
    made: list[int] = []
    making = 0

    async def slow_page(scope: Any, receive: Any, send: Any) -> None:
        nonlocal making
        making += 1
        made.append(making)
        await asyncio.sleep(0.02)
        making -= 1
        await tell_length(scope, receive, send)

    async def twelve() -> list[int]:
        pages = BoundedPages(slow_page, LARGEST)
        answers = await asyncio.gather(*[ask(pages, just()) for _ in range(12)])
        return [status for status, _headers, _taken in answers]

    statuses = asyncio.run(twelve())
    assert max(made) == 3
    assert sorted(statuses) == [200] * 8 + [503] * 4


def test_a_visitor_who_leaves_while_sending_is_forgotten() -> None:
    answered: list[Any] = []

    async def left() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        answered.append(message)

    call: Callable[..., Awaitable[None]] = BoundedPages(tell_length, LARGEST)
    asyncio.run(call({"type": "http", "headers": []}, left, send))  # type: ignore[arg-type]
    assert not answered
