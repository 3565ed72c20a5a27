"""May this visitor send, and which upload is theirs: asked before a byte is taken. Blocks."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from sharing.access import Access, LinkClosed, Standing, find_link, open_link
from sharing.contributions.callers import Caller
from sharing.contributions.contributors import visitor_hash
from sharing.contributions.models import PROMISED_FOR, State, Upload
from sharing.contributions.refusals import closed, no_more, no_uploads, not_here
from sharing.models import SharedLink

OVER = (State.WITHDRAWN, State.EXPIRED, State.EMPTIED)
# Standings in which a sender may still ask how much of a file is here: to go on where it was left
# once the link is open again.
ONLY_SHUT = (Standing.PAUSED, Standing.EXPIRED, Standing.FULL)


@dataclass(frozen=True, slots=True)
class Target:
    """An upload as the intake needs it. ``size`` in bytes, when it is complete.

    ``has_lapsed``: no byte came for so long that others may have the room for the rest of it.
    """

    pk: UUID
    path: Path
    size: int
    is_complete: bool
    has_lapsed: bool
    expires_at: datetime
    filename: str
    media_type: str


def admit(caller: Caller) -> Access:
    """Let in whoever may send by this link now; raises ``Refused``."""
    try:
        access = open_link(caller.handle, caller.cookies)
    except LinkClosed as exc:
        raise closed(exc.standing) from exc
    link = access.link
    if link.max_visitors is not None and access.is_new and not link.is_for_owner:
        raise closed(Standing.FULL)  # places are taken on the link's page
    if not access.rights.upload:
        raise no_uploads(were_allowed=link.allow_upload)
    return access


def find_target(caller: Caller) -> Target:
    """The upload that this caller may go on with; raises ``Refused``."""
    return target_of(_own_upload(caller, admit(caller).link))


def find_own(caller: Caller) -> Target:
    """The upload of this caller, though the link may be shut by now; raises ``Refused``."""
    try:
        access = open_link(caller.handle, caller.cookies)
    except LinkClosed as exc:
        link = find_link(caller.handle)
        if exc.standing not in ONLY_SHUT or link is None or not caller.visitor:
            raise closed(exc.standing) from exc
        return target_of(_own_upload(caller, link))
    return target_of(_own_upload(caller, access.link))


def own_upload(caller: Caller) -> Upload:
    """The row of an upload that its sender wants to take back; raises ``Refused``."""
    try:
        return _own_upload(caller, open_link(caller.handle, caller.cookies).link)
    except LinkClosed as exc:
        raise closed(exc.standing) from exc


def target_of(upload: Upload) -> Target:
    return Target(
        pk=upload.pk,
        path=upload.staged,
        size=upload.size,
        is_complete=upload.state != State.ARRIVING,
        has_lapsed=upload.touched_at <= timezone.now() - PROMISED_FOR,
        expires_at=upload.touched_at + settings.LOGGIA_UPLOAD_EXPIRES,
        filename=upload.filename,
        media_type=upload.declared_type,
    )


def _own_upload(caller: Caller, link: SharedLink) -> Upload:
    """An upload is its visitor's alone; to a client without cookies its unguessable id is the proof.

    So the plainest of clients can send, and nothing is won by leaving a cookie out: only its own
    sender was ever told the id.
    """
    if caller.upload_id is None:
        raise not_here()
    rows = Upload.objects.filter(pk=caller.upload_id, link=link).select_related("contributor")
    upload = rows.first()
    if upload is None:
        raise not_here()
    if caller.visitor and upload.contributor.visitor != visitor_hash(link, caller.visitor):
        raise not_here()
    if upload.state in OVER:
        raise no_more()
    return upload
