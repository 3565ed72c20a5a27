"""What is answered about links: their description, for whoever reads it."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sharing.api.link_bodies import Body


class LinkAnswer(Body):
    """SharedLinkResponseDto. The password is never told: null, or eight stars where there is one.

    ``assets`` are those of a link of chosen photos; in lists the first one.
    """

    id: UUID
    description: str | None
    password: str | None
    user_id: UUID
    key: str
    type: Literal["ALBUM", "INDIVIDUAL"]
    created_at: datetime
    expires_at: datetime | None
    assets: list[dict[str, Any]]
    album: dict[str, Any] | None = None
    allow_upload: bool
    allow_download: bool
    show_metadata: bool
    slug: str | None


class AssetResult(Body):
    """AssetIdsResponseDto."""

    asset_id: UUID
    success: bool
    error: Literal["duplicate", "no_permission", "not_found"] | None = None
