"""``/api``: albums. Those of the library are as their home has them; owners make others here."""

from http import HTTPStatus
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from ninja import Path, Query, Router

from portal.api_answers import answer, nothing
from portal.api_errors import ApiRefused
from portal.library.types import Page
from sharing.albums.editing import (
    choose_cover,
    delete_album,
    describe,
    make_album,
    rename,
    set_order,
)
from sharing.albums.models import PortalAlbum
from sharing.api.album_bodies import AlbumChange, AlbumDetail, AlbumQuery, NewAlbum
from sharing.api.album_finding import FoundAlbum, albums_with, find_album, own_albums, shared_albums
from sharing.api.album_members import add_as_guest, add_to, remove_from
from sharing.api.album_shapes import album_dict
from sharing.api.answers import AlbumAnswer, AlbumCounts, IdResult
from sharing.api.asset_bodies import Chosen
from sharing.api.callers import Caller, GuestCaller
from sharing.api.guarding import ApiRequest, needs, owner_of
from sharing.api.shapes import View, asset_dicts

router = Router(tags=["Albums"])
ALL = Page(limit=1_000_000)
OF_LIBRARY = "This album is a folder or an album of your library: change it there."
ORDERS = {"asc": PortalAlbum.Order.OLDEST, "desc": PortalAlbum.Order.NEWEST}


@router.get(
    "",
    auth=needs("album.read"),
    response=list[AlbumAnswer],
    operation_id="getAllAlbums",
    summary="List albums",
)
def list_albums(request: ApiRequest, query: Query[AlbumQuery]) -> HttpResponse:
    found = own_albums(owner_of(request))
    if query.asset_id is not None:
        holding = albums_with(query.asset_id)
        found = [each for each in found if each.album.id in holding]
    elif query.shared is not None:
        found = [each for each in found if each.facts.is_shared == query.shared]
    view = View.of(request.auth)
    return answer([album_dict(each.album, view, each.facts) for each in found])


@router.get(
    "/statistics",
    auth=needs("album.statistics"),
    response=AlbumCounts,
    operation_id="getAlbumStatistics",
    summary="Count albums",
)
def statistics(request: ApiRequest) -> HttpResponse:
    owner = owner_of(request)
    found = {each.album.id for each in own_albums(owner)}
    shared = len(found & shared_albums(owner))
    return answer({"owned": len(found), "shared": shared, "notShared": len(found) - shared})


@router.post(
    "",
    auth=needs("album.create"),
    response={201: AlbumAnswer},
    operation_id="createAlbum",
    summary="Make an album",
)
def create(request: ApiRequest, body: NewAlbum) -> HttpResponse:
    if body.album_users:
        message = "Albums are not shared with users here. Make a link to the album instead."
        raise ApiRefused(HTTPStatus.BAD_REQUEST, message)
    with transaction.atomic():
        made = make_album(owner_of(request), body.album_name, dict.fromkeys(body.asset_ids))
        if body.description:
            describe(made, body.description)
    return answer(_told(request.auth, find_album(request.auth, made.pk)), HTTPStatus.CREATED)


@router.get(
    "/{id}",
    auth=needs("album.read", guests=True),
    response=AlbumAnswer,
    operation_id="getAlbumInfo",
    summary="One album",
)
def retrieve(
    request: ApiRequest,
    id: Path[UUID],
    query: Query[AlbumDetail],
) -> HttpResponse:
    found = find_album(request.auth, id)
    return answer(_told(request.auth, found, with_assets=not query.without_assets))


@router.patch(
    "/{id}",
    auth=needs("album.update"),
    response=AlbumAnswer,
    operation_id="updateAlbumInfo",
    summary="Change an album",
)
def change(request: ApiRequest, id: Path[UUID], body: AlbumChange) -> HttpResponse:
    made = _made(request.auth, id, "album.update")
    with transaction.atomic():
        if body.album_name is not None:
            rename(made, body.album_name)
        if body.description is not None:
            describe(made, body.description)
        if body.order is not None:
            set_order(made, ORDERS[body.order])
        cover = body.album_thumbnail_asset_id
        if cover is not None and not choose_cover(made, cover):
            raise ApiRefused(HTTPStatus.BAD_REQUEST, "Invalid album thumbnail")
    return answer(_told(request.auth, find_album(request.auth, id), with_assets=False))


@router.delete(
    "/{id}",
    auth=needs("album.delete"),
    response={204: None},
    operation_id="deleteAlbum",
    summary="Delete an album",
)
def delete(request: ApiRequest, id: Path[UUID]) -> HttpResponse:
    delete_album(_made(request.auth, id, "album.delete"))
    return nothing()


@router.put(
    "/{id}/assets",
    auth=needs("albumAsset.create", guests=True),
    response=list[IdResult],
    operation_id="addAssetsToAlbum",
    summary="Put photos into an album",
)
def put_assets(request: ApiRequest, id: Path[UUID], body: Chosen) -> HttpResponse:
    if isinstance(request.auth, GuestCaller):
        return answer(add_as_guest(request.auth, id, body.ids))
    return answer(add_to(find_album(request.auth, id, "albumAsset.create"), body.ids))


@router.delete(
    "/{id}/assets",
    auth=needs("albumAsset.delete"),
    response=list[IdResult],
    operation_id="removeAssetFromAlbum",
    summary="Take photos out of an album",
)
def delete_assets(request: ApiRequest, id: Path[UUID], body: Chosen) -> HttpResponse:
    return answer(remove_from(find_album(request.auth, id, "albumAsset.delete"), body.ids))


def _made(caller: Caller, album_id: UUID, permission: str) -> PortalAlbum:
    """An album that was made here; others are not changed from here."""
    found = find_album(caller, album_id, permission)
    if found.made is None:
        raise ApiRefused(HTTPStatus.BAD_REQUEST, OF_LIBRARY)
    return found.made


def _told(caller: Caller, found: FoundAlbum, *, with_assets: bool = True) -> dict[str, object]:
    view = View.of(caller)
    assets = asset_dicts(found.contents.assets(ALL), view) if with_assets else []
    return album_dict(found.album, view, found.facts, assets)
