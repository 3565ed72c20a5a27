"""What ``/api`` answers when something is amiss: every error in the shape that clients know."""

import logging
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.errors import ValidationError as InvalidInput

from portal.api_answers import refuse
from portal.api_errors import CORRELATION, ApiRefused
from portal.library.interface import LibraryError, LibraryUnavailable
from portal.serving.database import is_circumstance

logger = logging.getLogger(__name__)

MOST_MESSAGES = 10  # of what is wrong with one request
LONGEST = 300  # characters of one of them
TRY_AGAIN = {"Retry-After": "30"}  # seconds
BROKEN = "Something went wrong here. Whoever runs this portal finds more in its log."
TOO_LARGE = "The request is too large."
AWAY = "The portal's database cannot be used right now. Please try again later."


def install(api: NinjaAPI) -> None:
    """Have every exception of a route answered here."""
    api.add_exception_handler(Exception, _on_any)
    for expected in (ApiRefused, HttpError, Http404, InvalidInput):  # ninja knows some by itself
        api.add_exception_handler(expected, _on_any)


def _on_any(request: HttpRequest, exc: Exception | type[Exception]) -> HttpResponse:
    assert isinstance(exc, Exception)  # noqa: S101 - ninja's types allow classes
    refused = refusal_of(exc)
    response = refuse(request, refused)
    if refused.status is HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error(
            "%s %s failed (%s)", request.method, request.path, response[CORRELATION], exc_info=exc
        )
    return response


def refusal_of(exc: Exception) -> ApiRefused:
    """What a client is told of this exception; 500 for what nobody expected."""
    for kind, in_words in KNOWN:
        if isinstance(exc, kind) and (refused := in_words(exc)):
            return refused
    return ApiRefused(HTTPStatus.INTERNAL_SERVER_ERROR, BROKEN)


def _of_database(exc: DatabaseError) -> ApiRefused | None:
    """A full disk or a locked database passes; a fault of ours does not."""
    is_passing = is_circumstance(exc)
    return ApiRefused(HTTPStatus.SERVICE_UNAVAILABLE, AWAY, TRY_AGAIN) if is_passing else None


def _in_words(errors: Sequence[Any]) -> list[str]:
    """``[assetIds.0] Input should be a valid UUID``, one for each field, as Immich 3 has them."""
    return [_message(error) for error in errors[:MOST_MESSAGES]]


def _message(error: dict[str, Any]) -> str:
    source, *place = error["loc"]
    if source in {"body", "form", "file"}:
        place = place[1:]  # the route's own word for the whole body
    words = error["msg"].removeprefix("Value error, ")
    named = ".".join(map(str, place))
    return (f"[{named}] {words}" if named else words)[:LONGEST]


def _with_cause(error: HttpError) -> str:
    """ninja says only that a body cannot be read; its cause says where it breaks."""
    if isinstance(error.__cause__, ValueError):
        return f"The request's body is no valid JSON: {error.__cause__}"[:LONGEST]
    return str(error)


# The first that fits answers.
KNOWN: tuple[tuple[type[Exception], Callable[[Any], ApiRefused | None]], ...] = (
    (ApiRefused, lambda exc: exc),
    (InvalidInput, lambda exc: ApiRefused(HTTPStatus.BAD_REQUEST, _in_words(exc.errors))),
    (HttpError, lambda exc: ApiRefused(HTTPStatus(exc.status_code), _with_cause(exc))),
    (ValidationError, lambda exc: ApiRefused(HTTPStatus.BAD_REQUEST, exc.messages)),
    (Http404, lambda _: ApiRefused(HTTPStatus.NOT_FOUND)),
    (PermissionDenied, lambda _: ApiRefused(HTTPStatus.FORBIDDEN)),
    (RequestDataTooBig, lambda _: ApiRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LARGE)),
    (SuspiciousOperation, lambda _: ApiRefused(HTTPStatus.BAD_REQUEST)),
    (
        LibraryUnavailable,
        lambda exc: ApiRefused(HTTPStatus.SERVICE_UNAVAILABLE, str(exc), TRY_AGAIN),
    ),
    (LibraryError, lambda exc: ApiRefused(HTTPStatus.BAD_REQUEST, str(exc))),
    (DatabaseError, _of_database),
)
