"""``/api``: shared links, for their owners; ``link_entrance`` has the guests' part."""

from http import HTTPStatus
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from ninja import Path, Query

from portal.api_answers import answer, nothing
from portal.api_errors import ApiRefused
from portal.library import get_library
from portal.library.types import AssetFilter
from sharing.albums.models import PortalAlbum
from sharing.api.guarding import ApiRequest, needs, owner_of
from sharing.api.link_answers import AssetResult, LinkAnswer
from sharing.api.link_bodies import ChosenAssets, LinkChange, LinkQuery, NewLink
from sharing.api.link_entrance import router
from sharing.api.link_shapes import own_link_dict, own_link_dicts
from sharing.api.owned_links import own_link, own_links, refused
from sharing.links import (
    LinkSettings,
    add_assets,
    change_link,
    delete_link,
    remove_assets,
    share_album,
    share_assets,
    share_portal_album,
)
from sharing.models import SharedLink

__all__ = ["router"]


@router.get(
    "",
    auth=needs("sharedLink.read"),
    response=list[LinkAnswer],
    operation_id="getAllSharedLinks",
    summary="List links",
)
def list_links(request: ApiRequest, query: Query[LinkQuery]) -> HttpResponse:
    links = own_links(request).select_related("owner", "portal_album")
    if query.id:
        links = links.filter(pk=query.id)
    if query.album_id:
        links = links.of_album(query.album_id)
    return answer(own_link_dicts(list(links)))


@router.post(
    "",
    auth=needs("sharedLink.create"),
    response={201: LinkAnswer},
    operation_id="createSharedLink",
    summary="Make a link",
)
def create(request: ApiRequest, body: NewLink) -> HttpResponse:
    wanted = body.wanted()
    try:
        link = _share(owner_of(request), body, wanted)
    except ValidationError as exc:
        raise refused(exc, wanted.slug) from exc
    return answer(own_link_dict(link), HTTPStatus.CREATED)


@router.get(
    "/{id}",
    auth=needs("sharedLink.read"),
    response=LinkAnswer,
    operation_id="getSharedLinkById",
    summary="One link",
)
def retrieve(request: ApiRequest, id: Path[UUID]) -> HttpResponse:
    return answer(own_link_dict(own_link(own_links(request), id)))


@router.patch(
    "/{id}",
    auth=needs("sharedLink.update"),
    response=LinkAnswer,
    operation_id="updateSharedLink",
    summary="Change a link",
)
def change(request: ApiRequest, id: Path[UUID], body: LinkChange) -> HttpResponse:
    with transaction.atomic():  # what was not sent stays as it is now, whoever else changes it
        link = own_link(own_links(request).select_for_update(of=("self",)), id)
        if wanted := body.wanted(link):
            try:
                link = change_link(link, wanted)
            except ValidationError as exc:
                raise refused(exc, wanted.slug, link) from exc
    return answer(own_link_dict(link))


@router.delete(
    "/{id}",
    auth=needs("sharedLink.delete"),
    response={204: None},
    operation_id="removeSharedLink",
    summary="Delete a link",
)
def delete(request: ApiRequest, id: Path[UUID]) -> HttpResponse:
    delete_link(own_link(own_links(request), id))
    return nothing()


@router.put(
    "/{id}/assets",
    auth=needs("sharedLink.update"),
    response=list[AssetResult],
    operation_id="addSharedLinkAssets",
    summary="Add photos to a link of chosen photos",
)
def put_assets(request: ApiRequest, id: Path[UUID], body: ChosenAssets) -> HttpResponse:
    link = _of_chosen(request, id)
    added, missing = add_assets(link, body.asset_ids)
    results = []
    for asset_id in body.asset_ids:
        error = "no_permission" if asset_id in missing else "duplicate"
        results.append(_result(asset_id, "" if asset_id in added else error))
        added.discard(asset_id)  # named twice, it is there already
    return answer(results)


@router.delete(
    "/{id}/assets",
    auth=needs("sharedLink.update"),
    response=list[AssetResult],
    operation_id="removeSharedLinkAssets",
    summary="Take photos out of a link of chosen photos",
)
def delete_assets(request: ApiRequest, id: Path[UUID], body: ChosenAssets) -> HttpResponse:
    link = _of_chosen(request, id)
    present = set(link.items.values_list("asset_id", flat=True)) & set(body.asset_ids)
    remove_assets(link, present)
    results = []
    for asset_id in body.asset_ids:
        results.append(_result(asset_id, "" if asset_id in present else "not_found"))
        present.discard(asset_id)
    return answer(results)


def _share(owner: User, body: NewLink, wanted: LinkSettings) -> SharedLink:
    """Raises ``ApiRefused`` or ``ValidationError``."""
    if body.type == SharedLink.Kind.INDIVIDUAL:
        if not body.asset_ids:
            raise ApiRefused(HTTPStatus.BAD_REQUEST, "Invalid assetIds")
        ids = frozenset(body.asset_ids)
        if get_library().totals(AssetFilter(ids=ids)).count < len(ids):
            raise ApiRefused(HTTPStatus.BAD_REQUEST, "Not found or no asset.share access")
        return share_assets(owner, ids, wanted)
    if body.album_id is None:
        raise ApiRefused(HTTPStatus.BAD_REQUEST, "Invalid albumId")
    made = PortalAlbum.objects.alive().owned_by(owner).filter(pk=body.album_id).first()
    if made:
        return share_portal_album(owner, made, wanted)
    try:
        return share_album(owner, body.album_id, wanted)
    except ValidationError as exc:
        if getattr(exc, "code", "") == "album":
            message = "Not found or no album.share access"
            raise ApiRefused(HTTPStatus.BAD_REQUEST, message) from exc
        raise


def _of_chosen(request: ApiRequest, link_id: UUID) -> SharedLink:
    link = own_link(own_links(request), link_id)
    if link.kind != SharedLink.Kind.INDIVIDUAL:
        raise ApiRefused(HTTPStatus.BAD_REQUEST, "Invalid shared link type")
    return link


def _result(asset_id: UUID, error: str) -> dict[str, str | bool]:
    why = {"error": error} if error else {}
    return {"assetId": str(asset_id), "success": not error, **why}
