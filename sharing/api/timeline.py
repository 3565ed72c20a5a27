"""``/api``: the timeline."""

from django.http import HttpResponse
from ninja import Query, Router

from portal.api_answers import answer
from sharing.api.asset_bodies import Visibility
from sharing.api.buckets import BucketQuery, BucketsQuery, columns_of, counts_of, months_of
from sharing.api.guarding import ApiRequest, needs
from sharing.api.link_bodies import Body

router = Router(tags=["Timeline"])


class MonthCount(Body):
    """TimeBucketsResponseDto: a month by its first day."""

    time_bucket: str
    count: int


class MonthColumns(Body):
    """TimeBucketAssetResponseDto: lists of the same length. Places come ``withCoordinates``."""

    id: list[str]
    owner_id: list[str]
    is_image: list[bool]
    is_favorite: list[bool]
    is_trashed: list[bool]
    visibility: list[Visibility]
    duration: list[int | str | None]
    live_photo_video_id: list[str | None]
    created_at: list[str]
    file_created_at: list[str]
    local_offset_hours: list[float]
    projection_type: list[str | None]
    ratio: list[float]
    thumbhash: list[str | None]
    city: list[str | None]
    country: list[str | None]
    latitude: list[float | None] | None = None
    longitude: list[float | None] | None = None


@router.get(
    "/buckets",
    auth=needs("asset.read", guests=True),
    response=list[MonthCount],
    operation_id="getTimeBuckets",
    summary="How many photos each month has",
)
def buckets(request: ApiRequest, query: Query[BucketsQuery]) -> HttpResponse:
    return answer(counts_of(months_of(request.auth, query)))


@router.get(
    "/bucket",
    auth=needs("asset.read", guests=True),
    response=MonthColumns,
    operation_id="getTimeBucket",
    summary="The photos of one month",
)
def bucket(request: ApiRequest, query: Query[BucketQuery]) -> HttpResponse:
    return answer(columns_of(request.auth, query))
