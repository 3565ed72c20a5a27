"""Which part of a representation a request is to get: RFC 9110, sections 13 and 14."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

from django.utils.http import parse_http_date_safe

_PRECONDITIONS = {b"if-match", b"if-none-match", b"if-modified-since", b"if-unmodified-since"}
_ASKING = frozenset(_PRECONDITIONS | {b"if-range", b"range"})
_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')
# Longer numbers than any file has bytes are not worth computing with: malformed, so ignored.
_RANGE = re.compile(r"([0-9]{0,30})-([0-9]{0,30})")

Headers = Iterable[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Validators:
    """What identifies a representation's bytes: length, strong ETag (quoted), and a time.

    ``last_modified`` is in seconds since 1970. The bytes never change under the same values.
    """

    size: int
    etag: str
    last_modified: float | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """What to answer: a status, and for 200 and 206 the bytes ``start`` to ``start + length``."""

    status: HTTPStatus
    start: int = 0
    length: int = 0


def is_conditional(headers: Headers) -> bool:
    """Whether these headers ask for anything but the whole, unconditionally."""
    return any(name in _ASKING for name, _ in headers)


def select(method: str, headers: Headers, current: Validators) -> Selection:
    """Decide between 200, 206, 304, 412 and 416 for a GET or HEAD (RFC 9110, section 13.2.2).

    Takes the headers of an ASGI scope. A single satisfiable range gives 206, several the whole
    (section 14.2 allows it, and no browser or download tool needs more); a malformed range or
    date is ignored.
    """
    whole = Selection(HTTPStatus.OK, 0, current.size)
    asked = _collect(headers)
    if not asked:
        return whole
    if status := _failed_precondition(asked, current):
        return Selection(status)
    # Section 14.2: a Range header has a meaning for GET only.
    if method == "GET" and b"range" in asked and _same_as_before(asked, current):
        return _selected(asked[b"range"], whole)
    return whole


def _collect(headers: Headers) -> dict[bytes, str]:
    asked: dict[bytes, str] = {}
    for name, value in headers:
        if name in _ASKING:
            text = value.decode("latin-1").strip()
            asked[name] = f"{asked[name]}, {text}" if name in asked else text
    return asked


def _failed_precondition(asked: dict[bytes, str], current: Validators) -> HTTPStatus | None:
    changed_at = None if current.last_modified is None else int(current.last_modified)
    if b"if-match" in asked:
        if not _matches(asked[b"if-match"], current.etag, weakly=False):
            return HTTPStatus.PRECONDITION_FAILED
    elif changed_at is not None and b"if-unmodified-since" in asked:
        moment = parse_http_date_safe(asked[b"if-unmodified-since"])
        if moment is not None and changed_at > moment:
            return HTTPStatus.PRECONDITION_FAILED
    if b"if-none-match" in asked:
        if _matches(asked[b"if-none-match"], current.etag, weakly=True):
            return HTTPStatus.NOT_MODIFIED
    elif changed_at is not None and b"if-modified-since" in asked:
        moment = parse_http_date_safe(asked[b"if-modified-since"])
        if moment is not None and changed_at <= moment:
            return HTTPStatus.NOT_MODIFIED
    return None


def _matches(text: str, etag: str, *, weakly: bool) -> bool:
    """Compare a list of entity tags with ours, strongly or weakly (section 8.8.3.2)."""
    if text == "*":
        return True
    return any(tag == etag and (weakly or not weak) for weak, tag in _TAG.findall(text))


def _same_as_before(asked: dict[bytes, str], current: Validators) -> bool:
    """Whether If-Range lets the range stand (section 13.1.5): exact equality only."""
    text = asked.get(b"if-range")
    if text is None:
        return True
    if '"' in text:
        return text == current.etag
    moment = parse_http_date_safe(text)
    return current.last_modified is not None and moment == int(current.last_modified)


def _selected(text: str, whole: Selection) -> Selection:
    unit, _, specs = text.partition("=")
    ranges = [spec for part in specs.split(",") if (spec := part.strip(" \t"))]
    match = _RANGE.fullmatch(ranges[0]) if len(ranges) == 1 else None
    if unit.strip().lower() != "bytes" or match is None:
        return whole
    first, last = match.groups()
    if first:
        return _counted(int(first), int(last) if last else None, whole)
    return _suffix(int(last), whole) if last else whole


def _counted(first: int, last: int | None, whole: Selection) -> Selection:
    if last is not None and last < first:
        return whole
    if first >= whole.length:
        return Selection(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
    stop = whole.length if last is None else min(last + 1, whole.length)
    return Selection(HTTPStatus.PARTIAL_CONTENT, first, stop - first)


def _suffix(length: int, whole: Selection) -> Selection:
    if not length:
        return Selection(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
    if not whole.length:  # satisfiable, but no Content-Range can say "nothing"
        return whole
    length = min(length, whole.length)
    return Selection(HTTPStatus.PARTIAL_CONTENT, whole.length - length, length)
