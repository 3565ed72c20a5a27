"""One guest's event stream: waits for the board's news, and holds nothing but itself."""

import asyncio
from contextlib import suppress

from downloads.progress import Subscription
from portal.media.sending import GUARDS, Receive, Send

HEARTBEAT = 15.0  # seconds; proxies close what is silent for longer
RETRY_IN = 2000  # milliseconds until a browser connects again
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would else hold events back
    *GUARDS,
]


async def stream_events(subscription: Subscription, receive: Receive, send: Send) -> None:
    """Send each new state of the dock, until the guest leaves, may not watch, or all is done."""
    leaving = asyncio.create_task(_until_left(receive, subscription))
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


async def _until_left(receive: Receive, subscription: Subscription) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    subscription.close()
