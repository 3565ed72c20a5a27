"""Owners' event streams as plain ASGI applications, mounted in front of Django."""

from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings

from portal.live.board import Board, TooManyStreams
from portal.live.stream import stream_events
from portal.media.cookies import cookie_in
from portal.media.grants import OWNER_EPOCH
from portal.media.sending import Receive, Scope, Send, send_short
from portal.media.table import GrantsUnknown, GrantTable
from sharing.managing.live import (
    OwnerView,
    make_board,
    read_link_versions,
    read_review_versions,
    read_status_versions,
)

LINK_EVENTS = "/events/links"
STATUS_EVENTS = "/events/status"
REVIEW_EVENTS = "/events/review"
RETRY_AFTER = (b"retry-after", b"5")  # seconds


@dataclass(frozen=True, slots=True)
class OwnerEvents:
    """Serves one stream (WHATWG HTML, 9.2) to whoever is signed in, for as long as they are."""

    path: str
    grants: GrantTable
    board: Board[OwnerView]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            await send_short(send, HTTPStatus.METHOD_NOT_ALLOWED, (b"allow", b"GET"))
            return
        session = cookie_in(scope["headers"], settings.SESSION_COOKIE_NAME)
        try:
            holding = await self.grants.find_session(session) if session else None
            if holding is None or scope["path"] != self.path:
                await send_short(send, HTTPStatus.NOT_FOUND)
                return
            subscription = self.board.subscribe(
                OwnerView(session), lambda: holding.still_grants(OWNER_EPOCH)
            )
        except (GrantsUnknown, TooManyStreams):
            await send_short(send, HTTPStatus.SERVICE_UNAVAILABLE, RETRY_AFTER)
        else:
            await stream_events(subscription, scope, receive, send)


def make_link_events(grants: GrantTable) -> OwnerEvents:
    """Make the application for ``LINK_EVENTS``."""
    return OwnerEvents(LINK_EVENTS, grants, make_board("links", read_link_versions))


def make_status_events(grants: GrantTable) -> OwnerEvents:
    """Make the application for ``STATUS_EVENTS``."""
    return OwnerEvents(STATUS_EVENTS, grants, make_board("status", read_status_versions))


def make_review_events(grants: GrantTable) -> OwnerEvents:
    """Make the application for ``REVIEW_EVENTS``."""
    return OwnerEvents(REVIEW_EVENTS, grants, make_board("review", read_review_versions))
