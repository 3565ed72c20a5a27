"""What the owner decides about photos that were sent: in, out, out for good.

All take any queryset of uploads and return how many photos and videos changed. A live photo is one:
both of its halves change together, whichever was named.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.library.index.chunks import chunks
from sharing.contributions.calling import call_for_hand_over
from sharing.contributions.leftovers import delete_files
from sharing.contributions.models import State, Upload

Facts = dict[str, object]


def accept(uploads: QuerySet[Upload]) -> int:
    """Let held photos into the library and the album; that happens in the background."""
    facts: Facts = {"decided_at": timezone.now(), "reason": "", "retry_at": None, "tries": 0}
    accepted = _move(uploads, State.HELD, State.ACCEPTED, facts)
    if accepted:
        transaction.on_commit(call_for_hand_over)
    return accepted


def reject(uploads: QuerySet[Upload]) -> int:
    """Put held photos into the bin, for 30 days."""
    return _move(uploads, State.HELD, State.REJECTED, {"decided_at": timezone.now()})


def restore(uploads: QuerySet[Upload]) -> int:
    """Take rejected photos out of the bin: they wait for a decision again."""
    return _move(uploads, State.REJECTED, State.HELD, {"decided_at": None})


def empty(uploads: QuerySet[Upload]) -> int:
    """Delete rejected photos for good. That they were sent stays known for a while."""
    pks = list(uploads.filter(state=State.REJECTED).values_list("pk", flat=True))
    whole = with_other_halves(pks)
    emptied = _move(Upload.objects.filter(pk__in=pks), State.REJECTED, State.EMPTIED, {})
    transaction.on_commit(lambda: delete_files(whole))
    return emptied


@transaction.atomic
def _move(uploads: QuerySet[Upload], origin: State, target: State, facts: Facts) -> int:
    pks = list(uploads.order_by().values_list("pk", flat=True))
    moved = 0
    for chunk in chunks(pks):
        both = Upload.objects.filter(pk__in=with_other_halves(chunk), state=origin)
        moved += both.filter(stills=None).count()
        Upload.objects.filter(pk__in=list(both.values_list("pk", flat=True)), state=origin).update(
            state=target, **facts
        )
    return moved


def with_other_halves(pks: Iterable[UUID]) -> set[UUID]:
    """These, and what makes live photos whole."""
    whole = set(pks)
    for chunk in chunks(list(whole)):
        either = Upload.objects.filter(Q(pk__in=chunk) | Q(live_video__in=chunk))
        for still, video in either.order_by().values_list("pk", "live_video"):
            whole |= {still, video} if video else {still}
    return whole
