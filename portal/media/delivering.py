"""Sending an asset's file to whoever was let in: found, counted, and cut when it is over."""

import re
import zlib
from dataclasses import dataclass

from django.conf import settings

from portal.library.interface import LibraryUnavailable
from portal.library.renditions import AS_IT_LIES, MEDIA_TYPES
from portal.library.types import RemoteFile, StoredFile
from portal.media.admission import Admission
from portal.media.files import StoredSource
from portal.media.grants import Takes
from portal.media.places import Places
from portal.media.remote import Lines, RemoteSource
from portal.media.sending import Body, Headers, Receive, Scope, Send, send_body, send_bytes
from portal.media.shelf import Found, Shelf
from portal.media.taking import Taken
from portal.media.tickets import BadTicket, Ticket

# What may be shown by a browser as what it is; all else is a download of unknown kind. SVG is not
# among them: it is a document that can carry scripts.
_SHOWN = re.compile(r"(image|video)/(?!svg)[a-z0-9][a-z0-9.+-]{0,60}")


@dataclass(frozen=True, slots=True)
class Label:
    """What is said beside the bytes; see ``Body``."""

    disposition: str = ""
    cache_control: str = "private"
    headers: Headers = ()


class Delivering:
    """What all applications of one web process share that send assets' files.

    Belongs to one event loop.
    """

    def __init__(self, shelf: Shelf, takes: Takes | None = None) -> None:
        self.shelf = shelf
        self._taken = Taken(takes)
        self._places = Places(settings.LOGGIA_STREAMS_PER_ADDRESS)
        self._lines = Lines(settings.LOGGIA_IMMICH_STREAMS)

    async def find(self, scope: Scope, admission: Admission) -> Found:
        """Find what was admitted, and count it as had.

        Raises ``BadTicket`` when it is no longer granted, ``NothingLeft`` (one of these) where a
        limit is reached, and what ``Shelf.fetch`` raises.
        """
        ticket = admission.ticket
        found = self.shelf.at_hand(ticket.asset_id, ticket.rendition)
        if found is None:
            found = await self.shelf.fetch(ticket.asset_id, ticket.rendition)
            if not admission.holds():  # making it may have taken seconds
                raise BadTicket
        if scope["method"] == "GET":
            await self._taken.count(scope, admission, found)
        return found

    async def send(  # noqa: PLR0913, PLR0917 - an ASGI call is three of them
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        admission: Admission,
        found: Found,
        body: Body,
    ) -> None:
        """Answer with what ``find`` found; raises ``NoPlace``, and ``SourceBroken`` before a byte."""
        if isinstance(found, bytes):
            await send_bytes(scope, send, body, found)
        elif isinstance(found, RemoteFile):
            source = RemoteSource(found, self.shelf.read)
            with self._places.place(scope), self._lines.line():
                await send_body(scope, receive, send, body, source, admission.holds)
        else:
            with self._places.place(scope):
                await send_body(scope, receive, send, body, StoredSource(found), admission.holds)


def body_of(ticket: Ticket, found: Found, label: Label) -> Body:
    """Describe what is sent; raises ``LibraryUnavailable`` for an original of unknown size."""
    size, content, media_type = _facts(ticket, found)
    changed_at = found.mtime_ns / 1e9 if isinstance(found, StoredFile) else None
    return Body(
        size=size,
        etag=f'"{ticket.asset_id.hex}-{ticket.rendition}-{content}"',
        media_type=media_type if _SHOWN.fullmatch(media_type) else "application/octet-stream",
        # The time of a rendition says when we made it: of no use to anybody.
        last_modified=changed_at if ticket.rendition in AS_IT_LIES else None,
        disposition=label.disposition,
        cache_control=label.cache_control,
        headers=label.headers,
    )


def _facts(ticket: Ticket, found: Found) -> tuple[int, str, str]:
    """Size in bytes, what differs with the content, and the media type."""
    if isinstance(found, bytes):
        content = f"{len(found):x}-{zlib.crc32(found):x}"
        return len(found), content, MEDIA_TYPES[ticket.rendition]
    if isinstance(found, RemoteFile):
        if found.size is None:
            raise LibraryUnavailable("The size of this original is not known.")
        return found.size, found.version, found.media_type
    content = found.sha1.hex() if found.sha1 else f"{found.size:x}-{found.mtime_ns:x}"
    return found.size, content, found.media_type
