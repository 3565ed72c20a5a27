"""Each lane of workers says every few seconds that it is there, for all machines to see."""

import time

from django.db import DatabaseError, connection

from portal.leases.models import attend

EVERY = 5.0  # seconds
BELIEVED_FOR = 30.0  # seconds; a database that is locked for a while makes nobody look dead
IMPATIENCE = 500  # milliseconds to wait for a busy database: a guard has more to do


def post_of(lane: str) -> str:
    """The name of the lease that says somebody works in this lane."""
    return f"lane:{lane}"


class Heartbeat:
    """Beats when it is due, each time it is called. No connection stays open: callers fork."""

    def __init__(self, lane: str) -> None:
        self._lane = lane
        self._due_at = 0.0

    def beat(self) -> None:
        if time.monotonic() < self._due_at:
            return
        self._due_at = time.monotonic() + EVERY
        try:
            _wait_only(IMPATIENCE)
            attend(post_of(self._lane), BELIEVED_FOR)
        except DatabaseError:  # the next beat will do, and whoever looks at the post sees it
            return
        finally:
            connection.close()


def _wait_only(milliseconds: int) -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {milliseconds}")
