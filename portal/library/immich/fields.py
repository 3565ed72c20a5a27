"""Single fields of Immich's answers: of the right kind, or nothing, or ``Malformed``."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from portal.library.index.translate import storable

Json = Any
LONGEST_NAME = 1_000  # characters
LATEST = datetime(9999, 12, 29, tzinfo=UTC)  # after it there is room for a zone, and a step


class Malformed(ValueError):
    """Not the answer that was expected."""


def moment_of(value: Json) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return min(moment, LATEST)


def bytes_of(value: Json) -> bytes:
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except binascii.Error:
        return b""


def number_of(value: Json) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) < 1e9 else None


def count_of(value: Json) -> int | None:
    number = number_of(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**60:
        return value
    return int(number) if number is not None and number >= 0 else None


def text_of(value: Json, longest: int = LONGEST_NAME) -> str:
    return storable(value)[:longest] if isinstance(value, str) else ""


def uuid_of(value: Json) -> UUID:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError) as exc:
        raise Malformed("no id") from exc


def optional_uuid_of(value: Json) -> UUID | None:
    return None if value is None else uuid_of(value)


def object_of(value: Json) -> Mapping[str, Json]:
    if not isinstance(value, dict):
        raise Malformed("not an object")
    return value


def list_of(value: Json) -> Sequence[Json]:
    if not isinstance(value, list):
        raise Malformed("not a list")
    return value
