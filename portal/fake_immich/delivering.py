"""Answers as HTTP: headers, ranges, conditions, compression."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import quote

from portal.fake_immich.faults import Chosen
from portal.fake_immich.sending import Line, compressed
from portal.fake_immich.wire import (
    Empty,
    FileAnswer,
    Json,
    JsonAnswer,
    Page,
    Redirect,
    Refused,
    Request,
)

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_KEEP = (
    "private, max-age=86400, no-transform, stale-while-revalidate=2592000, stale-if-error=2592000"
)
_JSON = "application/json; charset=utf-8"


async def deliver_json(line: Line, request: Request, answer: JsonAnswer) -> None:
    body = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":")).encode()
    digest = base64.b64encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()[:27]
    headers = {"ETag": f'"{len(body):x}-{digest}"', "Vary": "Accept-Encoding", **answer.headers}
    headers |= _about(request)
    is_read = request.method in {"GET", "HEAD"} and answer.status is HTTPStatus.OK
    if is_read and request.headers.get("if-none-match") == headers["ETag"]:
        await line.answer(HTTPStatus.NOT_MODIFIED, headers, (), None)
        return
    body, encoding = compressed(body, request.headers.get("accept-encoding", ""))
    headers |= {"Content-Type": _JSON, **encoding}
    await line.answer(answer.status, headers, [body], None if encoding else len(body))


async def deliver_refusal(line: Line, request: Request, refused: Refused) -> None:
    await deliver_json(
        line, request, JsonAnswer(refused.body(request.cid), refused.status, refused.headers)
    )


async def deliver_short(line: Line, request: Request, answer: Empty | Redirect | Page) -> None:
    if isinstance(answer, Empty):
        await line.answer(answer.status, _about(request), (), None)
        return
    if isinstance(answer, Page):
        headers = {"Content-Type": "text/html; charset=utf-8"}
        await line.answer(HTTPStatus.OK, headers, [answer.html], len(answer.html))
        return
    body = f"Found. Redirecting to {answer.location}".encode()
    headers = {"Location": answer.location, "Content-Type": "text/plain; charset=utf-8"}
    headers |= {"Vary": "Accept, Accept-Encoding", **_about(request)}
    await line.answer(HTTPStatus.FOUND, headers, [body], len(body))


async def deliver_file(line: Line, request: Request, answer: FileAnswer, faults: Chosen) -> None:
    size, modified = answer.contents.size, answer.contents.modified_at
    headers = _file_headers(answer, size, modified, faults) | _about(request)
    if _is_known(request.headers, headers["ETag"], modified):
        headers.pop("Content-Type")
        await line.answer(HTTPStatus.NOT_MODIFIED, headers, (), None)
        return
    found = None if "no-range" in faults else _range(request.headers, size, headers)
    start, end = found or (0, size)
    if start >= end and found:
        await _refuse_range(line, request, headers, size)
        return
    status = HTTPStatus.PARTIAL_CONTENT if found else HTTPStatus.OK
    if found:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    if "short-body" in faults:
        end -= (end - start) // 4
    await line.answer(status, headers, answer.contents.pieces(start, end), end - start)


async def _refuse_range(line: Line, request: Request, headers: dict[str, str], size: int) -> None:
    """Immich fails where RFC 9110 has 416."""
    body: Json = {
        "message": "Internal server error", "statusCode": 500, "correlationId": request.cid
    }  # fmt: skip
    data = json.dumps(body).encode()
    headers |= {"Content-Range": f"bytes */{size}", "Cache-Control": "none"}
    headers["Content-Type"] += "; charset=utf-8"
    await line.answer(HTTPStatus.INTERNAL_SERVER_ERROR, headers, [data], len(data))


def _file_headers(
    answer: FileAnswer, size: int, modified: datetime, faults: Chosen
) -> dict[str, str]:
    millis = int(modified.timestamp() * 1000) + ("changed" in faults)
    named = {"Content-Disposition": f"inline; filename*=UTF-8''{quote(answer.filename, safe='')}"}
    return {
        "Cache-Control": _KEEP,
        "Content-Type": answer.media_type,
        **(named if answer.filename else {}),
        **({} if "no-range" in faults else {"Accept-Ranges": "bytes"}),
        "Last-Modified": format_datetime(modified, usegmt=True),
        "ETag": f'W/"{size:x}-{millis:x}"',
    }


def _is_known(headers: Mapping[str, str], etag: str, modified: datetime) -> bool:
    if wanted := headers.get("if-none-match"):
        return etag in wanted
    since = _date(headers.get("if-modified-since", ""))
    return since is not None and modified.replace(microsecond=0) <= since


def _range(
    headers: Mapping[str, str], size: int, ours: Mapping[str, str]
) -> tuple[int, int] | None:
    """Where to begin and to end; none for several ranges, and where If-Range does not match."""
    match = _RANGE.fullmatch(headers.get("range", "").replace(" ", ""))
    if match is None or not any(match.groups()):
        return None
    condition = headers.get("if-range")
    if condition and condition not in (ours["ETag"], ours["Last-Modified"]):
        return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size
    end = min(size, int(last) + 1) if last else size
    return int(first), end


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None


def _about(request: Request) -> dict[str, str]:
    return {"X-Powered-By": "Express", "x-immich-cid": request.cid}
