"""One look at the home of photos at a time, and the heart that beats while it goes on."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import OperationalError
from django.utils.translation import gettext as _

from portal.leases.models import Lease, LeaseTaken, hold
from portal.library.interface import LibraryUnavailable

LEASE = "library.scan"


@dataclass
class Heart:
    """Renews the lease as the work goes on; raises ``LibraryUnavailable`` once it was lost."""

    lease: Lease
    seconds: float
    last: float = field(default_factory=time.monotonic)

    def beat(self) -> None:
        if time.monotonic() - self.last < self.seconds / 6:
            return
        try:
            self.lease.renew(self.seconds)
        except LeaseTaken as exc:
            raise LibraryUnavailable(_("Another look at the library has taken over.")) from exc
        self.last = time.monotonic()


@contextmanager
def looking(seconds: float) -> Iterator[Heart]:
    """Look at the library while nobody else does; raises ``LibraryUnavailable``.

    Whoever does not beat for ``seconds`` may find that another has taken over.
    """
    try:
        with hold(LEASE, seconds=seconds) as lease:
            yield Heart(lease, seconds)
    except LeaseTaken as exc:
        raise LibraryUnavailable(_("The library is being looked at already.")) from exc
    except OperationalError as exc:
        why = _("The database cannot be used right now (%(why)s).") % {"why": exc}
        raise LibraryUnavailable(why) from exc
