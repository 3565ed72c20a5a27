"""One event stream: waits for the board's news, and holds nothing but itself.

Server-Sent Events, as in WHATWG HTML, 9.2.
"""

import asyncio
from contextlib import suppress

from portal.live.board import Subscription, V
from portal.media.sending import GUARDS, Receive, Scope, Send

ON_STOP = "loggia.on_stop"  # the ASGI extension under which portal.web tells that it stops
HEARTBEAT = 15.0  # seconds; proxies close what is silent for longer
RETRY_IN = 2000  # milliseconds until a browser connects again
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would else hold events back
    *GUARDS,
]


def event(name: str, data: str) -> str:
    """Write one event (WHATWG HTML, 9.2.6); each line of the data needs its own field."""
    lines = "\n".join(f"data: {line}" for line in data.splitlines() if line.strip())
    return f"event: {name}\n{lines or 'data:'}\n\n"


async def stream_events(
    subscription: Subscription[V], scope: Scope, receive: Receive, send: Send
) -> None:
    """Send each new state, until the watcher leaves, may not watch, or all is done.

    When the server stops the stream ends too, and the browser asks the next server.
    """
    leaving = asyncio.create_task(_until_left(receive, subscription))
    if on_stop := scope.get("extensions", {}).get(ON_STOP):
        on_stop(subscription.close)
    try:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await _send(send, f"retry: {RETRY_IN}\n\n")
        while not subscription.is_over:
            news = await subscription.next(HEARTBEAT)
            if not subscription.is_over:
                await _send(send, news or ": still here\n\n")
            if news and subscription.is_last:
                break
        if not leaving.done():
            await send({"type": "http.response.body", "body": b""})
    finally:
        subscription.close()
        leaving.cancel()
        with suppress(asyncio.CancelledError):
            await leaving


async def _send(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _until_left(receive: Receive, subscription: Subscription[V]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    subscription.close()
