"""What is answered about assets and albums: the description, for whoever reads it.

Nothing is checked against these while answering: a thousand assets would take a fifth of a second.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sharing.api.link_bodies import Body


class ExifAnswer(Body):
    """ExifResponseDto. City, state and country are known where the home of the photos tells them."""

    make: str | None
    model: str | None
    exif_image_width: int | None
    exif_image_height: int | None
    file_size_in_byte: int | None
    orientation: str | None
    date_time_original: datetime | None
    modify_date: datetime | None
    time_zone: str | None
    lens_model: str | None
    f_number: float | None
    focal_length: float | None
    iso: int | None
    exposure_time: str | None
    latitude: float | None
    longitude: float | None
    city: str | None
    state: str | None
    country: str | None
    description: str | None
    projection_type: str | None
    rating: int | None


class UserAnswer(Body):
    """UserResponseDto."""

    id: UUID
    email: str
    name: str
    profile_image_path: str
    avatar_color: str
    profile_changed_at: datetime


class TagAnswer(Body):
    """TagResponseDto."""

    id: UUID
    name: str
    value: str
    created_at: datetime
    updated_at: datetime
    parent_id: UUID | None = None


class AssetAnswer(Body):
    """AssetResponseDto. Guests are told of the file that they get: see ``showMetadata``.

    ``checksum`` is base64 of its SHA-1, and empty where that is not known. ``duration`` is in
    milliseconds for clients of Immich 3, a text for those of 2 (``LOGGIA_API_DURATION``).
    """

    id: UUID
    created_at: datetime
    device_asset_id: str
    device_id: str
    owner_id: UUID
    owner: UserAnswer | None = None
    library_id: UUID | None
    type: Literal["IMAGE", "VIDEO"]
    original_path: str
    original_file_name: str
    original_mime_type: str
    thumbhash: str | None
    file_created_at: datetime
    file_modified_at: datetime
    local_date_time: datetime
    updated_at: datetime
    is_favorite: bool
    is_archived: bool
    is_trashed: bool
    visibility: Literal["archive", "timeline", "hidden", "locked"]
    duration: int | str | None
    exif_info: ExifAnswer | None = None
    live_photo_video_id: UUID | None
    tags: list[TagAnswer]
    people: list[dict[str, Any]]
    checksum: str
    stack: None
    is_offline: bool
    has_metadata: bool
    duplicate_id: None
    resized: bool
    width: int
    height: int
    is_edited: bool


class AlbumUserAnswer(Body):
    """AlbumUserResponseDto."""

    user: UserAnswer
    role: Literal["editor"]


class AlbumAnswer(Body):
    """AlbumResponseDto."""

    id: UUID
    album_name: str
    description: str
    album_thumbnail_asset_id: UUID | None
    created_at: datetime
    updated_at: datetime
    owner_id: UUID
    owner: UserAnswer
    album_users: list[AlbumUserAnswer]
    shared: bool
    has_shared_link: bool
    start_date: datetime | None = None
    end_date: datetime | None = None
    assets: list[AssetAnswer]
    asset_count: int
    is_activity_enabled: bool
    order: Literal["asc", "desc"]


class AlbumCounts(Body):
    """How many albums there are, and how many of them a link shares."""

    owned: int
    shared: int
    not_shared: int


class IdResult(Body):
    """BulkIdResponseDto."""

    id: UUID
    success: bool
    error: Literal["duplicate", "no_permission", "not_found", "unknown", "validation"] | None = None
    error_message: str | None = None


class Counts(Body):
    """AssetStatsResponseDto."""

    images: int
    videos: int
    total: int
