"""What clients of Immich send about assets."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, StrictBool

from sharing.api.link_bodies import Body, Text, as_text

MOST_IDS = 10_000  # in one request
Ids = Annotated[list[UUID], Field(max_length=MOST_IDS)]
Visibility = Literal["archive", "timeline", "hidden", "locked"]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Minutes = Annotated[float, Field(ge=-500_000_000, le=500_000_000)]  # about a thousand years
WrittenMoment = Annotated[datetime, BeforeValidator(as_text)]  # with the zone of its place
Rating = Annotated[int, Field(ge=-1, le=5)]


class Chosen(Body):
    """BulkIdsDto."""

    ids: Ids


class Thrown(Chosen):
    """AssetBulkDeleteDto. ``force`` changes nothing: the bin keeps them for a while all the same."""

    force: StrictBool | None = None


class Amended(Body):
    """UpdateAssetDto: what is to be known of an asset. What is not sent stays as it is."""

    description: Annotated[Text, Field(max_length=10_000)] | None = None
    rating: Rating | None = None
    is_favorite: StrictBool | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    date_time_original: WrittenMoment | None = None
    visibility: Visibility | None = None
    live_photo_video_id: UUID | None = None


class AmendedTogether(Amended):
    """AssetBulkUpdateDto."""

    ids: Ids
    date_time_relative: Minutes | None = None
    time_zone: Text | None = None
    duplicate_id: Text | None = None


class Copied(Body):
    """AssetCopyDto: what one asset takes over from another."""

    source_id: UUID
    target_id: UUID
    albums: StrictBool = True
    favorite: StrictBool = True
    shared_links: StrictBool = True
    sidecar: StrictBool = True
    stack: StrictBool = True


class StatisticsQuery(Body):
    """Which assets are counted."""

    is_favorite: bool | None = None
    is_trashed: bool | None = None
    visibility: Visibility | None = None
