"""An owner's upload: into the library at once, so that 201 means that it is there, safely."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol, TypeVar
from uuid import UUID

from portal.api_errors import ApiRefused
from portal.library import get_library
from portal.library.changing import Amendment
from portal.library.content.formats import recognize
from portal.library.interface import ContentUnreadable, LibraryError, NotInLibrary
from portal.library.types import AssetKind, Incoming, NotTaken
from sharing.api.asset_changes import NOT_HIDDEN
from sharing.api.uploads.batches import Batches
from sharing.api.uploads.fields import Fields
from sharing.api.uploads.forms import Received
from sharing.contributions.owned import kept

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Ask(Protocol):
    """Runs what asks the database in a thread."""

    async def __call__(self, question: Callable[..., T], *args: Any) -> T: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a file: the asset, and whether it was there before."""

    id: UUID
    is_duplicate: bool = False


@dataclass(frozen=True, slots=True)
class OwnUpload:
    """Brings the file of one request into the library."""

    ask: Ask
    batches: Batches

    async def known(self, sha1: bytes) -> UUID | None:
        """The asset with this content, if the library is sure to keep it."""
        return (await self.ask(kept, [sha1])).get(sha1)

    async def keep(self, file: Received) -> Answer:
        """Raises ``ApiRefused``, and what ``Batches.take_in`` raises."""
        incoming = incoming_of(file)
        if incoming.live_video_id:
            await self.ask(_check_half, incoming.live_video_id)
        answer = await self.batches.take_in(incoming)
        if isinstance(answer, NotTaken):
            words = f"{file.filename}: {answer.reason}"
            raise ApiRefused(HTTPStatus.BAD_REQUEST, words) if answer.is_final else not_now(words)
        if not answer.was_there:
            await self.ask(_mark, answer.asset_id, file.fields)
        return Answer(answer.asset_id, is_duplicate=answer.was_there)


def incoming_of(file: Received) -> Incoming:
    """Raises ``ApiRefused`` (400) for what is plainly no photo or video."""
    try:
        found = recognize(file.head)
    except ContentUnreadable as exc:
        words = f"Unsupported file type {file.filename}: {exc}"
        raise ApiRefused(HTTPStatus.BAD_REQUEST, words) from exc
    if file.fields.visibility in _hiding(found.kind):
        raise ApiRefused(HTTPStatus.BAD_REQUEST, f"{file.filename}: {NOT_HIDDEN}")
    return Incoming(
        key=file.key,
        path=file.path,
        filename=file.filename,
        sha1=file.sha1,
        size=file.size,
        media_type=found.media_type,
        modified_at=file.fields.modified_at,
        created_at=file.fields.created_at,
        live_video_id=file.fields.live_video_id,
        sidecar=file.sidecar,
        is_owners=True,
    )


def not_now(words: str) -> ApiRefused:
    return ApiRefused(HTTPStatus.SERVICE_UNAVAILABLE, words, {"retry-after": "5"})


def _hiding(kind: AssetKind) -> set[str]:
    return {"locked"} if kind is AssetKind.VIDEO else {"hidden", "locked"}


def _mark(asset_id: UUID, fields: Fields) -> None:
    """Keep what else was said of a new photo; without that it is there all the same."""
    is_archived = fields.visibility == "archive"
    if not (fields.is_favorite or is_archived):
        return
    marks = Amendment(is_favorite=fields.is_favorite or None, is_archived=is_archived or None)
    try:
        get_library().amend([asset_id], marks)
    except LibraryError as exc:
        logger.warning("%s is no favourite, nor archived, as it was to be: %s", asset_id, exc)


def _check_half(asset_id: UUID) -> None:
    try:
        kind = get_library().asset(asset_id).kind
    except NotInLibrary as exc:
        raise ApiRefused(HTTPStatus.BAD_REQUEST, "Live photo video not found") from exc
    if kind is not AssetKind.VIDEO:
        raise ApiRefused(HTTPStatus.BAD_REQUEST, "Live photo video must be a video")
