"""Archives and event streams as plain ASGI applications, mounted in front of Django."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError

from downloads.admission import BUSY, NOT_FOUND, RETRY_AFTER, admit, path_parts
from downloads.models import Reason
from downloads.planning import is_away, trouble_with
from downloads.plans import ArchivePlan, NoArchive, Place, Plans, spool_files_of
from downloads.progress import make_board
from downloads.services import fetch_again, take_out
from downloads.spool.models import SENDING, SENDING_FOR
from downloads.streaming import ArchiveSource
from downloads.tickets import (
    ARCHIVES,
    EVENTS,
    Viewpoint,
    read_archive_ticket,
    read_events_ticket,
)
from portal.leases.models import attend
from portal.library import get_library
from portal.library.interface import LibraryError, LibraryUnavailable
from portal.library.types import RemoteFile, StoredFile
from portal.live.board import Board, TooManyStreams
from portal.live.stream import stream_events
from portal.media.coalescing import Overloaded, Questions
from portal.media.cookies import cookie_in
from portal.media.disposition import attachment
from portal.media.places import NoPlace, Places
from portal.media.sending import (
    Body,
    Receive,
    Scope,
    Send,
    SourceBroken,
    send_body,
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
    plans: Plans
    questions: Questions[Any]
    places: Places

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
        is_get, anew = scope["method"] == "GET", _starts_anew(scope)
        question = partial(
            self.plans.get,
            ticket.download_id,
            ticket.link_id,
            admission.epoch,
            anew=anew,
            fetched_by=(scope.get("client") or ("",))[0] if is_get else None,
        )
        key = (ticket.download_id, admission.epoch, anew, is_get)
        plan: ArchivePlan = await self.questions.ask(key, question)
        body = Body(
            size=plan.layout.length,
            etag=plan.layout.etag,
            media_type="application/zip",
            last_modified=plan.made_at,
            disposition=attachment(ticket.name),
        )
        source = ArchiveSource(plan, self._relocate, partial(self._report, plan))
        with self.places.place(scope):
            async with self._needing(plan):
                await send_body(scope, receive, send, body, source, admission.still)

    @asynccontextmanager
    async def _needing(self, plan: ArchivePlan) -> AsyncGenerator[None, None]:
        """Say, as long as it is sent, that its files of the spool are needed."""
        if not plan.is_of_spool:
            yield
            return
        saying = asyncio.create_task(self._say_needed(plan.download_id))
        try:
            yield
        finally:
            saying.cancel()
            await asyncio.wait({saying})

    async def _say_needed(self, download_id: UUID) -> None:
        post = partial(attend, f"{SENDING}{download_id}", SENDING_FOR)
        while True:
            try:
                await self.questions.ask(("sending", download_id), post)
            except (DatabaseError, Overloaded) as exc:
                logger.warning("It could not be noted that a download is being sent: %s", exc)
            await asyncio.sleep(SENDING_FOR / 3)

    async def _relocate(self, place: Place) -> StoredFile:
        file: StoredFile = await self.questions.ask(
            ("relocate", place.asset_id, place.rendition), partial(_locate, place)
        )
        return file

    async def _report(self, plan: ArchivePlan, place: Place) -> None:
        key = ("report", plan.download_id, place.position)
        await self.questions.ask(key, partial(_take_out, plan, place))


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


def make_archives(grants: GrantTable) -> ArchiveApp:
    """Make the application for ``/archives/``."""
    places = Places(settings.LOGGIA_STREAMS_PER_ADDRESS)
    return ArchiveApp(grants, Plans(), Questions("archives", THREADS), places)


def make_events(grants: GrantTable) -> EventsApp:
    """Make the application for ``/events/``."""
    return EventsApp(grants, make_board())


def _starts_anew(scope: Scope) -> bool:
    """Whether the answer begins with the first byte: a resumed one must stay what it was."""
    wanted = (value for name, value in scope["headers"] if name == b"range")
    return all(value.replace(b" ", b"").startswith(b"bytes=0-") for value in wanted)


def _locate(place: Place) -> StoredFile:
    if place.spool_file_id is not None:
        raise LibraryUnavailable("This file must be fetched once more.")
    if place.is_original:
        original = get_library().original(place.asset_id)
        if isinstance(original, RemoteFile):
            raise LibraryUnavailable("This original lies on another server.")
        return original
    return get_library().rendition(place.asset_id, place.rendition)


def _take_out(plan: ArchivePlan, place: Place) -> None:
    if place.spool_file_id is not None:
        fetch_again(plan.download_id, spool_files_of([place]))
        return
    reason = trouble_with(place.file) if place.is_original else Reason.NONE
    if reason == Reason.GONE and is_away():
        return  # the guest can resume once the disk is back
    take_out(plan.download_id, place.position, reason or Reason.CHANGED)
