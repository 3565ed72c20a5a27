"""An upload comes on, and has arrived: what rows say of it. Blocks."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from portal.leases.models import take_turn
from portal.library.durable import durably
from sharing.contributions.calling import call_for_check
from sharing.contributions.models import PROMISED_FOR, State, Upload
from sharing.contributions.refusals import no_more
from sharing.contributions.staging import StagedFile, StagingTrouble

QUIET_FOR = timedelta(seconds=30)  # after which nobody else is about to say that it arrived
STAYS_FOR = timedelta(minutes=1)
LOOK_EVERY = 30  # seconds


def come_on(upload_id: UUID) -> datetime:
    """Note that bytes came; returns when the upload expires. Raises ``Refused`` when it is over."""
    now = timezone.now()
    if not Upload.objects.filter(pk=upload_id, state=State.ARRIVING).update(touched_at=now):
        raise no_more()
    return now + settings.LOGGIA_UPLOAD_EXPIRES


def wait_on(upload_id: UUID) -> datetime:
    """Note that somebody asked; returns when the upload expires. Raises ``Refused`` when it is over.

    Who was silent for so long that the room was given to others gets it back with the next bytes.
    """
    now = timezone.now()
    arriving = Upload.objects.filter(pk=upload_id, state=State.ARRIVING)
    arriving.filter(touched_at__gt=now - PROMISED_FOR).update(touched_at=now)
    touched_at = arriving.values_list("touched_at", flat=True).first()
    if touched_at is None:
        raise no_more()
    return touched_at + settings.LOGGIA_UPLOAD_EXPIRES


def stay(upload_id: UUID) -> None:
    """Keep an upload from expiring in the middle of one long request.

    Raises ``Refused`` when it is over.
    """
    now = timezone.now()
    arriving = Upload.objects.filter(pk=upload_id, state=State.ARRIVING)
    if not arriving.exists():
        raise no_more()
    arriving.filter(touched_at__lt=now - STAYS_FOR).update(touched_at=now)


def arrive(upload_id: UUID) -> None:
    """Say that all bytes are safe on the disk; twice is harmless. Raises ``Refused`` when it is over."""
    now = timezone.now()
    row = Upload.objects.filter(pk=upload_id)
    with durably():
        is_new = row.filter(state=State.ARRIVING).update(
            state=State.ARRIVED, arrived_at=now, touched_at=now
        )
    if not is_new and not row.exclude(state__in=(State.WITHDRAWN, State.EXPIRED)).exists():
        raise no_more()


def sweep() -> None:
    """Say so of files whose web process died between their last byte and their row."""
    if not take_turn("contributions.arrived", LOOK_EVERY):
        return
    quiet = Upload.objects.filter(state=State.ARRIVING, touched_at__lt=timezone.now() - QUIET_FOR)
    arrived = [upload.pk for upload in quiet.iterator() if _is_whole(upload)]
    for upload_id in arrived:
        arrive(upload_id)
    if arrived:
        call_for_check()


def _is_whole(upload: Upload) -> bool:
    try:
        if upload.staged.stat().st_size < upload.size:
            return False
        file = StagedFile.open_locked(upload.staged)
    except (OSError, StagingTrouble):
        return False
    try:
        file.sync()
    except StagingTrouble:
        return False
    else:
        return file.length == upload.size
    finally:
        file.close()
