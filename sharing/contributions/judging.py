"""What becomes of a file whose content is known: by its link's rules, and what was sent before."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_noop

from portal.library import get_library
from portal.library.interface import LibraryUnavailable
from portal.library.types import AssetKind
from sharing.access import Standing, rights_of, standing_of
from sharing.contributions.models import State, Upload
from sharing.models import SharedLink, UploadKinds

if TYPE_CHECKING:
    from portal.library.content.reading import Content

ONLY_PHOTOS = gettext_noop("Only photos can be added here.")
ONLY_VIDEOS = gettext_noop("Only videos can be added here.")
IN_ALBUM = gettext_noop("Already in the album")
SENT_BEFORE = gettext_noop("You have sent this already.")
SENT = (State.HELD, State.ACCEPTED, State.DONE)
Known = Mapping[UUID | None, set[bytes]]  # by link: the contents that its guests see


@dataclass(frozen=True, slots=True)
class Verdict:
    state: State
    facts: dict[str, object]  # for the upload's columns


def judge(batch: Sequence[Upload], contents: Mapping[UUID, "Content"]) -> dict[UUID, Verdict]:
    """Decide about those that were read. What a link's guests cannot see is asked nowhere."""
    readable = [upload for upload in batch if upload.pk in contents]
    shown, sent = _shown(readable, contents), _sent(readable, contents)
    verdicts = {}
    for upload in readable:
        content = contents[upload.pk]
        state, reason = _decide(upload, content, shown[upload.link_id], sent)
        if state in SENT:
            sent.add((upload.contributor_id, content.sha1))
        verdicts[upload.pk] = Verdict(state, _facts(content, state, reason))
    return verdicts


def _decide(
    upload: Upload, content: "Content", shown: set[bytes], sent: set[tuple[int, bytes]]
) -> tuple[State, str]:
    link = upload.link
    if link and (against := _against_kinds(link, content.kind)):
        return State.REFUSED, against
    if content.sha1 in shown:
        return State.DUPLICATE, IN_ALBUM
    if (upload.contributor_id, content.sha1) in sent:
        return State.DUPLICATE, SENT_BEFORE
    return (State.ACCEPTED, "") if link and _goes_straight(link) else (State.HELD, "")


def _against_kinds(link: SharedLink, kind: AssetKind) -> str:
    if link.upload_kinds == UploadKinds.PHOTOS and kind is AssetKind.VIDEO:
        return ONLY_PHOTOS
    if link.upload_kinds == UploadKinds.VIDEOS and kind is AssetKind.IMAGE:
        return ONLY_VIDEOS
    return ""


def _goes_straight(link: SharedLink) -> bool:
    """What arrived just before its link was closed waits for its owner's word."""
    is_open = standing_of(link, "", is_known=True) in {Standing.OPEN, Standing.LOCKED}
    return is_open and rights_of(link).upload and not link.holds_uploads


def _shown(uploads: Iterable[Upload], contents: Mapping[UUID, "Content"]) -> Known:
    by_link: dict[UUID | None, set[bytes]] = defaultdict(set)
    links = {upload.link for upload in uploads if upload.link}
    for link in links:
        sha1s = {contents[one.pk].sha1 for one in uploads if one.link_id == link.pk}
        try:
            by_link[link.pk] = set(get_library().known(link.assets(), sha1s))
        except LibraryUnavailable:  # then the hand-over finds out
            continue
    return by_link


def _sent(uploads: Iterable[Upload], contents: Mapping[UUID, "Content"]) -> set[tuple[int, bytes]]:
    """What these senders have sent before and was not refused: sender and content."""
    before = Upload.objects.filter(
        contributor__in={upload.contributor_id for upload in uploads},
        sha1__in={contents[upload.pk].sha1 for upload in uploads},
        state__in=SENT,
    )
    rows = before.order_by().values_list("contributor_id", "sha1")
    return {(contributor, bytes(sha1)) for contributor, sha1 in rows if sha1}


def _facts(content: "Content", state: State, reason: str) -> dict[str, object]:
    return {
        "reason": reason,
        "sha1": content.sha1,
        "kind": content.kind,
        "media_type": content.media_type,
        "width": content.width,
        "height": content.height,
        "taken_at": _as_kept(content.taken_at),
        "duration": content.duration,
        "content_id": content.content_id,
        "retry_at": None,
        "decided_at": timezone.now() if state == State.ACCEPTED else None,
    }


def _as_kept(local: datetime) -> datetime:
    return local.replace(tzinfo=UTC)
