"""Archives and event streams as plain ASGI applications, mounted in front of Django."""

import logging
import time
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import unquote

from django.db import DatabaseError

from downloads.admission import BUSY, NOT_FOUND, RETRY_AFTER, admit, path_parts
from downloads.plans import NoArchive
from downloads.progress import make_board
from downloads.sending import Archives, Entitled, share_archives
from downloads.tickets import (
    ARCHIVES,
    EVENTS,
    Viewpoint,
    read_archive_ticket,
    read_events_ticket,
)
from portal.library.interface import LibraryError
from portal.live.board import Board, TooManyStreams
from portal.live.stream import stream_events
from portal.media.coalescing import Overloaded
from portal.media.cookies import cookie_in
from portal.media.places import NoPlace
from portal.media.sending import (
    Receive,
    Scope,
    Send,
    SourceBroken,
    send_short,
)
from portal.media.table import GrantsUnknown, GrantTable
from portal.media.tickets import BadTicket
from sharing.views.door import VISITOR_COOKIE

logger = logging.getLogger(__name__)
THREADS = 2  # that read plans, in one process


@dataclass(frozen=True, slots=True)
class ArchiveApp:
    """Serves ``/archives/…``. Whatever is wrong with an address, the answer is the same 404."""

    grants: GrantTable
    archives: Archives

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_head = scope["method"] == "HEAD"
        if not is_head and scope["method"] != "GET":
            await send_short(send, HTTPStatus.METHOD_NOT_ALLOWED, (b"allow", b"GET, HEAD"))
            return
        try:
            await self._answer(scope, receive, send)
        except (BadTicket, NoArchive):
            await send_short(send, NOT_FOUND, is_head=is_head)
        except (GrantsUnknown, LibraryError, DatabaseError, Overloaded, SourceBroken, NoPlace):
            await send_short(send, BUSY, RETRY_AFTER, is_head=is_head)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        parts = [unquote(part) for part in path_parts(scope["raw_path"], ARCHIVES, 3)]
        ticket = read_archive_ticket(parts, time.time())
        admission = await admit(self.grants, ticket, scope)
        entitled = Entitled(
            ticket.download_id, ticket.link_id, admission.epoch, ticket.name, admission.still
        )
        await self.archives.send(scope, receive, send, entitled)


@dataclass(frozen=True, slots=True)
class EventsApp:
    """Serves ``/events/downloads/…``: the dock as Server-Sent Events (WHATWG HTML, 9.2)."""

    grants: GrantTable
    board: Board[Viewpoint]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            await send_short(send, HTTPStatus.METHOD_NOT_ALLOWED, (b"allow", b"GET"))
            return
        try:
            (token,) = path_parts(scope["raw_path"], EVENTS, 1)
            visitor = cookie_in(scope["headers"], VISITOR_COOKIE)
            ticket = read_events_ticket(token, visitor, time.time())
            admission = await admit(self.grants, ticket, scope)
            view = ticket.viewpoint(admission.epoch, admission.binding)
            subscription = self.board.subscribe(view, admission.still)
        except BadTicket:
            await send_short(send, NOT_FOUND)
        except (GrantsUnknown, DatabaseError, TooManyStreams):
            await send_short(send, BUSY, RETRY_AFTER)
        else:
            await stream_events(subscription, scope, receive, send)


def make_archives(grants: GrantTable, archives: Archives | None = None) -> ArchiveApp:
    """Make the application for ``/archives/``."""
    return ArchiveApp(grants, archives or share_archives())


def make_events(grants: GrantTable) -> EventsApp:
    """Make the application for ``/events/``."""
    return EventsApp(grants, make_board())
