"""Going on where a transfer broke off: what to ask for, and what the answer means (RFC 9110, 14).

No I/O: headers in, decisions out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .errors import Interrupted, Refused, WrongContent

CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")
UNSATISFIED = re.compile(r"bytes \*/(\d{1,18})")


class Unusable(Interrupted):
    """The part does not fit what the server has now: begin again."""


@dataclass(frozen=True, slots=True)
class Held:
    """What is here of a file: bytes, the whole's size and the validator, where known."""

    length: int = 0
    total: int | None = None
    validator: str | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """What an answer's body is: ``length`` bytes from ``offset`` of a whole of ``total``."""

    offset: int
    length: int | None
    total: int | None
    validator: str | None


def range_headers(held: Held) -> dict[str, str]:
    """Headers that ask for the rest; none when nothing is here.

    RFC 9110 wants a strong validator in If-Range; Immich's are weak and work. A server that goes
    by the letter answers 200 to a weak one, which is right too, only slower.
    """
    if not held.length:
        return {}
    headers = {"Range": f"bytes={held.length}-"}
    if held.validator:
        headers["If-Range"] = held.validator
    return headers


def validator_of(headers: Mapping[str, str]) -> str | None:
    """The entity tag, else the date of the last change."""
    return headers.get("etag") or headers.get("last-modified")


def body_of(status: int, headers: Mapping[str, str], held: Held, size: int | None) -> Body:
    """What to do with a 200, 206 or 416 to a request made with ``range_headers(held)``.

    ``size`` is the size the file must have, where known. An offset of 0 means that what is held
    must go. Raises ``Unusable`` when the rest does not fit what is held, ``Interrupted`` when less
    is announced than the file has, ``WrongContent`` when more is, ``Refused`` for a part that
    nobody asked for.
    """
    if status == 416:
        return _nothing_left(headers, held)
    if status == 206:
        return _rest(headers, held, size)
    length = _length(headers)
    _check_size(length, size)
    return Body(0, length, length, validator_of(headers))


def _rest(headers: Mapping[str, str], held: Held, size: int | None) -> Body:
    if not held.length:
        raise Refused("The server sent a part of the file though the whole was asked for")
    match = CONTENT_RANGE.fullmatch(headers.get("content-range", "").strip())
    if match is None:
        raise Unusable("The server sent a part without saying which")
    first, last = int(match[1]), int(match[2])
    total = None if match[3] == "*" else int(match[3])
    length = last - first + 1
    announced = _length(headers)
    known = {total, held.total, size} - {None}
    tags = {validator_of(headers), held.validator} - {None}
    fits = first == held.length and length > 0 and (total is None or last < total)
    if not fits or len(known) > 1 or len(tags) > 1 or announced not in {None, length}:
        raise Unusable("The server has another version of the file now")
    return Body(first, length, total, validator_of(headers))


def _nothing_left(headers: Mapping[str, str], held: Held) -> Body:
    match = UNSATISFIED.fullmatch(headers.get("content-range", "").strip())
    if match is None or int(match[1]) != held.length or not held.length:
        raise Unusable("The server has less of the file than is here")
    return Body(held.length, 0, held.length, held.validator)


def _check_size(length: int | None, size: int | None) -> None:
    if length is None or size is None or length == size:
        return
    if length < size:
        raise Interrupted(f"The server announced {length} bytes of {size}")
    raise WrongContent(f"The server announced {length} bytes, the file has {size}")


def _length(headers: Mapping[str, str]) -> int | None:
    text = headers.get("content-length", "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
