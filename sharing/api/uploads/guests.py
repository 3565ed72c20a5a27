"""A guest's upload: by the rules of the link, held for its owner's review where that is wanted.

It is checked while its sender waits. What the library has beyond the link, nobody learns here: the
same file is taken as if it were new, and goes nowhere twice.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from django.db import transaction

from portal.api_errors import ApiRefused
from portal.library import get_library
from portal.library.durable import durably
from portal.library.interface import LibraryUnavailable
from portal.media.coalescing import Questions
from sharing.api.callers import GuestCaller
from sharing.api.uploads.forms import Received
from sharing.api.uploads.owners import Answer, Ask
from sharing.contributions.beginning import Announced, Outcome, check_taken, record
from sharing.contributions.checking import check_now
from sharing.contributions.judging import SENT
from sharing.contributions.models import State, Upload
from sharing.contributions.refusals import no_uploads
from sharing.models import SharedLink
from sharing.views.door import VISITOR_COOKIE

CHECKS = 2  # files that one process looks into at once


@dataclass(frozen=True, slots=True)
class GuestUpload:
    """Takes the file of one request for the link of ``caller``."""

    ask: Ask
    checks: "Questions[Answer]"
    caller: GuestCaller

    async def known(self, sha1: bytes) -> UUID | None:
        """The asset with this content, if the link shows it."""
        return await self.ask(shown_as, self.caller.access.link, sha1)

    async def keep(self, file: Received) -> Answer:
        """Raises ``ApiRefused`` and ``Refused``. The staged file is the row's from now on."""
        upload = await self.ask(_write_down, self.caller, file)
        return await self.checks.ask(upload.pk, lambda: _looked_into(upload.pk))


def check_rights(caller: GuestCaller) -> None:
    """Raise ``ApiRefused`` (401, as Immich does) where nothing can be added by the link."""
    link = caller.access.link
    if not caller.access.rights.upload:
        words = no_uploads(were_allowed=link.allow_upload).message
        raise ApiRefused(HTTPStatus.UNAUTHORIZED, words)


def shown_as(link: SharedLink, sha1: bytes) -> UUID | None:
    """The asset with this content that a guest of this link sees; see ``duplicates.shown``."""
    if link.hides_album:
        return None
    try:
        return get_library().known(link.assets(), [sha1]).get(sha1)
    except LibraryUnavailable:
        return None


def _write_down(caller: GuestCaller, file: Received) -> Upload:
    link = caller.access.link
    check_taken(link, file.size)
    visitor = visitor_of(caller)
    announced = Announced(file.size, file.filename, file.media_type, _own_time(file))
    outcome = Outcome(State.ARRIVED, "", file.key)
    with durably(), transaction.atomic():
        upload = record(link, visitor, announced, outcome)
        _join_halves(upload, file.fields.live_video_id)
    return upload


def visitor_of(caller: GuestCaller) -> str:
    """Who sends: a browser by its cookie, a program by its address, so that it is one sender.

    What no page of ours gave out is no such cookie: with it a guest could be another's program.
    """
    sent = caller.credentials.cookies.get(VISITOR_COOKIE, "")
    is_ours = re.fullmatch(r"[\w-]{32}", sent) is not None
    return sent if is_ours else f"api {caller.credentials.address}"


def _own_time(file: Received) -> datetime:
    return min(file.fields.created_at, file.fields.modified_at)


def _join_halves(still: Upload, video_id: UUID | None) -> None:
    """A live photo's still names the video that the same guest has sent before."""
    if video_id is None:
        return
    sent = Upload.objects.filter(pk=video_id, contributor=still.contributor_id, kind="video")
    half = sent.filter(stills=None).first()
    if half is None and not _is_shown(still.link, video_id):
        raise ApiRefused(HTTPStatus.BAD_REQUEST, "Live photo video not found")
    Upload.objects.filter(pk=still.pk).update(live_video=half)


def _looked_into(upload_id: UUID) -> Answer:
    """What a worker would do soon, done now: its sender waits, and hears what is wrong with it."""
    check_now(upload_id)
    upload = Upload.objects.select_related("link").get(pk=upload_id)
    if upload.state == State.REFUSED:
        words = f"{upload.filename}: {upload.why}"
        raise ApiRefused(HTTPStatus.BAD_REQUEST, words)
    if upload.state == State.DUPLICATE:
        return Answer(_same_as(upload), is_duplicate=True)
    return Answer(_told(upload))


def _same_as(upload: Upload) -> UUID:
    """What the guest sees or has sent before."""
    link, sha1 = upload.link, bytes(upload.sha1 or b"")
    if link and (shown := shown_as(link, sha1)):
        return shown
    sent = Upload.objects.filter(contributor=upload.contributor, sha1=sha1, state__in=SENT)
    return _told(sent.first() or upload)


def _told(upload: Upload) -> UUID:
    """By what id its sender knows it: the asset's, once the link shows that."""
    is_shown = upload.asset_id and upload.link and _is_shown(upload.link, upload.asset_id)
    return upload.asset_id if upload.asset_id and is_shown else upload.pk


def _is_shown(link: SharedLink | None, asset_id: UUID) -> bool:
    if link is None or link.hides_album:
        return False
    try:
        return get_library().contains(link.assets(), asset_id)
    except LibraryUnavailable:
        return False
