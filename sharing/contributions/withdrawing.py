"""What guests may still do with what they sent: say something about it, and take it back."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal.library.content.wording import clean
from sharing.activity import record_files
from sharing.contributions.calling import call_for_hand_over
from sharing.contributions.deciding import with_other_halves
from sharing.contributions.leftovers import delete_files
from sharing.contributions.models import TAKEN_BACK_WITHIN, State, Upload
from sharing.models import Happening

LONGEST_CAPTION = 500  # characters
UNDECIDED = (State.ARRIVING, State.ARRIVED, State.HELD)


@transaction.atomic
def withdraw(upload: Upload) -> bool:
    """Take back what was sent, both halves of a live photo; whether that could still be done.

    What is in the library already leaves it in the background.
    """
    both = Upload.objects.filter(pk__in=with_other_halves([upload.pk]))
    pks = list(both.values_list("pk", flat=True))
    is_untouched = Q(state=State.ACCEPTED, attempts=0, tries=0, decided_at__gt=_oldest())
    withdrawn = both.filter(Q(state__in=UNDECIDED) | is_untouched).update(state=State.WITHDRAWN)
    recent = both.filter(state__in=(State.ACCEPTED, State.DONE), decided_at__gt=_oldest())
    leaving = recent.update(state=State.WITHDRAWN, is_leaving=True, retry_at=None, tries=0)
    if withdrawn:
        transaction.on_commit(lambda: delete_files(pks))
    if withdrawn or leaving:
        record_files(upload.link_id, Happening.Kind.TAKEN_BACK, count=1, size=upload.size)
    if leaving:
        transaction.on_commit(call_for_hand_over)
    return bool(withdrawn or leaving)


def caption(upload: Upload, text: str) -> bool:
    """Let its sender say something about it; whether that could still be done."""
    mine = Upload.objects.filter(pk=upload.pk)
    decided = Q(state__in=(State.ACCEPTED, State.DONE), decided_at__gt=_oldest())
    said = clean(text, LONGEST_CAPTION)
    return bool(mine.filter(Q(state__in=UNDECIDED) | decided).update(caption=said))


def _oldest() -> datetime:
    return timezone.now() - TAKEN_BACK_WITHIN
