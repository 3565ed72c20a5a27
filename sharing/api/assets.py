"""``/api``: what is known of assets, what owners change of that, and their way into the bin."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.http import HttpResponse
from ninja import Path, Query, Router

from portal.accounts.shapes import user_dict
from portal.api_answers import answer, nothing
from portal.library import get_library
from portal.library.queries import AssetQuery
from portal.library.types import Asset, AssetFilter, AssetKind
from sharing.api.answers import AssetAnswer, Counts
from sharing.api.asset_bodies import Amended, AmendedTogether, Copied, StatisticsQuery, Thrown
from sharing.api.asset_changes import (
    amend_assets,
    amendment_of,
    copy_marks,
    delete_assets,
    move_in_time,
)
from sharing.api.callers import Caller, GuestCaller
from sharing.api.delivered import delivered
from sharing.api.guarding import ApiRequest, needs, owner_of
from sharing.api.seeing import check_all, find_asset, number_of
from sharing.api.shapes import View, asset_dict
from sharing.api.tag_shapes import tag_dict
from sharing.tags.tagging import tags_on

router = Router(tags=["Assets"])


@router.get(
    "/statistics",
    auth=needs("asset.statistics"),
    response=Counts,
    operation_id="getAssetStatistics",
    summary="Count photos and videos",
)
def statistics(request: ApiRequest, query: Query[StatisticsQuery]) -> HttpResponse:
    counts = {kind: _count(query, kind) for kind in AssetKind}
    images, videos = counts[AssetKind.IMAGE], counts[AssetKind.VIDEO]
    return answer({"images": images, "videos": videos, "total": images + videos})


@router.put(
    "/copy",
    auth=needs("asset.copy"),
    response={204: None},
    operation_id="copyAsset",
    summary="Take over marks",
)
def copy(request: ApiRequest, body: Copied) -> HttpResponse:
    check_all(request.auth, [body.source_id, body.target_id], "asset.copy")
    copy_marks(owner_of(request), body)
    return nothing()


@router.get(
    "/{id}",
    auth=needs("asset.read", guests=True),
    response=AssetAnswer,
    operation_id="getAssetInfo",
    summary="One asset",
)
def retrieve(request: ApiRequest, id: Path[UUID]) -> HttpResponse:
    return answer(_told(request.auth, find_asset(request.auth, id)))


@router.put(
    "/{id}",
    auth=needs("asset.update"),
    response=AssetAnswer,
    operation_id="updateAsset",
    summary="Say what a photo is",
)
def change(request: ApiRequest, id: Path[UUID], body: Amended) -> HttpResponse:
    find_asset(request.auth, id, "asset.update")
    amend_assets([id], amendment_of(body))
    return answer(_told(request.auth, find_asset(request.auth, id)))


@router.put(
    "",
    auth=needs("asset.update"),
    response={204: None},
    operation_id="updateAssets",
    summary="Say what photos are",
)
def change_all(request: ApiRequest, body: AmendedTogether) -> HttpResponse:
    assets = check_all(request.auth, body.ids, "asset.update")
    amend_assets(body.ids, amendment_of(body))
    if body.date_time_relative:
        move_in_time(assets, timedelta(minutes=body.date_time_relative))
    return nothing()


@router.delete(
    "",
    auth=needs("asset.delete"),
    response={204: None},
    operation_id="deleteAssets",
    summary="Throw photos away",
)
def delete(request: ApiRequest, body: Thrown) -> HttpResponse:
    check_all(request.auth, body.ids, "asset.delete")
    delete_assets(body.ids)
    return nothing()


def _told(caller: Caller, asset: Asset) -> dict[str, object]:
    """One asset as its caller may know it; owners are told whose it is, and its tags."""
    view = View.of(caller).knowing(delivered(caller, asset))
    half = _is_half(asset)
    told = asset_dict(asset, view, number_of(caller, asset), hidden=half)
    if isinstance(caller, GuestCaller):
        return told
    tags = [tag_dict(tag) for tag in tags_on(caller.user, asset.id)]
    return told | {"owner": user_dict(caller.user), "tags": tags, "unassignedFaces": []}


def _is_half(asset: Asset) -> bool:
    """Moving halves of live photos are videos that no list shows."""
    is_video = asset.kind is AssetKind.VIDEO
    listed = AssetFilter(ids=frozenset({asset.id}))
    return is_video and not get_library().totals(listed).count


def _count(query: StatisticsQuery, kind: AssetKind) -> int:
    if query.is_trashed or query.visibility in {"hidden", "locked"}:
        return 0
    library = get_library()
    asked = AssetQuery(kind=kind, is_favorite=query.is_favorite)
    archived = replace(asked, is_archived=True)
    if query.visibility == "archive":
        return library.search_count(archived)
    both = query.visibility is None
    return library.search_count(asked) + (library.search_count(archived) if both else 0)
