"""What is sent to ``/api/download/…`` and ``/api/portal/downloads``, and what is answered."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from downloads.models import Size
from sharing.api.link_bodies import Body

MOST_PHOTOS = 100_000  # named in one request
GIB = 2**30

Ids = Annotated[list[UUID], Field(max_length=MOST_PHOTOS)]


class DownloadWanted(Body):
    """DownloadInfoDto: photos by their ids, or those of an album, or all of a user's."""

    asset_ids: Ids | None = None
    album_id: UUID | None = None
    user_id: UUID | None = None
    archive_size: Annotated[int, Field(ge=1)] = 4 * GIB


class NewDownload(Body):
    """Photos by their ids or of an album; for guests without either all that their link shows."""

    asset_ids: Ids | None = None
    album_id: UUID | None = None
    size: Size = Size.ORIGINAL


class ArchiveShape(Body):
    size: int
    asset_ids: list[str]


class DownloadShape(Body):
    """DownloadResponseDto."""

    total_size: int
    archives: list[ArchiveShape]


class LeftOutShape(Body):
    asset_id: str
    name: str
    reason: str


class StateShape(Body):
    """A download and how far it is; sizes in bytes, ``archive`` the address it is fetched from."""

    id: str
    name: str
    state: str
    size: str
    count: int
    count_done: int
    count_left_out: int
    bytes_total: int
    bytes_done: int
    archive_size: int | None
    archive: str | None
    waits_for: str | None
    refusal: str | None
    created_at: str
    expires_at: str
    left_out: list[LeftOutShape] | None = None
