"""The byte path: answers ``/media/…`` in front of Django, without session, middleware or query."""

import re
import time
import zlib
from http import HTTPStatus

from django.conf import settings
from django.db import Error as DatabaseTrouble

from portal.library.interface import ContentUnreadable, LibraryUnavailable, NotInLibrary
from portal.library.renditions import AS_IT_LIES, MEDIA_TYPES
from portal.library.types import RemoteFile, StoredFile
from portal.media.admission import admit
from portal.media.coalescing import Overloaded
from portal.media.disposition import attachment
from portal.media.files import StoredSource
from portal.media.grants import Takes
from portal.media.places import NoPlace, Places
from portal.media.ranges import Selection, is_conditional
from portal.media.ready import Ready, ReadyAnswers
from portal.media.remote import Lines, RemoteSource
from portal.media.sending import (
    Body,
    Receive,
    Scope,
    Send,
    SourceBroken,
    send_body,
    send_bytes,
    send_short,
    start_message,
)
from portal.media.shelf import Shelf
from portal.media.table import GrantsUnknown, GrantTable
from portal.media.taking import Taken
from portal.media.tickets import DAY, BadTicket, Ticket

RETRY_AFTER = (b"retry-after", b"5")  # seconds
# What may be shown by a browser as what it is; all else is a download of unknown kind. SVG is not
# among them: it is a document that can carry scripts.
_SHOWN = re.compile(r"(image|video)/(?!svg)[a-z0-9][a-z0-9.+-]{0,60}")


class MediaApp:
    """An ASGI application for signed media URLs (see ``portal.media.tickets``).

    Whatever is wrong with a URL, the answer is the same 404: it tells nobody what exists.
    """

    def __init__(self, grants: GrantTable, shelf: Shelf, takes: Takes | None = None) -> None:
        self._grants = grants
        self._shelf = shelf
        self._taken = Taken(takes)
        self._ready = ReadyAnswers()
        self._places = Places(settings.LOGGIA_STREAMS_PER_ADDRESS)
        self._lines = Lines(settings.LOGGIA_IMMICH_STREAMS)

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
        found = self._shelf.at_hand(ticket.asset_id, ticket.rendition)
        if found is None:
            found = await self._shelf.fetch(ticket.asset_id, ticket.rendition)
            if not admission.holds():  # making it may have taken seconds
                raise BadTicket
        if scope["method"] == "GET":
            await self._taken.count(scope, admission, found)
        if isinstance(found, bytes):
            body = _body_of_bytes(ticket, found)
            start = start_message(body, Selection(HTTPStatus.OK, 0, body.size))
            kept = self._shelf.in_memory(ticket.asset_id, ticket.rendition)
            # What is saved is counted each time
            if kept and kept.data is found and not ticket.filename:
                self._ready.put(scope["raw_path"], admission, body, start, kept.edition)
            await send_bytes(scope, send, body, found)
        elif isinstance(found, RemoteFile):
            body, source = _body_of_remote(ticket, found), RemoteSource(found, self._shelf.read)
            with self._places.place(scope), self._lines.line():
                await send_body(scope, receive, send, body, source, admission.holds)
        else:
            body = _body_of_file(ticket, found)
            with self._places.place(scope):
                await send_body(scope, receive, send, body, StoredSource(found), admission.holds)


def _body_of_bytes(ticket: Ticket, data: bytes) -> Body:
    tag = f'"{ticket.asset_id.hex}-{ticket.rendition}-{len(data):x}-{zlib.crc32(data):x}"'
    return _body(ticket, len(data), tag, MEDIA_TYPES[ticket.rendition])


def _body_of_file(ticket: Ticket, stored: StoredFile) -> Body:
    content = stored.sha1.hex() if stored.sha1 else f"{stored.size:x}-{stored.mtime_ns:x}"
    tag = f'"{ticket.asset_id.hex}-{ticket.rendition}-{content}"'
    return _body(ticket, stored.size, tag, stored.media_type, stored.mtime_ns / 1e9)


def _body_of_remote(ticket: Ticket, remote: RemoteFile) -> Body:
    if remote.size is None:
        raise LibraryUnavailable
    tag = f'"{ticket.asset_id.hex}-{ticket.rendition}-{remote.version}"'
    return _body(ticket, remote.size, tag, remote.media_type)


def _body(
    ticket: Ticket, size: int, etag: str, media_type: str, changed_at: float | None = None
) -> Body:
    is_original = ticket.rendition in AS_IT_LIES
    fresh_for = min(ticket.expires - int(time.time()), 2 * DAY)
    return Body(
        size=size,
        etag=etag,
        media_type=media_type if _SHOWN.fullmatch(media_type) else "application/octet-stream",
        # The time of a rendition says when we made it: of no use to anybody.
        last_modified=changed_at if is_original else None,
        disposition=attachment(ticket.filename) if ticket.filename else "",
        cache_control="private" if is_original else f"private, max-age={fresh_for}, immutable",
    )
