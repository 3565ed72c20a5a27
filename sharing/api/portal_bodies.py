"""What is asked and answered about that of links and uploads which Immich does not have."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt

from sharing.api.link_bodies import Body, Moment, settings_of
from sharing.bulk import MOST_AT_ONCE
from sharing.links import LinkSettings
from sharing.models import MOST_COUNTED, MOST_IDLE_DAYS, SharedLink

MOST_BYTES = 2**60
LARGEST_PAGE = 1_000
Count = Annotated[StrictInt, Field(ge=1, le=MOST_COUNTED)]
Days = Annotated[StrictInt, Field(ge=1, le=MOST_IDLE_DAYS)]
Bytes = Annotated[StrictInt, Field(ge=1, le=MOST_BYTES)]
Kinds = Literal["all", "photos", "videos"]
UploadState = Literal[
    "arriving",
    "arrived",
    "held",
    "accepted",
    "done",
    "same",
    "refused",
    "rejected",
    "emptied",
    "withdrawn",
    "expired",
]
SWITCHES = ("show_location", "hides_album", "holds_uploads", "credits_senders", "upload_kinds")


class Pages(Body):
    """Which page of a long list."""

    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    size: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = 100

    @property
    def rows(self) -> slice:
        return slice((self.page - 1) * self.size, self.page * self.size)

    def answer(self, items: Sequence[dict[str, Any]], total: int) -> dict[str, Any]:
        more = self.page * self.size < total
        next_page = str(self.page + 1) if more else None
        return {"items": list(items), "total": total, "nextPage": next_page}


class LinkPages(Pages):
    deleted: bool = False


class UploadPages(Pages):
    state: UploadState = "held"
    link_id: UUID | None = None


class ChosenUploads(Body):
    ids: Annotated[list[UUID], Field(max_length=MOST_AT_ONCE)]


class LimitsChange(Body):
    """What is absent stays; ``null`` takes a limit away, and leaves a switch as it is."""

    show_location: StrictBool | None = None
    max_visitors: Count | None = None
    max_downloads: Count | None = None
    max_bytes: Bytes | None = None
    idle_days: Days | None = None
    hides_album: StrictBool | None = None
    holds_uploads: StrictBool | None = None
    credits_senders: StrictBool | None = None
    upload_kinds: Kinds | None = None
    max_upload_size: Bytes | None = None
    max_upload_bytes: Bytes | None = None
    max_upload_files: Count | None = None
    uploads_until: Moment | None = None

    def wanted(self, link: SharedLink) -> LinkSettings | None:
        """The link's settings with what was sent; ``None`` where nothing was."""
        sent = {name: getattr(self, name) for name in self.model_fields_set}
        changes = {
            name: value for name, value in sent.items() if value is not None or name not in SWITCHES
        }
        return replace(settings_of(link), **changes) if changes else None


class LinkLimits(Body):
    """A link of the portal: its state, its limits, its rules for uploads, and what it counted.

    Sizes are in bytes.
    """

    id: UUID
    key: str
    slug: str | None
    description: str | None
    state: Literal["open", "paused", "expired", "full", "deleted"]
    is_paused: bool
    deleted_at: datetime | None
    closes_at: datetime | None
    show_location: bool
    max_visitors: int | None
    max_downloads: int | None
    max_bytes: int | None
    idle_days: int | None
    hides_album: bool
    holds_uploads: bool
    credits_senders: bool
    upload_kinds: Kinds
    max_upload_size: int | None
    max_upload_bytes: int | None
    max_upload_files: int | None
    uploads_until: datetime | None
    visits: int
    visitors: int
    times_taken: int
    bytes_taken: int
    used_at: datetime


class LinkLimitsPage(Body):
    items: list[LinkLimits]
    total: int
    next_page: str | None


class SentFile(Body):
    """A photo or video that a guest sent; a live photo is one. ``duration`` is in milliseconds."""

    id: UUID
    state: UploadState
    link_id: UUID | None
    link_name: str
    sender: str
    filename: str
    caption: str
    type: Literal["IMAGE", "VIDEO"] | None
    media_type: str
    size: int
    width: int
    height: int
    duration: int | None
    taken_at: datetime | None
    is_live: bool
    reason: str
    asset_id: UUID | None
    created_at: datetime
    decided_at: datetime | None


class SentFilesPage(Body):
    items: list[SentFile]
    total: int
    next_page: str | None


class Changed(Body):
    """How many photos and videos changed: those that were in the state for it."""

    changed: int
