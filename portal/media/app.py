"""The byte path: answers ``/media/…`` in front of Django, without session, middleware or query."""

import time
from http import HTTPStatus

from django.db import Error as DatabaseTrouble

from portal.library.interface import ContentUnreadable, LibraryUnavailable, NotInLibrary
from portal.library.renditions import AS_IT_LIES
from portal.media.admission import admit
from portal.media.coalescing import Overloaded
from portal.media.delivering import Delivering, Label, body_of
from portal.media.disposition import attachment
from portal.media.places import NoPlace
from portal.media.ranges import Selection, is_conditional
from portal.media.ready import Ready, ReadyAnswers
from portal.media.sending import (
    Receive,
    Scope,
    Send,
    SourceBroken,
    send_bytes,
    send_short,
    start_message,
)
from portal.media.table import GrantsUnknown, GrantTable
from portal.media.tickets import DAY, BadTicket, Ticket

RETRY_AFTER = (b"retry-after", b"5")  # seconds


class MediaApp:
    """An ASGI application for signed media URLs (see ``portal.media.tickets``).

    Whatever is wrong with a URL, the answer is the same 404: it tells nobody what exists.
    """

    def __init__(self, grants: GrantTable, delivering: Delivering) -> None:
        self._grants = grants
        self._delivering = delivering
        self._shelf = delivering.shelf
        self._ready = ReadyAnswers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_head = scope["method"] == "HEAD"
        if not is_head and scope["method"] != "GET":
            allow = (b"allow", b"GET, HEAD")
            await send_short(send, HTTPStatus.METHOD_NOT_ALLOWED, allow)
            return
        try:
            if not await self._answer_remembered(scope, send):
                await self._answer(scope, receive, send)
        except (BadTicket, NotInLibrary, ContentUnreadable, SourceBroken):
            await send_short(send, HTTPStatus.NOT_FOUND, is_head=is_head)
        except (GrantsUnknown, LibraryUnavailable, DatabaseTrouble, Overloaded, NoPlace):
            status = HTTPStatus.SERVICE_UNAVAILABLE
            await send_short(send, status, RETRY_AFTER, is_head=is_head)

    def at_once(
        self, raw_path: bytes, headers: list[tuple[bytes, bytes]]
    ) -> tuple[bytes, bytes] | None:
        """The answer to a GET that is in memory; see ``portal.media.sending.AtOnce``."""
        if is_conditional(headers):
            return None
        found = self._remembered(raw_path, headers)
        return found and (found[0].head, found[1])

    def _remembered(
        self, raw_path: bytes, headers: list[tuple[bytes, bytes]]
    ) -> tuple[Ready, bytes] | None:
        """What is in memory for this URL, if it was asked for before and nothing has changed."""
        ready = self._ready.get(raw_path)
        if ready is None or not ready.admission.is_for(headers):
            return None
        ticket = ready.admission.ticket
        kept = self._shelf.in_memory(ticket.asset_id, ticket.rendition)
        if kept is None or kept.edition != ready.edition:
            return None
        return ready, kept.data

    async def _answer_remembered(self, scope: Scope, send: Send) -> bool:
        found = self._remembered(scope["raw_path"], scope["headers"])
        if found is None:
            return False
        ready, data = found
        if scope["method"] == "HEAD" or is_conditional(scope["headers"]):
            await send_bytes(scope, send, ready.body, data)
        else:
            await send(ready.start)
            await send({"type": "http.response.body", "body": data})
        return True

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        admission = await admit(self._grants, scope)
        ticket = admission.ticket
        found = await self._delivering.find(scope, admission)
        body = body_of(ticket, found, _label(ticket))
        if isinstance(found, bytes) and not ticket.filename:  # what is saved is counted each time
            kept = self._shelf.in_memory(ticket.asset_id, ticket.rendition)
            if kept and kept.data is found:
                start = start_message(body, Selection(HTTPStatus.OK, 0, body.size))
                self._ready.put(scope["raw_path"], admission, body, start, kept.edition)
        await self._delivering.send(scope, receive, send, admission, found, body)


def _label(ticket: Ticket) -> Label:
    disposition = attachment(ticket.filename) if ticket.filename else ""
    if ticket.rendition in AS_IT_LIES:
        return Label(disposition)
    fresh_for = min(ticket.expires - int(time.time()), 2 * DAY)
    return Label(disposition, f"private, max-age={fresh_for}, immutable")
