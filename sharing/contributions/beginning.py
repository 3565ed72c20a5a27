"""An upload begins: its row, once the link's rules and the disk allow it. Blocks."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from portal.library.interface import LibraryUnavailable
from sharing.contributions.admitting import Target, admit, target_of
from sharing.contributions.arriving import come_on
from sharing.contributions.callers import Caller
from sharing.contributions.contributors import contributor_of
from sharing.contributions.models import State, Upload, UploadQuerySet
from sharing.contributions.naming import safe_type
from sharing.contributions.refusals import against_rules, no_room, too_many
from sharing.contributions.rules import AgainstRules, check_size, rules_of
from sharing.contributions.staging import check_disk, length_of
from sharing.models import SharedLink
from sharing.showing.collection import title_of

LONGEST_TITLE = 200  # characters
MOST_UNFINISHED = 5_000  # of one link


@dataclass(frozen=True, slots=True)
class Announced:
    """A file as its sender describes it, cleaned: see ``naming``. ``size`` in bytes."""

    size: int
    filename: str
    media_type: str = ""
    modified_at: datetime | None = None
    relative_path: str = ""
    contributor: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far an upload is when it is written down."""

    state: State = State.ARRIVING
    reason: str = ""
    pk: UUID = field(default_factory=uuid4)


@dataclass(frozen=True, slots=True)
class Begun:
    """A new upload, and the visitor whose it is."""

    target: Target
    visitor: str


def begin(caller: Caller, announced: Announced) -> Begun:
    """Make room for a file that a guest will send; raises ``Refused`` or ``StagingTrouble``."""
    link = admit(caller).link
    check_taken(link, announced.size)
    check_disk(announced.size)
    visitor = caller.visitor or secrets.token_urlsafe(24)
    with transaction.atomic():
        upload = record(link, visitor, announced, Outcome())
    return Begun(target_of(upload), visitor)


def record(link: SharedLink, visitor: str, announced: Announced, outcome: Outcome) -> Upload:
    """Write down an upload; raises ``Refused`` where another took the last room meanwhile."""
    is_limited = link.max_upload_files is not None or link.max_upload_bytes is not None
    if is_limited:
        SharedLink.objects.select_for_update().get(pk=link.pk)  # one after the other
    if outcome.state is State.ARRIVED or (is_limited and outcome.state is not State.REFUSED):
        check_taken(link, announced.size)
    return Upload.objects.create(
        id=outcome.pk,
        owner_id=link.owner_id,
        link=link,
        link_name=_title(link)[:LONGEST_TITLE],
        album_id=link.album_id,
        portal_album_id=link.portal_album_id,
        contributor=contributor_of(link, visitor, announced.contributor or None),
        filename=announced.filename,
        relative_path=announced.relative_path,
        declared_type=safe_type(announced.media_type),
        modified_at=announced.modified_at,
        size=announced.size,
        state=outcome.state,
        reason=outcome.reason,
        arrived_at=timezone.now() if outcome.state is State.ARRIVED else None,
    )


def check_taken(link: SharedLink, size: int) -> None:
    """Raise ``Refused`` where the link, or the staging folder, has no room for so many bytes."""
    _check_rules(link, size)
    check_staging(size)


def _check_rules(link: SharedLink, size: int) -> None:
    try:
        check_size(rules_of(link), size)
    except AgainstRules as exc:
        raise against_rules(exc, size) from exc
    arriving = Upload.objects.counted().filter(link=link, state=State.ARRIVING)
    if arriving.count() >= MOST_UNFINISHED:
        raise too_many()


def check_staging(size: int) -> None:
    """Raise ``Refused`` where the staging folder has no room for so many bytes more."""
    most = settings.LOGGIA_STAGING_SIZE - size
    staged = Upload.objects.staged().order_by()
    if _size(staged) <= most:
        return
    standing = staged.lapsed().only("pk")
    lying = sum(length_of(upload.staged) for upload in standing.iterator())
    if _size(staged.counted()) + lying > most:
        raise no_room()


def go_on(target: Target) -> None:
    """Keep place and room for a file once more; raises ``Refused`` where others have it by now."""
    with transaction.atomic():
        link = SharedLink.objects.select_for_update().get(uploads=target.pk)
        if Upload.objects.lapsed().filter(pk=target.pk).exists():
            _check_rules(link, target.size)
            check_staging(target.size - length_of(target.path))
        come_on(target.pk)


def _size(uploads: UploadQuerySet) -> int:
    return uploads.aggregate(size=Sum("size"))["size"] or 0


def _title(link: SharedLink) -> str:
    if link.description:  # most have one, and then the library need not be asked
        return link.description
    try:
        return title_of(link)
    except LibraryUnavailable:
        return str(link)
