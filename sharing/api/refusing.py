"""Saying no before Django: the same body and headers as every other refusal of ``/api``."""

from portal.api_errors import CORRELATION, ApiRefused, correlation_of, error_body
from portal.media.sending import Scope, Send


async def send_refused(scope: Scope, send: Send, refused: ApiRefused) -> None:
    """Answer an ASGI request with a refusal; to a HEAD without its body."""
    name = CORRELATION.encode()
    sent = next((value for header, value in scope["headers"] if header == name), b"")
    correlation = correlation_of(sent.decode("latin-1"))
    body = error_body(refused, correlation)
    headers = {
        "content-type": "application/json; charset=utf-8",
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        CORRELATION: correlation,
        **{header.lower(): value for header, value in refused.headers.items()},
    }
    raw = [(header.encode(), value.encode("latin-1")) for header, value in headers.items()]
    await send({"type": "http.response.start", "status": refused.status.value, "headers": raw})
    is_head = scope["method"] == "HEAD"
    await send({"type": "http.response.body", "body": b"" if is_head else body})
