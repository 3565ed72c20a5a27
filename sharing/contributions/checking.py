"""Looks into what has arrived. Its content decides what it is, never its name.

Files are opened by threads that know no database; what they find becomes a state in one
transaction a batch. A file's look is there before its state says so, its bytes go after.
"""

import logging
import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext_noop

from portal.library.interface import ContentUnreadable
from sharing.activity import record_files
from sharing.contributions.calling import call_for_hand_over
from sharing.contributions.judging import Verdict, judge
from sharing.contributions.leftovers import delete_files
from sharing.contributions.models import State, Upload
from sharing.contributions.pairing import pair
from sharing.contributions.working import DEADLY, MOST_DEATHS, Hold, attempt
from sharing.models import Happening

if TYPE_CHECKING:
    from portal.library.content.reading import Content

logger = logging.getLogger(__name__)
THREADS, BATCH = 2, 16
BATCH_BYTES = 2**30
LARGE = 2**30  # bytes; from there on a file is looked into where nobody waits behind it
AGAIN_IN = 30  # seconds, where the disk could not be read

LOST = gettext_noop("This file did not arrive whole. Please send it again.")
RIDDLE = gettext_noop("Loggia could not make sense of this file; its log says more.")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found in one file. Without ``content``, ``reason`` says why.

    ``is_final``: it cannot be taken. Else somebody has to look at it, or (``is_for_later``) it could
    not be opened now.
    """

    content: "Content | None" = None
    reason: str = ""
    is_final: bool = False
    is_for_later: bool = False


def arrived(*, large: bool = False) -> QuerySet[Upload]:
    """What waits to be looked into now, the suspicious last."""
    due = Q(retry_at=None) | Q(retry_at__lte=timezone.now())
    sized = Q(size__gt=LARGE) if large else Q(size__lte=LARGE)
    rows = Upload.objects.filter(due, sized, state=State.ARRIVED)
    return rows.order_by("attempts", "arrived_at", "pk")


def check_slice(held: Hold, until: float, *, large: bool = False) -> bool:
    """Look into what has arrived, until a moment of the clock; returns whether more waits."""
    while batch := _batch(large=large):
        if time.monotonic() > until:
            return True
        held.check()
        _check(batch)
    return False


def check_now(upload_id: UUID) -> None:
    """Look into one file that has just arrived; a worker that is at it already does no harm."""
    rows = Upload.objects.select_related("link", "owner")
    if batch := list(rows.filter(pk=upload_id, state=State.ARRIVED)):
        _check(batch)


def _batch(*, large: bool) -> list[Upload]:
    """The next few; what a worker died over goes alone."""
    batch: list[Upload] = []
    size = 0
    for upload in arrived(large=large).select_related("link", "owner")[: 1 if large else BATCH]:
        size += upload.size
        if batch and (upload.attempts or size > BATCH_BYTES):
            break
        batch.append(upload)
        if upload.attempts:
            break
    return batch


def _check(batch: Sequence[Upload]) -> None:
    with attempt([upload.pk for upload in batch]), ThreadPoolExecutor(THREADS, "check") as pool:
        findings = dict(zip([one.pk for one in batch], pool.map(_look_into, batch), strict=True))
        verdicts = judge(
            batch, {pk: found.content for pk, found in findings.items() if found.content}
        )
        _save(batch, findings, verdicts)
    delete_files([upload.pk for upload in batch])


def _look_into(upload: Upload) -> Finding:
    """Read one file from its first byte to its last; knows no database."""
    if upload.attempts >= MOST_DEATHS:
        return Finding(reason=DEADLY)
    try:
        return _read(upload.staged, upload)
    except ContentUnreadable as exc:
        return Finding(reason=str(exc), is_final=True)
    except FileNotFoundError:
        return Finding(reason=LOST, is_final=True)
    except OSError as exc:
        logger.warning("%s cannot be looked into now: %s", upload.pk, exc.strerror)
        return Finding(is_for_later=True)
    except Exception:  # one file's riddle must not end the work on all others
        logger.exception("%s cannot be looked into", upload.pk)
        return Finding(reason=RIDDLE)


def _read(path: Path, upload: Upload) -> Finding:
    from portal.library.content.reading import read_content
    from sharing.contributions.looks import LOOK, make_look

    if path.stat().st_size != upload.size:
        return Finding(reason=LOST, is_final=True)
    if upload.modified_at:  # stands in where the camera wrote no date
        moment = upload.modified_at.timestamp()
        os.utime(path, (moment, moment))
    content = read_content(path, ahead=(LOOK,))
    make_look(path, content, upload.look)
    return Finding(content)


@transaction.atomic
def _save(
    batch: Sequence[Upload], findings: Mapping[UUID, Finding], verdicts: Mapping[UUID, Verdict]
) -> None:
    taken: list[UUID] = []
    for upload in batch:
        state, facts = _outcome(findings[upload.pk], verdicts.get(upload.pk))
        rows = Upload.objects.filter(pk=upload.pk, state=State.ARRIVED)
        if rows.update(state=state, attempts=0, **facts) and state in {State.HELD, State.ACCEPTED}:
            taken.append(upload.pk)
    pair(taken)
    _tell(taken)
    if Upload.objects.filter(pk__in=taken, state=State.ACCEPTED).exists():
        transaction.on_commit(call_for_hand_over)


def _tell(taken: Sequence[UUID]) -> None:
    """Note for the activity page how much came by which link."""
    sent = Upload.objects.filter(pk__in=taken, stills=None, link__is_for_owner=False).order_by()
    for link_id, count, size in sent.values_list("link").annotate(Count("pk"), Sum("size")):
        record_files(link_id, Happening.Kind.CONTRIBUTED, count=count, size=size)


def _outcome(found: Finding, verdict: Verdict | None) -> tuple[State, dict[str, object]]:
    if verdict:
        return verdict.state, verdict.facts
    if found.is_for_later:
        return State.ARRIVED, {"retry_at": timezone.now() + timedelta(seconds=AGAIN_IN)}
    return State.REFUSED if found.is_final else State.HELD, {"reason": found.reason}
