"""Brings what was accepted into the library, and takes out what was taken back.

Only when the library has a file, and says so by its checksum, does the row say ``DONE``; only then
the staged copy goes. Asked twice, the library takes nothing in twice, so a kill costs a repetition.
"""

import logging
import time
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from hashlib import file_digest
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext_noop

from portal.library import get_library
from portal.library.durable import durably
from portal.library.interface import LibraryUnavailable, NotInLibrary
from portal.library.types import Incoming, NotTaken, TakenIn
from sharing.contributions.albums import put_into_albums
from sharing.contributions.choosing import due, next_batch
from sharing.contributions.leftovers import delete_files
from sharing.contributions.models import State, Upload
from sharing.contributions.working import DEADLY, MOST_DEATHS, Hold, attempt
from sharing.models import SharedLink

logger = logging.getLogger(__name__)
FIRST_PAUSE, LONGEST_PAUSE = 5, 120  # seconds between tries
UNPROVEN = gettext_noop("The library does not show this file yet. Loggia asks again.")
LOST = gettext_noop("The received file is gone from the server’s disk.")


def hand_over_slice(held: Hold, until: float) -> bool:
    """Hand over what is due, until a moment of the clock; returns whether more is."""
    while batch := next_batch():
        if time.monotonic() > until:
            return True
        held.check()
        if not _hand_over(batch, held):
            return False
    return False


def postpone(uploads: Collection[UUID], reason: str, state: State) -> None:
    """Try these again after a while, longer each time; ``reason`` is shown meanwhile."""
    rows = Upload.objects.filter(pk__in=uploads, state=state)
    tries = rows.aggregate(most=Max("tries"))["most"] or 0
    pause = min(FIRST_PAUSE * 2 ** min(tries, 10), LONGEST_PAUSE)
    retry_at = timezone.now() + timedelta(seconds=pause)
    rows.update(tries=F("tries") + 1, attempts=0, reason=reason, retry_at=retry_at)


def _hand_over(batch: Sequence[Upload], held: Hold) -> bool:
    """Returns whether the library can be asked for more."""
    if batch[-1].attempts >= MOST_DEATHS:
        _give_back([upload.pk for upload in batch], DEADLY)
        return True
    pks = [upload.pk for upload in batch]
    with attempt(pks):
        batch = _still_wanted(batch)
        files = [file for upload in batch if (file := _incoming(upload, pks))]
        try:
            answers = get_library().take_in(files, held.check)
        except LibraryUnavailable as exc:
            postpone(pks, str(exc), State.ACCEPTED)
            return _is_home_there(str(exc))
        _note(batch, answers)
    delete_files(pks)
    return True


def _still_wanted(batch: Sequence[Upload]) -> list[Upload]:
    """Without what was taken back before it was begun: from now on, that asks the library."""
    rows = Upload.objects.filter(pk__in=[upload.pk for upload in batch], state=State.ACCEPTED)
    wanted = set(rows.values_list("pk", flat=True))
    return [upload for upload in batch if upload.pk in wanted]


def _is_home_there(reason: str) -> bool:
    """Whether others may still fit, or reach it; else all that is due waits for the same reason."""
    try:
        get_library().reach()
    except LibraryUnavailable:
        waiting = due(State.ACCEPTED).values_list("pk", flat=True)
        postpone(list(waiting), reason, State.ACCEPTED)
        return False
    return True


def _incoming(upload: Upload, together: Collection[UUID]) -> Incoming | None:
    half = upload.live_video
    is_half_known = half is not None and (half.pk in together or half.state == State.DONE)
    try:
        sha1 = bytes(upload.sha1) if upload.sha1 else _sha1_of(upload)
    except FileNotFoundError:
        _give_back([upload.pk], LOST)
        return None
    return Incoming(
        key=upload.pk,
        path=upload.staged,
        filename=upload.filename,
        sha1=sha1,
        size=upload.size,
        media_type=upload.media_type or upload.declared_type or "application/octet-stream",
        modified_at=upload.modified_at or upload.arrived_at or upload.created_at,
        album_id=upload.album_id,
        live_video_key=half.pk if half and is_half_known else None,
    )


def _sha1_of(upload: Upload) -> bytes:
    """Of what nobody could look into, and its owner wants all the same."""
    with upload.staged.open("rb") as file:
        digest = file_digest(file, "sha1").digest()
    upload.sha1 = digest
    Upload.objects.filter(pk=upload.pk).update(sha1=digest)
    return digest


def _note(batch: Sequence[Upload], answers: Iterable[TakenIn | NotTaken]) -> None:
    uploads = {upload.pk: upload for upload in batch}
    taken: list[tuple[Upload, TakenIn]] = []
    for answer in answers:
        upload = uploads[answer.key]
        if isinstance(answer, NotTaken):
            _note_refusal(upload, answer)
        elif _is_there(upload, answer):
            taken.append((upload, answer))
        else:
            postpone([upload.pk], UNPROVEN, State.ACCEPTED)
    with durably():  # the staged copies go next
        _note_taken(taken)


def _note_refusal(upload: Upload, answer: NotTaken) -> None:
    logger.warning("The library does not take %s: %s", answer.key, answer.reason)
    if not upload.staged.exists():
        _give_back([answer.key], LOST)
    elif answer.is_final:
        _give_back([answer.key], answer.reason)
    else:
        postpone([answer.key], answer.reason, State.ACCEPTED)


def _give_back(pks: Collection[UUID], reason: str) -> None:
    """Leave to the owner what cannot be taken in: it is kept, and waits for another decision."""
    rows = Upload.objects.filter(pk__in=pks, state=State.ACCEPTED)
    rows.update(state=State.HELD, decided_at=None, attempts=0, reason=reason)


def _is_there(upload: Upload, answer: TakenIn) -> bool:
    """Whether the library shows this very content, and where it lies."""
    library = get_library()
    try:
        asset = library.asset(answer.asset_id)
    except NotInLibrary:
        return False
    is_same = asset.sha1 is None or asset.sha1 == bytes(upload.sha1 or b"")
    return is_same and bool(library.originals([answer.asset_id]))


@transaction.atomic
def _note_taken(taken: Sequence[tuple[Upload, TakenIn]]) -> None:
    """The albums made here, and the rows, in one transaction."""
    told = put_into_albums(taken)
    for upload, answer in taken:
        row = Upload.objects.filter(pk=upload.pk)
        facts = {"asset_id": answer.asset_id, "was_there": answer.was_there, "attempts": 0}
        row.filter(state=State.ACCEPTED).update(
            state=State.DONE,
            done_at=timezone.now(),
            reason=told.get(upload.pk, ""),
            tries=0,
            retry_at=None,
            **facts,
        )
        row.filter(state=State.WITHDRAWN).update(**facts)  # meanwhile: it leaves again
    shown = frozenset(upload.album_id for upload, _answer in taken if upload.album_id)
    SharedLink.objects.of_albums(shown).touch()
