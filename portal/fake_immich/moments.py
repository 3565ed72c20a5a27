"""Times as Immich writes them: one way at the top of an answer, another inside of lists."""

import re
from datetime import UTC, datetime, timedelta

_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
)


def top(moment: datetime) -> str:
    """``2024-02-12T13:01:48.000Z``"""
    return (
        moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
    )


def inner(moment: datetime) -> str:
    """``2024-02-12T13:01:48.141+00:00``, the fraction without zeros at its end"""
    text = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f".{moment.microsecond:06}".rstrip("0") if moment.microsecond else ""
    return f"{text}{fraction}+00:00"


def day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT00:00:00.000Z")


def now() -> datetime:
    """To the millisecond, so that a time that was answered finds its asset again."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def read(text: object, *, needs_zone: bool) -> datetime | None:
    """``None`` when it is no time; without a zone it is UTC, where that is allowed."""
    match = _ISO.fullmatch(text) if isinstance(text, str) else None
    if match is None or (needs_zone and not match["zone"]):
        return None
    try:
        moment = datetime.fromisoformat(match[0])
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def zone_name(offset: timedelta) -> str:
    hours = offset.total_seconds() / 3600
    return f"UTC{hours:+g}" if hours else "UTC"
