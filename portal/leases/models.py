"""Who is doing a job right now, and until when that is believed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

from django.db import models, transaction
from django.utils import timezone


class LeaseTaken(Exception):
    """Someone else is doing this job."""


class Lease(models.Model):
    """A named job's owner. An expired lease may be taken over by anybody."""

    name = models.CharField(max_length=120, primary_key=True)
    owner = models.UUIDField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.name

    def renew(self, seconds: float) -> None:
        """Say that the work goes on; raises ``LeaseTaken`` when it was taken over meanwhile."""
        self.expires_at = timezone.now() + timedelta(seconds=seconds)
        mine = Lease.objects.filter(name=self.name, owner=self.owner)
        if not mine.update(expires_at=self.expires_at):
            raise LeaseTaken(self.name)


@contextmanager
def hold(name: str, *, seconds: float) -> Iterator[Lease]:
    """Hold the lease of a job while the block runs; raises ``LeaseTaken``.

    The holder renews it in less than ``seconds``, or may find it taken over.
    """
    lease = _take(name, seconds)
    try:
        yield lease
    finally:
        Lease.objects.filter(name=name, owner=lease.owner).delete()


def take_turn(name: str, seconds: float) -> bool:
    """Whether nobody took this turn within the last ``seconds``: for what must not pile up."""
    try:
        _take(f"turn:{name}", seconds)
    except LeaseTaken:
        return False
    return True


def attend(name: str, seconds: float) -> None:
    """Say that somebody stands at this post for the next ``seconds``; several may."""
    until = timezone.now() + timedelta(seconds=seconds)
    if not Lease.objects.filter(name=name).update(expires_at=until):
        post = Lease(name=name, owner=uuid4(), expires_at=until)
        Lease.objects.bulk_create([post], ignore_conflicts=True)


def is_held(name: str) -> bool:
    return Lease.objects.filter(name=name, expires_at__gt=timezone.now()).exists()


@transaction.atomic
def _take(name: str, seconds: float) -> Lease:
    now = timezone.now()
    lease = Lease(name=name, owner=uuid4(), expires_at=now + timedelta(seconds=seconds))
    Lease.objects.filter(name=name, expires_at__lte=now).delete()
    _, created = Lease.objects.get_or_create(
        name=name, defaults={"owner": lease.owner, "expires_at": lease.expires_at}
    )
    if not created:
        raise LeaseTaken(name)
    return lease
