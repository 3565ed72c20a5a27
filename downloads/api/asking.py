"""What a request for an archive names: photos, or a download that was asked for before."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import orjson

from downloads.api.bodies import MOST_PHOTOS
from portal.api_errors import ApiRefused
from portal.bodies import BODY_WITHIN
from portal.media.sending import Receive, Scope
from sharing.api.uploads.bodies import Body

LARGEST_BODY = 8 * 2**20  # bytes; so many photos are named in half of that
CLOSE = {"Connection": "close"}
NOT_AN_ARRAY = ["assetIds must be an array"]


@dataclass(frozen=True, slots=True)
class Asked:
    """``is_new`` is a wish (POST); else only what was asked for before is looked for."""

    asset_ids: tuple[UUID, ...] = ()
    download_id: UUID | None = None
    is_new: bool = False


async def read_asked(scope: Scope, receive: Receive) -> Asked:
    """Read a request for an archive; raises ``ApiRefused`` (400, 408, 413), ``ClientLeft``."""
    if scope["method"] != "POST":
        return _in_query(scope)
    try:
        async with asyncio.timeout(BODY_WITHIN):
            sent = await _read(receive)
    except TimeoutError as exc:
        message = "The request did not arrive in time."
        raise ApiRefused(HTTPStatus.REQUEST_TIMEOUT, message, CLOSE) from exc
    return Asked(_ids(_sent_ids(scope, sent)), is_new=True)


async def _read(receive: Receive) -> bytes:
    sent = bytearray()
    async for piece in Body(receive).pieces():
        sent += piece
        if len(sent) > LARGEST_BODY:
            message = "The request is too large."
            raise ApiRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message, CLOSE)
    return bytes(sent)


def _sent_ids(scope: Scope, sent: bytes) -> Any:
    headers = dict(scope["headers"])
    if headers.get(b"content-type", b"").startswith(b"application/x-www-form-urlencoded"):
        raise ApiRefused(HTTPStatus.BAD_REQUEST, NOT_AN_ARRAY)
    try:
        body = orjson.loads(sent)
    except orjson.JSONDecodeError as exc:
        message = f"The request's body is no valid JSON: {exc}"
        raise ApiRefused(HTTPStatus.BAD_REQUEST, message[:300]) from exc
    return body.get("assetIds") if isinstance(body, dict) else None


def _in_query(scope: Scope) -> Asked:
    """``?downloadId=…``, or ``?assetIds=…`` once for each photo, or with commas."""
    query = parse_qs(scope["query_string"].decode("latin-1"))
    if wanted := query.get("downloadId"):
        return Asked(download_id=_uuid(wanted[0], "downloadId must be a UUID"))
    named = [each for text in query.get("assetIds", []) for each in text.split(",")]
    if not named:
        message = "downloadId or assetIds is required"
        raise ApiRefused(HTTPStatus.BAD_REQUEST, message)
    return Asked(_ids(named))


def _ids(named: Any) -> tuple[UUID, ...]:
    """Each once, in their order."""
    if not isinstance(named, list):
        raise ApiRefused(HTTPStatus.BAD_REQUEST, NOT_AN_ARRAY)
    if not named:
        raise ApiRefused(HTTPStatus.BAD_REQUEST, ["assetIds should not be empty"])
    if len(named) > MOST_PHOTOS:
        message = f"assetIds must contain no more than {MOST_PHOTOS} elements"
        raise ApiRefused(HTTPStatus.BAD_REQUEST, [message])
    return tuple(dict.fromkeys(_all_uuids(named)))


def _all_uuids(named: Iterable[Any]) -> Iterable[UUID]:
    return (_uuid(each, "each value in assetIds must be a UUID") for each in named)


def _uuid(text: Any, message: str) -> UUID:
    try:
        return UUID(text)
    except (ValueError, TypeError, AttributeError) as exc:
        raise ApiRefused(HTTPStatus.BAD_REQUEST, [message]) from exc
