"""How much the spool may hold: what nobody needs goes first, the longest unused before all."""

import shutil
from collections.abc import Iterable
from datetime import timedelta
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from downloads.spool.models import SENDING, SpoolFile, SpoolQuerySet
from portal.leases.models import Lease

BATCH = 200
UNCLAIMED = timedelta(minutes=1)  # a file may be wanted for so long before its items are saved


def tidy() -> None:
    """Remove what is too old, what exceeds the quota, and what the disk has no room for.

    Only files that no living download needs.
    """
    Lease.objects.filter(name__startswith=SENDING, expires_at__lt=timezone.now()).delete()
    unused = SpoolFile.objects.unused()
    remove(unused.filter(stored_at=None).older_than(UNCLAIMED))
    remove(unused.older_than(settings.LOGGIA_SPOOL_AGE))
    make_room(0)
    make_room_on_disk(0)


def make_room(need: int) -> None:
    """Remove unused files until ``need`` more bytes fit into the quota, or none is left."""
    _remove_bytes(SpoolFile.objects.bytes() + need - settings.LOGGIA_SPOOL_SIZE)


def make_room_on_disk(need: int) -> None:
    """Remove unused files until the disk has ``need`` bytes beside its reserve, or none is left."""
    try:
        free = shutil.disk_usage(settings.SPOOL_DIR).free
    except FileNotFoundError:  # nothing was ever fetched
        return
    _remove_bytes(settings.LOGGIA_DISK_RESERVE + need - free)


def remove(files: SpoolQuerySet) -> None:
    """Remove files of the spool, their rows first: who comes then begins a file of another name."""
    pks = iter(list(files.values_list("pk", flat=True)))
    while batch := list(islice(pks, BATCH)):
        _remove(batch)


def _remove_bytes(excess: int) -> None:
    chosen = []
    if excess > 0:
        for pk, length in SpoolFile.objects.unused().complete().values_list("pk", "length"):
            chosen.append(pk)
            excess -= length
            if excess <= 0:
                break
    for at in range(0, len(chosen), BATCH):
        _remove(chosen[at : at + BATCH])


def _remove(pks: Iterable[int]) -> None:
    with transaction.atomic():
        # Looked at again: a download may have come to need it since it was listed.
        files = list(SpoolFile.objects.unused().filter(pk__in=pks))
        SpoolFile.objects.filter(pk__in=[file.pk for file in files]).delete()
    for file in files:
        file.path.unlink(missing_ok=True)
