"""What comes instead of an answer: failures of the server, and those of something before it."""

from http import HTTPStatus

from portal.fake_immich.delivering import deliver_refusal
from portal.fake_immich.faults import Chosen
from portal.fake_immich.sending import Line, endless, squeezed
from portal.fake_immich.wire import Refused, Request

_PAGE = b"<!doctype html><title>Welcome</title><p>This is another site altogether.</p>"
_JSON = "application/json; charset=utf-8"
_BODIES = {
    "not-json": (_JSON, b'{"assets": {"items": ['),
    "other-json": (_JSON, b'{"nothing": ["of", "the", 5, "orts"]}'),
    "html": ("text/html; charset=utf-8", _PAGE),
}
_MESSAGES = {
    HTTPStatus.UNAUTHORIZED: "Invalid API key",
    HTTPStatus.FORBIDDEN: "Forbidden",
    HTTPStatus.NOT_FOUND: "Not Found",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests",
}
_WAIT = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}


async def deliver_nonsense(line: Line, request: Request, faults: Chosen) -> bool:
    """Whether something was sent instead of the answer."""
    if faults.status is not None:
        await _fail(line, request, HTTPStatus(faults.status), faults)
        return True
    for name, (media_type, body) in _BODIES.items():
        if name in faults:
            await line.answer(HTTPStatus.OK, {"Content-Type": media_type}, [body], len(body))
            return True
    if "redirect-login" in faults:
        headers = {"Location": "/auth/login?continue=%2F", "Content-Type": "text/html"}
        await line.answer(HTTPStatus.FOUND, headers, [_PAGE], len(_PAGE))
        return True
    if "huge-json" in faults:
        await _overflow(line, request, int(faults.value("huge-json")))
        return True
    return False


async def _fail(line: Line, request: Request, status: HTTPStatus, faults: Chosen) -> None:
    message = _MESSAGES.get(status, "Internal server error")
    if status not in _WAIT:
        await deliver_refusal(line, request, Refused(status, message))
        return
    seconds = faults.value(str(int(status)))
    headers = {"Retry-After": f"{seconds:g}", "Content-Type": "text/plain"}
    body = message.encode()
    await line.answer(status, headers, [body], len(body))


async def _overflow(line: Line, request: Request, length: int) -> None:
    """Compressed it is a bomb: a thousand times what came over the wire."""
    headers = {"Content-Type": _JSON}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        await line.answer(HTTPStatus.OK, headers, squeezed(endless(length)), None)
    else:
        await line.answer(HTTPStatus.OK, headers, endless(length), None)
