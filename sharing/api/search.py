"""``/api``: searches. Guests have none: a link shows what it shows."""

from dataclasses import replace
from http import HTTPStatus
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Body, Query, Router

from portal.api_answers import answer
from portal.api_errors import ApiRefused
from portal.library import get_library
from portal.library.queries import AssetQuery, Order, Suggestion
from portal.library.types import Page
from sharing.api.answers import AssetAnswer
from sharing.api.callers import OwnerCaller
from sharing.api.guarding import ApiRequest, needs
from sharing.api.search_bodies import (
    DEFAULT,
    MetadataSearch,
    Question,
    RandomSearch,
    StatisticsSearch,
    Text,
)
from sharing.api.search_questions import query_of
from sharing.api.shapes import View, asset_dicts

NOTHING: dict[str, Any] = {"total": 0, "count": 0, "items": [], "facets": []}
SUGGESTED = {
    "country": Suggestion.COUNTRY,
    "state": Suggestion.STATE,
    "city": Suggestion.CITY,
    "camera-make": Suggestion.MAKE,
    "camera-model": Suggestion.MODEL,
    "camera-lens-model": Suggestion.LENS,
}

router = Router(tags=["Search"])


class FoundAssets(Question):
    """SearchAssetResponseDto. ``nextPage`` is the number of the next page, as a text, or null."""

    total: int
    count: int
    items: list[AssetAnswer]
    facets: list[dict[str, Any]]
    next_page: str | None
    next_cursor: None


class FoundAlbums(Question):
    """SearchAlbumResponseDto: always empty, as Immich's is."""

    total: int
    count: int
    items: list[dict[str, Any]]
    facets: list[dict[str, Any]]


class SearchAnswer(Question):
    """SearchResponseDto."""

    albums: FoundAlbums
    assets: FoundAssets


class SearchCount(Question):
    """SearchStatisticsResponseDto."""

    total: int


class Suggesting(Question):
    """Of assets that have these."""

    type: Literal["country", "state", "city", "camera-make", "camera-model", "camera-lens-model"]
    country: Text | None = None
    state: Text | None = None
    make: Text | None = None
    model: Text | None = None
    lens_model: Text | None = None
    include_null: bool = False


@router.post(
    "/metadata", auth=needs("asset.read"), response=SearchAnswer, summary="Search for assets"
)
def metadata(request: ApiRequest, body: Body[MetadataSearch | None] = None) -> HttpResponse:
    asked, caller = body or MetadataSearch(), _owner(request)
    size, number = asked.size or DEFAULT, asked.page or 1
    # One more than is shown tells whether there is more
    page = Page((number - 1) * size, size + 1)
    query = replace(query_of(asked, caller.user), order=asked.direction)
    found = get_library().search(query, page)
    shown = found[:size]
    items = asset_dicts(shown, View.of(caller, with_exif=bool(asked.with_exif)))
    following = str(number + 1) if len(found) > size else None
    assets = {**NOTHING, "total": len(items), "count": len(items), "items": items}
    return answer({"albums": NOTHING, "assets": {**assets, **_next(following)}})


@router.post(
    "/statistics", auth=needs("asset.statistics"), response=SearchCount, summary="Count assets"
)
def statistics(request: ApiRequest, body: Body[StatisticsSearch | None] = None) -> HttpResponse:
    query = query_of(body or StatisticsSearch(), _owner(request).user)
    return answer({"total": get_library().search_count(query)})


@router.post(
    "/random", auth=needs("asset.read"), response=list[AssetAnswer], summary="Some assets of many"
)
def random(request: ApiRequest, body: Body[RandomSearch | None] = None) -> HttpResponse:
    asked, caller = body or RandomSearch(), _owner(request)
    query = replace(query_of(asked, caller.user), order=Order.RANDOM)
    found = get_library().search(query, Page(limit=asked.size or DEFAULT))
    return answer(asset_dicts(found, View.of(caller, with_exif=bool(asked.with_exif))))


@router.post("/smart", auth=needs("asset.read"), summary="Not here: nothing looks into pictures")
def smart(request: ApiRequest) -> HttpResponse:
    raise ApiRefused(HTTPStatus.BAD_REQUEST, "Smart search is not enabled")


@router.get(
    "/suggestions",
    auth=needs("asset.read"),
    response=list[str | None],
    summary="What assets have: cameras, lenses, places",
)
def suggestions(request: ApiRequest, asked: Query[Suggesting]) -> HttpResponse:
    query = AssetQuery(
        make=asked.make or None,
        model=asked.model or None,
        lens=asked.lens_model or None,
        state=asked.state or None,
        country=asked.country or None,
    )
    found: list[str | None] = [*get_library().suggest(SUGGESTED[asked.type], query)]
    return answer([*found, None] if asked.include_null else found)


def _next(page: str | None) -> dict[str, str | None]:
    """Clients of 3 look for a cursor, which there is none of beside page numbers."""
    return {"nextPage": page, "nextCursor": None}


def _owner(request: ApiRequest) -> OwnerCaller:
    if not isinstance(request.auth, OwnerCaller):
        raise ApiRefused(HTTPStatus.FORBIDDEN)
    return request.auth
