"""Slows down whoever tries keys that open nothing. A right key is never slowed down by them."""

from http import HTTPStatus
from math import ceil

from portal.accounts import throttle
from portal.api_errors import ApiRefused

SCOPE = "api-key"


def refuse_key(address: str, words: str) -> ApiRefused:
    """What somebody at this address is told of a wrong key: 401, and 429 after twenty of them.

    Keys cannot be guessed, but slugs can.

    Counted whole per address, so that a program with an old key costs half a minute of silence at
    most, and whoever guesses writes no row more often than that.
    """
    try:
        throttle.check(SCOPE, f"address:{address}")
    except throttle.Throttled as throttled:
        wait = {"Retry-After": str(ceil(throttled.wait.total_seconds()))}
        return ApiRefused(HTTPStatus.TOO_MANY_REQUESTS, str(throttled), wait)
    throttle.record_failure(SCOPE, f"address:{address}")  # clears what is old
    return ApiRefused(HTTPStatus.UNAUTHORIZED, words)
