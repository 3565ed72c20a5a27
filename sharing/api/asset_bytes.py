"""``/api/assets/{id}/original``, ``…/thumbnail`` and ``…/video/playback``, served before Django."""

import time
from functools import partial
from http import HTTPStatus

from django.db import Error as DatabaseTrouble

from portal.api_errors import CORRELATION, ApiRefused
from portal.library.interface import ContentUnreadable, LibraryUnavailable, NotInLibrary
from portal.media.admission import Admission
from portal.media.coalescing import Overloaded, Questions
from portal.media.delivering import Delivering, Label, body_of
from portal.media.places import NoPlace
from portal.media.sending import Headers, Receive, Scope, Send, SourceBroken
from portal.media.table import GrantsUnknown, GrantTable
from portal.media.taking import NothingLeft
from portal.media.tickets import DAY, BadTicket, Ticket
from sharing.api.handing_out import Handed, hand_out
from sharing.api.holding import hold
from sharing.api.refusing import correlation_in, send_refused

THREADS = 4  # that find callers and assets, in one process; each has a database connection
# Kept by the client alone, and asked for anew each time: who may have it is in no address.
KEPT = "private, no-cache, no-transform"
RETRY_AFTER = {"Retry-After": "5"}  # seconds
BUSY = "This cannot be sent right now. Please try again in a moment."
USED_UP = "All downloads of this link are used up. Ask the person who sent it for more."
OVER = "This is no longer granted. Please ask again."
NO_PICTURE = "No picture can be made of this file."


class AssetBytes:
    """An ASGI application for ``handing_out.ADDRESS``."""

    def __init__(self, grants: GrantTable, delivering: Delivering) -> None:
        self._grants = grants
        self._delivering = delivering
        self._questions = Questions[Handed]("api-bytes", THREADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            check_method(scope, "GET", "HEAD")
            await self._answer(scope, receive, send)
        except ApiRefused as refused:
            await send_refused(scope, send, refused)
        except tuple(REFUSALS) as exc:
            await send_refused(scope, send, refusal_for(exc))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Everybody's own question: credentials are in it.
        handed = await self._questions.ask(object(), partial(hand_out, scope))
        if handed.elsewhere:
            await _send_elsewhere(scope, send, handed.elsewhere)
            return
        admission = await admit(self._grants, handed)
        found = await self._delivering.find(scope, admission)
        label = Label(handed.disposition, KEPT, correlated(scope))
        body = body_of(admission.ticket, found, label)
        await self._delivering.send(scope, receive, send, admission, found, body)


def check_method(scope: Scope, *methods: str) -> None:
    """Raise ``ApiRefused`` as Immich does: what is asked wrongly is not there."""
    if scope["method"] not in methods:
        message = f"Cannot {scope['method']} {scope['path']}"
        raise ApiRefused(HTTPStatus.NOT_FOUND, message)


def correlated(scope: Scope) -> Headers:
    """The header by which a request is found in logs: the caller's own id, or a new one."""
    return ((CORRELATION.encode(), correlation_in(scope).encode()),)


async def admit(grants: GrantTable, handed: Handed) -> Admission:
    """Let in who was found to have this; raises as ``hold`` does."""
    held = await hold(grants, handed.caller)
    name = handed.filename if handed.counts else ""
    expires = int(time.time()) + DAY
    ticket = Ticket(held.scope, handed.asset_id, handed.rendition, expires, name)
    return Admission(ticket, held.holding, held.epoch, "")


REFUSALS = {
    NothingLeft: ApiRefused(HTTPStatus.FORBIDDEN, USED_UP),
    BadTicket: ApiRefused(HTTPStatus.UNAUTHORIZED, OVER),
    NotInLibrary: ApiRefused(HTTPStatus.NOT_FOUND, "Asset media not found"),
    ContentUnreadable: ApiRefused(HTTPStatus.NOT_FOUND, NO_PICTURE),
    SourceBroken: ApiRefused(HTTPStatus.NOT_FOUND, "Asset media not found"),
    **dict.fromkeys(
        (GrantsUnknown, LibraryUnavailable, DatabaseTrouble, Overloaded, NoPlace),
        ApiRefused(HTTPStatus.SERVICE_UNAVAILABLE, BUSY, RETRY_AFTER),
    ),
}


def refusal_for(exc: Exception) -> ApiRefused:
    """What a client is told of one of ``REFUSALS``; the first that fits."""
    return next(refused for kind, refused in REFUSALS.items() if isinstance(exc, kind))


async def _send_elsewhere(scope: Scope, send: Send, address: str) -> None:
    text = f"Found. Redirecting to {address}".encode()
    headers = [
        (b"location", address.encode("ascii")),
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(text)).encode()),
        (b"cache-control", b"no-store"),
        *correlated(scope),
    ]
    await send({"type": "http.response.start", "status": 302, "headers": headers})
    is_head = scope["method"] == "HEAD"
    await send({"type": "http.response.body", "body": b"" if is_head else text})
