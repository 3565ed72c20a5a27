"""What is over after its days: uploads never completed, the bin, files without a row."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from sharing.contributions.deciding import empty
from sharing.contributions.leftovers import delete_files
from sharing.contributions.models import Contributor, State, Upload

BIN_KEPT = timedelta(days=30)
AT_ONCE = 500


def forget() -> None:
    expire()
    empty_bin()
    forget_senders()


def expire() -> int:
    """Give up uploads of which no byte came for ``LOGGIA_UPLOAD_EXPIRES``; returns how many."""
    quiet = Upload.objects.filter(
        state=State.ARRIVING, touched_at__lt=timezone.now() - settings.LOGGIA_UPLOAD_EXPIRES
    )
    pks = list(quiet.values_list("pk", flat=True)[:AT_ONCE])
    expired = quiet.filter(pk__in=pks).update(state=State.EXPIRED)
    delete_files(pks)
    return expired


def empty_bin() -> int:
    """Delete for good what was rejected 30 days ago; returns how many photos and videos."""
    old = Upload.objects.filter(state=State.REJECTED, decided_at__lt=timezone.now() - BIN_KEPT)
    return empty(Upload.objects.filter(pk__in=old.values("pk")[:AT_ONCE]))


def forget_senders() -> int:
    """Forget names and cookies of those whose uploads all came to nothing, after the same days.

    Who sent what is in the library stays known with it.
    """
    old = timezone.now() - BIN_KEPT
    over = (State.REFUSED, State.DUPLICATE, State.EMPTIED, State.WITHDRAWN, State.EXPIRED)
    Upload.objects.filter(state__in=over, is_leaving=False, touched_at__lt=old).delete()
    deleted, _kinds = Contributor.objects.filter(uploads=None, created_at__lt=old).delete()
    return deleted
