"""Taking out what a key has brought, when others may have brought it too."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from portal.library.index.chunks import chunks
from portal.library.index.models import IndexedArrival

A = TypeVar("A", bound=IndexedArrival)
REMEMBERED_FOR = timedelta(days=90)  # far longer than anybody may take back what was sent


def let_go(arrivals: QuerySet[A], keys: Collection[UUID]) -> Sequence[A]:
    """Mark these arrivals as leaving; returns all of them that are not out yet.

    What somebody else has sent as well is theirs from now on: an asset that a row of the answer
    ``was_there`` for stays, and so does it in an album that the row has not ``has_joined``.
    """
    leaving: list[A] = []
    for chunk in chunks(sorted(set(keys))):
        with transaction.atomic():
            staying = arrivals.select_for_update().filter(pk__in=chunk, leaving_at=None)
            for arrival in staying:
                _hand_over(arrival, arrivals)
        leaving += arrivals.filter(pk__in=chunk, leaving_at__isnull=False, out_at=None)
    return leaving


def forget_arrivals(arrivals: QuerySet[A]) -> None:
    """What was sent long ago is the library's own by now."""
    arrivals.filter(begun_at__lt=timezone.now() - REMEMBERED_FOR).delete()


def _hand_over(arrival: A, arrivals: QuerySet[A]) -> None:
    arrival.leaving_at = timezone.now()
    arrival.save(update_fields=["leaving_at"])
    if arrival.asset_id is None:
        return
    others = arrivals.filter(asset_id=arrival.asset_id, leaving_at=None).order_by("begun_at")
    heir = others.first()
    if heir and not arrival.was_there:
        arrival.was_there = True
        arrivals.filter(pk=heir.pk).update(was_there=False)
    beside = others.filter(album_id=arrival.album_id).first()
    if beside and arrival.has_joined:
        arrival.has_joined = False
        arrivals.filter(pk=beside.pk).update(has_joined=True)
    arrival.save(update_fields=["was_there", "has_joined"])
