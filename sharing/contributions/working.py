"""How workers hold on to a job, and tell a file that kills them from one that lay beside it."""

import logging
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import DatabaseError, connection
from django.db.models import F
from django.utils.translation import gettext_noop

from portal.leases.models import Lease, LeaseTaken, hold
from sharing.contributions.models import Upload

LEASE, RENEWED_EVERY = 15.0, 4.0  # seconds
MOST_DEATHS = 5  # of workers, over one file
DEADLY = gettext_noop("Opening this file has ended Loggia’s process several times.")
logger = logging.getLogger(__name__)


class Hold:
    """A lease that renews itself, however long one call takes."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._is_lost = False
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Raise ``LeaseTaken`` when somebody else does the job by now."""
        if self._is_lost:
            raise LeaseTaken(self._lease.name)

    def let_go(self) -> None:
        self._done.set()
        self._thread.join()

    def _renew(self) -> None:
        while not self._done.wait(RENEWED_EVERY):
            try:
                self._lease.renew(LEASE)
            except LeaseTaken:
                self._is_lost = True
                return
            except DatabaseError as exc:
                logger.warning("A lease could not be renewed now: %s", exc)
            finally:
                connection.close()


@contextmanager
def keep(name: str) -> Iterator[Hold]:
    """Hold a job's lease while the block runs; raises ``LeaseTaken``.

    After a kill it is free within 15 seconds.
    """
    with hold(name, seconds=LEASE) as lease:
        held = Hold(lease)
        try:
            yield held
        finally:
            held.let_go()


@contextmanager
def attempt(pks: Collection[UUID]) -> Iterator[None]:
    """Write down that files are about to be opened; what ends in good order is struck out again.

    What a death leaves behind is worked on alone from then on. Rows that the block itself changes
    it strikes out itself (``attempts=0``).
    """
    rows = Upload.objects.filter(pk__in=pks)
    rows.update(attempts=F("attempts") + 1)
    try:
        yield
    except (LeaseTaken, SystemExit):  # the lane stops, or somebody else goes on
        rows.update(attempts=0)
        raise
