"""Saying no before Django: the same body and headers as every other refusal of ``/api``."""

from collections.abc import Mapping
from http import HTTPStatus

from portal.api_errors import CORRELATION, ApiRefused, correlation_of, error_body
from portal.media.sending import Scope, Send


async def send_refused(scope: Scope, send: Send, refused: ApiRefused) -> None:
    """Answer an ASGI request with a refusal; to a HEAD without its body."""
    body = error_body(refused, correlation_in(scope))
    await send_json(scope, send, refused.status, body, refused.headers)


async def send_json(
    scope: Scope,
    send: Send,
    status: HTTPStatus,
    body: bytes,
    extra: Mapping[str, str] | None = None,
) -> None:
    """Answer an ASGI request with JSON; to a HEAD without it."""
    headers = {
        "content-type": "application/json; charset=utf-8",
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        CORRELATION: correlation_in(scope),
        **{header.lower(): value for header, value in (extra or {}).items()},
    }
    raw = [(header.encode(), value.encode("latin-1")) for header, value in headers.items()]
    await send({"type": "http.response.start", "status": status.value, "headers": raw})
    is_head = scope["method"] == "HEAD"
    await send({"type": "http.response.body", "body": b"" if is_head else body})


def correlation_in(scope: Scope) -> str:
    """The caller's, or a new one for this request, which the request keeps."""
    name = CORRELATION.encode()
    sent = next((value for header, value in scope["headers"] if header == name), b"")
    kept: str = scope.setdefault("loggia.correlation", correlation_of(sent.decode("latin-1")))
    return kept
