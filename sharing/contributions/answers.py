"""What the intake answers: headers, and a sentence for people where something is refused."""

import json
from http import HTTPStatus

from django.http import HttpResponse

from portal.media.sending import GUARDS, Scope, Send
from sharing.contributions.callers import Caller
from sharing.contributions.protocol import VERSION, Pairs, length_in, pairs
from sharing.contributions.refusals import Refused
from sharing.views.door import remember_visitor

READ_TO_ITS_END = 64 * 2**20  # bytes of a refused body: else the client never sees why
CLOSE = (b"connection", b"close")


async def answer(send: Send, status: int, headers: Pairs, body: bytes = b"") -> None:
    lines = [*pairs({"Tus-Resumable": VERSION, "Cache-Control": "no-store"}), *GUARDS, *headers]
    if status != HTTPStatus.NO_CONTENT:
        lines.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": body})


async def answer_refused(send: Send, caller: Caller, refused: Refused, *, is_head: bool) -> None:
    """Answer with the sentence as JSON: ``{"message": "…"}``."""
    headers = list(refused.headers)
    if (length_in(caller) or 0) > READ_TO_ITS_END:
        headers.append(CLOSE)
    body = b""
    if refused.message:
        headers.append((b"content-type", b"application/json"))
        body = json.dumps({"message": refused.message}, ensure_ascii=False).encode()
    await answer(send, refused.status, headers, b"" if is_head else body)


def visitor_cookie(visitor: str, scope: Scope) -> tuple[bytes, bytes]:
    """The header by which a browser keeps who it is."""
    response = HttpResponse()
    remember_visitor(response, visitor)
    (cookie,) = response.cookies.values()
    if scope["scheme"] == "https":
        cookie["secure"] = True
    return b"set-cookie", cookie.OutputString().encode("latin-1")
