"""Slows down whoever guesses passwords; counted in the database, so that every process sees it.

A password guards a *target* (a link, an account) and is tried from a *source* (an address). Three
counts are kept of attempts that did not succeed; the longest wait of the three holds:

- source at target: the fifth failure waits 2 seconds, each further one twice as long, up to 15
  minutes. This is what stops somebody who guesses.
- target, whoever tries: against guessing from many addresses. It closes for at most 30 seconds,
  since all guests share it. One address alone cannot keep it closed: its own wait grows to 15
  minutes, and what is refused counts nowhere.
- source at any target: against trying one password everywhere. Many failures are free here, for a
  whole party may sit behind one address.

A success clears its three counts. Somebody who holds the password of one link gains nothing by it
for another: the count of that source at that target stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.accounts.models import NO_WAIT, AttemptCounter

FORGOTTEN_AFTER = timedelta(hours=12)  # since the last attempt that was let through


class Throttled(Exception):
    """Too many attempts; the message tells a person how long to wait, ``wait`` a program."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(wait)
        self.wait = wait

    def __str__(self) -> str:
        return _("Too many attempts. Please try again in %(wait)s.") % {"wait": in_words(self.wait)}


@dataclass(frozen=True, slots=True)
class _Limit:
    """One count: under which name, how many failures are free, how long it closes at most."""

    subject: str
    free: int
    longest: timedelta

    def delay(self, attempts: int) -> timedelta:
        excess = attempts - self.free
        if excess <= 0:
            return NO_WAIT
        return min(timedelta(seconds=2 ** min(excess, 16)), self.longest)


def check(scope: str, target: str, *sources: str) -> None:
    """Let one attempt at a password through, or raise ``Throttled``.

    Call it once, right before the password is compared, and ``record_failure`` or
    ``record_success`` after. The attempt counts as failed from here on, so a hundred attempts at
    the same moment are not a hundred free ones. To show a wait without trying, see ``waiting``.
    """
    if wait := waiting(scope, target, *sources):
        raise Throttled(wait)
    _take_attempt(_limits(scope, target, sources))


def record_failure(scope: str, target: str, *sources: str) -> timedelta:
    """The attempt let through by ``check`` failed; return how long to wait before the next."""
    AttemptCounter.objects.filter(tried_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()
    return waiting(scope, target, *sources)


def record_success(scope: str, target: str, *sources: str) -> None:
    """The attempt let through by ``check`` succeeded: forget the failures before it."""
    subjects = [limit.subject for limit in _limits(scope, target, sources)]
    AttemptCounter.objects.filter(pk__in=subjects).delete()


def waiting(scope: str, target: str, *sources: str) -> timedelta:
    """How long to wait before the next attempt; counts nothing."""
    now = timezone.now()
    subjects = [limit.subject for limit in _limits(scope, target, sources)]
    counters = AttemptCounter.objects.filter(pk__in=subjects, closed_until__gt=now)
    return max((counter.wait(now) for counter in counters), default=NO_WAIT)


def in_words(wait: timedelta) -> str:
    seconds = max(1, -(-wait // timedelta(seconds=1)))
    if seconds < 60:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    minutes = -(-seconds // 60)
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


@transaction.atomic
def _take_attempt(limits: Sequence[_Limit]) -> None:
    now = timezone.now()
    counters = _locked_counters(limits, now)
    if wait := max(counter.wait(now) for counter in counters.values()):
        raise Throttled(wait)
    for limit in limits:
        counter = counters[limit.subject]
        is_stale = counter.tried_at < now - FORGOTTEN_AFTER
        counter.attempts = 1 if is_stale else counter.attempts + 1
        counter.tried_at = now
        counter.closed_until = now + limit.delay(counter.attempts)
    AttemptCounter.objects.bulk_update(counters.values(), ["attempts", "tried_at", "closed_until"])


def _locked_counters(limits: Sequence[_Limit], now: datetime) -> dict[str, AttemptCounter]:
    subjects = sorted(limit.subject for limit in limits)
    AttemptCounter.objects.bulk_create(
        (AttemptCounter(subject=subject, tried_at=now, closed_until=now) for subject in subjects),
        ignore_conflicts=True,
    )
    rows = AttemptCounter.objects.select_for_update().filter(pk__in=subjects).order_by("pk")
    return {row.subject: row for row in rows}


def _limits(scope: str, target: str, sources: Sequence[str]) -> list[_Limit]:
    quarter = timedelta(minutes=15)
    limits = [_Limit(_hashed(scope, "target", target), 20, timedelta(seconds=30))]
    for source in sources:
        limits.append(_Limit(_hashed(scope, "pair", target, source), 4, quarter))
        limits.append(_Limit(_hashed(scope, "source", source), 40, quarter))
    return limits


def _hashed(*parts: str) -> str:
    message = "".join(f"{len(part)}:{part}" for part in parts).encode("utf-8", "replace")
    return blake2b(message, digest_size=16, key=_hashing_key()).hexdigest()


@cache
def _hashing_key() -> bytes:
    return blake2b(b"loggia.throttle" + settings.SECRET_KEY.encode(), digest_size=32).digest()
