"""How long to wait before trying again."""

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from .tasks import Limits


def backoff(limits: Limits, retry: int) -> float:
    """Seconds before retry number ``retry`` (from 0): exponential, with full jitter.

    Anything from nothing to the whole pause, so that files which failed together do not come
    back together.
    """
    pause = min(limits.backoff_cap, limits.backoff * 2**retry)
    return random.uniform(0, pause)  # noqa: S311 - spreads load, guards nothing


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110, 10.2.3); None when it says nothing."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - (now or datetime.now(UTC))).total_seconds())
