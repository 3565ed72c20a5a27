"""``/assets/{id}``: what is known of one file, its bytes, and pictures of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from portal.fake_immich import moments, shapes
from portal.fake_immich.assets import Asset
from portal.fake_immich.contents import InMemory
from portal.fake_immich.credentials import Caller
from portal.fake_immich.media_types import WEB
from portal.fake_immich.validating import check, one_of, path_uuid, uuids
from portal.fake_immich.wire import (
    NO_CACHE,
    Empty,
    FileAnswer,
    Json,
    JsonAnswer,
    Redirect,
    Refused,
    Request,
    bad_request,
    no_access,
)
from portal.fake_immich.world import World


def info(world: World, _request: Request, caller: Caller, asset_id: str) -> JsonAnswer:
    asset = _readable(world, caller, asset_id, "asset.read")
    found = shapes.asset_in_full(world, asset, is_guest=caller.link is not None)
    if caller.link and not caller.link.show_metadata:
        found = shapes.without_metadata(found)
    return JsonAnswer(found)


def original(world: World, _request: Request, caller: Caller, asset_id: str) -> FileAnswer:
    asset = _readable(world, caller, asset_id, "asset.download")
    if caller.link and not caller.link.allow_download:
        raise no_access("asset.download")
    return FileAnswer(asset.contents, asset.media_type, asset.filename)


def thumbnail(
    world: World, request: Request, caller: Caller, asset_id: str
) -> FileAnswer | Redirect:
    path_uuid(world, asset_id)
    size = request.query.get("size", "thumbnail")
    choices = ("original", "fullsize", "preview", "thumbnail")
    if message := one_of(*choices)(world, "size", size):
        raise bad_request([message])
    asset = _readable(world, caller, asset_id, "asset.view")
    if size == "original":
        if not world.is_next:
            raise bad_request("May not request original file")
        return Redirect("original?")
    if size == "fullsize" and (elsewhere := _fullsize_is_at(request, caller, asset)):
        return elsewhere
    if asset.picture is None:
        raise Refused(HTTPStatus.NOT_FOUND, "Asset media not found", headers=NO_CACHE)
    data, media_type = asset.picture(size)
    stem = asset.id if caller.link and not caller.link.show_metadata else _stem(asset)
    name = f"{stem}_{size}.{media_type.partition('/')[2]}"
    return FileAnswer(InMemory(data, asset.created_at), media_type, name)


def playback(world: World, _request: Request, caller: Caller, asset_id: str) -> FileAnswer:
    asset = _readable(world, caller, asset_id, "asset.view")
    if asset.kind != "VIDEO":
        message = "Asset not found or asset is not a video"
        raise Refused(HTTPStatus.NOT_FOUND, message, headers=NO_CACHE)
    if asset.playback:
        return FileAnswer(asset.playback, "video/mp4")
    return FileAnswer(asset.contents, asset.media_type)


def statistics(world: World, _request: Request, caller: Caller) -> JsonAnswer:
    kinds = [
        each.kind for each in world.assets.values()
        if each.owner_id == caller.user.id and each.visibility != "hidden" and not each.deleted_at
    ]  # fmt: skip
    images = kinds.count("IMAGE")
    return JsonAnswer({"images": images, "videos": len(kinds) - images, "total": len(kinds)})


def delete(world: World, request: Request, caller: Caller) -> Empty:
    """To the trash, or with ``force`` for good."""
    body = request.json()
    check(world, body, {"ids": uuids})
    assets = [world.assets.get(each) for each in body.get("ids") or []]
    if any(asset is None or asset.owner_id != caller.user.id for asset in assets):
        raise no_access("asset.delete")
    for asset in filter(None, assets):
        if body.get("force"):
            forget(world, asset.id)
        else:
            asset.deleted_at = asset.updated_at = moments.now()
    world.revision += 1
    return Empty()


def update(world: World, request: Request, caller: Caller) -> Empty:
    """What users say of files: each alike."""
    body = request.json()
    check(world, body, {"ids": uuids})
    assets = [world.assets.get(each) for each in body.get("ids") or []]
    if any(asset is None or asset.owner_id != caller.user.id for asset in assets):
        raise no_access("asset.update")
    for asset in filter(None, assets):
        _say(asset, body)
        asset.updated_at = moments.now()
    world.revision += 1
    return Empty()


def _say(asset: Asset, body: Json) -> None:
    for name, attribute in (
        ("description", "description"),
        ("rating", "rating"),
        ("isFavorite", "is_favorite"),
        ("visibility", "visibility"),
    ):
        if name in body:
            setattr(asset, attribute, body[name])
    if "latitude" in body and "longitude" in body:
        place = {"latitude": body["latitude"], "longitude": body["longitude"]}
        asset.shot = replace(asset.shot, **place)
    if "dateTimeOriginal" in body:
        moment = datetime.fromisoformat(body["dateTimeOriginal"])
        asset.taken_at, asset.offset = moment.astimezone(UTC), moment.utcoffset() or timedelta()
        asset.has_exif = True


def restore(world: World, request: Request, caller: Caller) -> JsonAnswer:
    """Out of the trash; counts what was there."""
    body = request.json()
    check(world, body, {"ids": uuids})
    assets = [world.assets.get(each) for each in body.get("ids") or []]
    if any(asset is None or asset.owner_id != caller.user.id for asset in assets):
        raise no_access("asset.delete")
    trashed = [asset for asset in assets if asset and asset.deleted_at]
    for asset in trashed:
        asset.deleted_at, asset.updated_at = None, moments.now()
    world.revision += 1
    return JsonAnswer({"count": len(trashed)})


def forget(world: World, asset_id: str) -> None:
    """Nothing of it is left."""
    del world.assets[asset_id]
    for link in world.links.values():
        link.asset_ids.pop(asset_id, None)
    for album in world.albums.values():
        album.asset_ids.pop(asset_id, None)
        if album.cover_id == asset_id:
            album.cover_id = next(iter(album.asset_ids), None)
    world.revision += 1


def _fullsize_is_at(request: Request, caller: Caller, asset: Asset) -> Redirect | None:
    """A guest is sent to the preview; what a browser shows by itself needs no other form."""
    if caller.link:
        query = request.query_string.replace("size=fullsize", "size=preview")
        return Redirect(f"{request.path}?{query}")
    return Redirect("original?") if asset.media_type in WEB else None


def _stem(asset: Asset) -> str:
    return asset.filename.rpartition(".")[0] or asset.filename


def _readable(world: World, caller: Caller, asset_id: str, permission: str) -> Asset:
    asset = world.assets.get(path_uuid(world, asset_id))
    if asset is None:
        raise no_access(permission)
    if caller.link:
        is_open = world.link_shows(caller.link, asset)
    else:
        is_open = world.may_see(caller.user, asset)
    if not is_open:
        raise no_access(permission)
    return asset
