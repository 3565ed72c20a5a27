"""What guests sent, as it came, for its owner to judge: videos play, pictures open in full."""

import asyncio
import os
import re
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.db import connection

from portal.accounts.sessions import owners_of
from portal.library.types import StoredFile
from portal.media.cookies import cookie_in
from portal.media.disposition import attachment
from portal.media.files import StoredSource
from portal.media.grants import OWNER_EPOCH
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
from sharing.contributions.models import State, Upload

ORIGINALS = re.compile(r"/review/([0-9a-f-]{36})/original")
LIE_THERE = (State.HELD, State.ACCEPTED, State.REJECTED)  # whole, looked into, and not gone yet
SEEN_IN_BROWSERS = {"image/jpeg", "image/png", "image/webp", "image/avif", "image/gif"}


@dataclass(frozen=True, slots=True)
class SentOriginals:
    """Serves staged files with ranges, to their owner alone, for as long as they are signed in."""

    grants: GrantTable

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            await send_short(send, HTTPStatus.METHOD_NOT_ALLOWED, (b"allow", b"GET, HEAD"))
            return
        session = cookie_in(scope["headers"], settings.SESSION_COOKIE_NAME)
        try:
            holding = await self.grants.find_session(session) if session else None
            upload_id = _id_in(scope["path"])
            found = (
                await asyncio.to_thread(_find, session, upload_id)
                if holding and upload_id
                else None
            )
            if holding is None or found is None:
                await send_short(send, HTTPStatus.NOT_FOUND, is_head=scope["method"] == "HEAD")
                return
            body, stored = found
            source = StoredSource(stored)
            await send_body(
                scope, receive, send, body, source, lambda: holding.still_grants(OWNER_EPOCH)
            )
        except GrantsUnknown:
            await send_short(send, HTTPStatus.SERVICE_UNAVAILABLE, (b"retry-after", b"5"))
        except SourceBroken:  # decided about meanwhile
            await send_short(send, HTTPStatus.NOT_FOUND)


def is_seen_in_browsers(upload: Upload) -> bool:
    """Whether a browser shows the file itself, so that it may be opened and not only saved."""
    return upload.media_type in SEEN_IN_BROWSERS or upload.media_type.startswith("video/")


def _id_in(path: str) -> UUID | None:
    matched = ORIGINALS.fullmatch(path)
    try:
        return UUID(matched[1]) if matched else None
    except ValueError:
        return None


def _find(session: str, upload_id: UUID) -> tuple[Body, StoredFile] | None:
    """The file of an upload to the owner of this session, if it lies there whole."""
    try:
        owner_id = owners_of([session]).get(session)
        mine = Upload.objects.filter(pk=upload_id, owner_id=owner_id, state__in=LIE_THERE)
        upload = mine.first()
    finally:
        connection.close()  # of a thread that may never ask again
    if owner_id is None or upload is None:
        return None
    try:
        status = os.lstat(upload.staged)
    except OSError:
        return None
    body = Body(
        size=status.st_size,
        etag=f'"{upload.pk.hex}-{status.st_mtime_ns:x}"',
        media_type=upload.media_type if is_seen_in_browsers(upload) else "application/octet-stream",
        disposition="" if is_seen_in_browsers(upload) else attachment(upload.filename),
    )
    stored = StoredFile(upload.staged, status.st_size, status.st_mtime_ns, upload.media_type)
    return body, stored
