"""What clients of Immich send about albums."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StrictBool

from sharing.albums.models import LONGEST_DESCRIPTION, LONGEST_NAME
from sharing.api.asset_bodies import Ids
from sharing.api.link_bodies import Body, Text

Name = Annotated[Text, Field(min_length=1, max_length=LONGEST_NAME)]
Description = Annotated[Text, Field(max_length=LONGEST_DESCRIPTION)]


class AlbumQuery(Body):
    """Which albums are listed: by whether a link shares them, or with one asset in them."""

    asset_id: UUID | None = None
    shared: bool | None = None


class AlbumDetail(Body):
    """How much is answered of one album."""

    without_assets: bool = False


class NewAlbum(Body):
    """CreateAlbumDto."""

    album_name: Name
    description: Description | None = None
    asset_ids: Ids = []
    album_users: list[dict[str, Any]] = []


class AlbumChange(Body):
    """UpdateAlbumDto. What is not sent stays as it is."""

    album_name: Name | None = None
    description: Description | None = None
    album_thumbnail_asset_id: UUID | None = None
    is_activity_enabled: StrictBool | None = None
    order: Literal["asc", "desc"] | None = None
