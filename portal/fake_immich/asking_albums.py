"""``/albums``."""

from http import HTTPStatus

from portal.fake_immich import album_shapes, moments, shapes
from portal.fake_immich.assets import Album
from portal.fake_immich.credentials import Caller
from portal.fake_immich.validating import check, path_uuid, require, text, uuids
from portal.fake_immich.wire import Empty, Json, JsonAnswer, Refused, Request, no_access
from portal.fake_immich.world import World


def listed(world: World, request: Request, caller: Caller) -> JsonAnswer:
    """One's own albums; ``shared=true`` brings those of others too."""
    mine = [each for each in world.albums.values() if each.owner_id == caller.user.id]
    shared = request.query.get("shared")
    if asset_id := request.query.get("assetId"):
        mine = [each for each in world.albums_of(caller.user) if asset_id in each.asset_ids]
    elif shared == "true":
        mine = [each for each in world.albums_of(caller.user) if _is_shared(world, each)]
    elif shared == "false":
        mine = [each for each in mine if not _is_shared(world, each)]
    newest_first = sorted(mine, key=lambda album: album.created_at, reverse=True)
    return JsonAnswer([album_shapes.album(world, each) for each in newest_first])


def statistics(world: World, _request: Request, caller: Caller) -> JsonAnswer:
    mine = [each for each in world.albums.values() if each.owner_id == caller.user.id]
    shared = sum(_is_shared(world, each) for each in world.albums_of(caller.user))
    alone = sum(not _is_shared(world, each) for each in mine)
    return JsonAnswer({"owned": len(mine), "shared": shared, "notShared": alone})


def one(world: World, request: Request, caller: Caller, album_id: str) -> JsonAnswer:
    album = _readable(world, caller, album_id)
    shown = world.shown(album)
    is_bare = world.is_next or request.query.get("withoutAssets") == "true"
    answer = album_shapes.album(world, album, () if is_bare else shown)
    if caller.link and not caller.link.show_metadata and "assets" in answer:
        answer["assets"] = [shapes.without_metadata(each) for each in answer["assets"]]
    owners: dict[str, int] = {}
    for each in shown:
        owners[each.owner_id] = owners.get(each.owner_id, 0) + 1
    counts = [{"userId": user_id, "assetCount": count} for user_id, count in owners.items()]
    return JsonAnswer(answer | ({"contributorCounts": counts} if counts else {}))


def create(world: World, request: Request, caller: Caller) -> JsonAnswer:
    body = request.json()
    require(world, body, ["albumName"])
    check(world, body, {"assetIds": uuids, "description": text})
    now = moments.now()
    album = Album(world.new_id(), caller.user.id, body["albumName"], now, now)
    album.description = body.get("description") or ""
    wanted = [each for each in body.get("assetIds") or [] if _may_add(world, caller, each)]
    album.asset_ids = dict.fromkeys(wanted)
    album.cover_id = wanted[0] if wanted else None
    world.albums[album.id] = album
    world.revision += 1
    answer = album_shapes.album_just_written(world, album, world.shown(album))
    return JsonAnswer(answer, HTTPStatus.CREATED)


def change(world: World, request: Request, caller: Caller, album_id: str) -> JsonAnswer:
    album = _own(world, caller, album_id, "album.update")
    body = request.json()
    album.name = body.get("albumName", album.name)
    album.description = body.get("description", album.description)
    album.order = body.get("order", album.order)
    album.cover_id = body.get("albumThumbnailAssetId", album.cover_id)
    album.updated_at = moments.now()
    world.revision += 1
    return JsonAnswer(album_shapes.album_just_written(world, album))


def delete(world: World, _request: Request, caller: Caller, album_id: str) -> Empty:
    del world.albums[_own(world, caller, album_id, "album.delete").id]
    world.revision += 1
    return Empty()


def add(world: World, request: Request, caller: Caller, album_id: str) -> JsonAnswer:
    album = _writable(world, caller, album_id)
    results = [_add(world, caller, album, asset_id) for asset_id in _ids(world, request)]
    if any(each["success"] for each in results):
        album.updated_at = moments.now()
        world.revision += 1
    return JsonAnswer(results)


def remove(world: World, request: Request, caller: Caller, album_id: str) -> JsonAnswer:
    """Unlike adding, this leaves the album's ``updatedAt`` as it was."""
    album = _own(world, caller, album_id, "albumAsset.delete")
    results: list[Json] = []
    for asset_id in _ids(world, request):
        is_there = asset_id in album.asset_ids
        album.asset_ids.pop(asset_id, None)
        error = {} if is_there else {"error": "not_found"}
        results.append({"id": asset_id, "success": is_there, **error})
    if album.cover_id not in album.asset_ids:
        album.cover_id = next(iter(album.asset_ids), None)
    world.revision += 1
    return JsonAnswer(results)


def _add(world: World, caller: Caller, album: Album, asset_id: str) -> Json:
    if asset_id in album.asset_ids:
        return {"id": asset_id, "success": False, "error": "duplicate"}
    if not _may_add(world, caller, asset_id):
        return {"id": asset_id, "success": False, "error": "no_permission"}
    album.asset_ids[asset_id] = None
    album.cover_id = album.cover_id or asset_id
    return {"id": asset_id, "success": True}


def _may_add(world: World, caller: Caller, asset_id: str) -> bool:
    asset = world.assets.get(asset_id)
    return asset is not None and asset.owner_id == caller.user.id


def _ids(world: World, request: Request) -> list[str]:
    body = request.json()
    check(world, body, {"ids": uuids})
    return list(dict.fromkeys(body.get("ids") or []))


def _readable(world: World, caller: Caller, album_id: str) -> Album:
    album = world.albums.get(path_uuid(world, album_id))
    if album is None:
        raise no_access("album.read")
    if caller.link:
        is_open = caller.link.album_id == album.id
    else:
        is_open = album.owner_id == caller.user.id or caller.user.id in album.users
    if not is_open:
        raise no_access("album.read")
    return album


def _writable(world: World, caller: Caller, album_id: str) -> Album:
    """By its owner, an editor, and in 2.x a guest whose link allows uploads."""
    album = world.albums.get(path_uuid(world, album_id))
    if caller.link:
        if world.is_next:
            raise Refused(HTTPStatus.FORBIDDEN, "Forbidden")
        is_open = caller.link.allow_upload and album and caller.link.album_id == album.id
    else:
        user_id = caller.user.id
        is_open = album and (album.owner_id == user_id or album.users.get(user_id) == "editor")
    if album is None or not is_open:
        raise no_access("albumAsset.create")
    return album


def _own(world: World, caller: Caller, album_id: str, permission: str) -> Album:
    album = world.albums.get(path_uuid(world, album_id))
    if album is None or album.owner_id != caller.user.id:
        raise no_access(permission)
    return album


def _is_shared(world: World, album: Album) -> bool:
    return bool(album.users or world.links_of(album))
