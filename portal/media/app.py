"""The byte path: answers ``/media/…`` in front of Django, without session, middleware or query."""

import re
import time
from functools import partial
from http import HTTPStatus
from urllib.parse import unquote

from django.db import DatabaseError
from django.http import parse_cookie

from portal.library.interface import ContentUnreadable, LibraryUnavailable, NotInLibrary
from portal.library.renditions import MEDIA_TYPES
from portal.library.types import Rendition, StoredFile
from portal.media.coalescing import Overloaded
from portal.media.cookies import binding_cookie
from portal.media.disposition import attachment
from portal.media.files import StoredSource
from portal.media.grants import OWNER_SCOPE
from portal.media.sending import (
    Body,
    Receive,
    Scope,
    Send,
    SourceBroken,
    send_body,
    send_bytes,
    send_short,
)
from portal.media.shelf import Shelf
from portal.media.table import GrantsUnknown, GrantTable, Holding
from portal.media.tickets import DAY, PREFIX, BadTicket, Ticket, is_genuine, read_ticket

RETRY_AFTER = (b"retry-after", b"5")  # seconds
# What may be shown by a browser as what it is; all else is a download of unknown kind. SVG is not
# among them: it is a document that can carry scripts.
_SHOWN = re.compile(r"(image|video)/(?!svg)[a-z0-9][a-z0-9.+-]{0,60}")


class MediaApp:
    """An ASGI application for signed media URLs (see ``portal.media.tickets``).

    Whatever is wrong with a URL, the answer is the same 404: it tells nobody what exists.
    """

    def __init__(self, grants: GrantTable, shelf: Shelf) -> None:
        self._grants = grants
        self._shelf = shelf

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_head = scope["method"] == "HEAD"
        if not is_head and scope["method"] != "GET":
            allow = (b"allow", b"GET, HEAD")
            await send_short(send, HTTPStatus.METHOD_NOT_ALLOWED, allow)
            return
        try:
            await self._answer(scope, receive, send)
        except (BadTicket, NotInLibrary, ContentUnreadable, SourceBroken):
            await send_short(send, HTTPStatus.NOT_FOUND, is_head=is_head)
        except (GrantsUnknown, LibraryUnavailable, DatabaseError, Overloaded):
            status = HTTPStatus.SERVICE_UNAVAILABLE
            await send_short(send, status, RETRY_AFTER, is_head=is_head)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        ticket, mac = _read(scope["raw_path"])
        holding = await self._admit(ticket, mac, scope)
        found = self._shelf.at_hand(ticket.asset_id, ticket.rendition)
        if found is None:
            found = await self._shelf.fetch(ticket.asset_id, ticket.rendition)
        if isinstance(found, bytes):
            await send_bytes(scope, send, _body_of_bytes(ticket, found), found)
            return
        still_granted = partial(holding.still_grants, holding.grant.epoch)
        source = StoredSource(found)
        await send_body(scope, receive, send, _body_of_file(ticket, found), source, still_granted)

    async def _admit(self, ticket: Ticket, mac: bytes, scope: Scope) -> Holding:
        bindings = _bindings(ticket, scope)
        holding = self._grants.known(ticket.scope) or await self._grants.find(ticket.scope)
        if holding and _fits(holding, ticket, mac, bindings):
            return holding
        holding = await self._grants.renew(ticket.scope)
        if holding and _fits(holding, ticket, mac, bindings):
            return holding
        raise BadTicket


def _read(raw_path: bytes) -> tuple[Ticket, bytes]:
    """Read the path as it was sent, for a file name may contain an encoded slash."""
    try:
        parts = raw_path.decode("ascii").removeprefix(PREFIX).split("/")
        parts[4:] = [unquote(name, errors="strict") for name in parts[4:]]
    except UnicodeDecodeError as exc:
        raise BadTicket from exc
    return read_ticket(parts, time.time())


def _fits(holding: Holding, ticket: Ticket, mac: bytes, bindings: tuple[str, ...]) -> bool:
    grant = holding.grant
    return grant.is_valid(time.time()) and any(
        is_genuine(ticket, mac, epoch=grant.epoch, binding=binding) for binding in bindings
    )


def _bindings(ticket: Ticket, scope: Scope) -> tuple[str, ...]:
    """What the URL may be bound to: the visitor's cookie, or nothing.

    The cookie of a password that was taken away since must not lock its visitor out, so both are
    tried for a link; the owner's URLs are always bound to the session.
    """
    name = binding_cookie(ticket.scope)
    encoded = name.encode()
    value = ""
    for header, cookies in scope["headers"]:
        if header == b"cookie" and encoded in cookies:
            value = parse_cookie(cookies.decode("latin-1")).get(name, "") or value
    if ticket.scope == OWNER_SCOPE:
        return (value,) if value else ()
    return (value, "") if value else ("",)


def _body_of_bytes(ticket: Ticket, data: bytes) -> Body:
    tag = f'"{ticket.asset_id.hex}-{ticket.rendition}-{len(data):x}"'
    return _body(ticket, len(data), tag, MEDIA_TYPES[ticket.rendition])


def _body_of_file(ticket: Ticket, stored: StoredFile) -> Body:
    content = stored.sha1.hex() if stored.sha1 else f"{stored.size:x}-{stored.mtime_ns:x}"
    tag = f'"{ticket.asset_id.hex}-{ticket.rendition}-{content}"'
    return _body(ticket, stored.size, tag, stored.media_type, stored.mtime_ns / 1e9)


def _body(
    ticket: Ticket, size: int, etag: str, media_type: str, changed_at: float | None = None
) -> Body:
    is_original = ticket.rendition is Rendition.ORIGINAL
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
