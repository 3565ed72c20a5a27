"""``/timeline`` and ``/download``: how a guest of 3.x learns what is in an album."""

from collections import Counter
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import count

from portal.fake_immich.assets import Album, Asset
from portal.fake_immich.contents import Contents
from portal.fake_immich.credentials import Caller
from portal.fake_immich.shapes import encoded_thumbhash, written_duration
from portal.fake_immich.validating import check, number, uuid, uuids
from portal.fake_immich.wire import (
    ArchiveAnswer,
    Json,
    JsonAnswer,
    Refused,
    Request,
    bad_request,
    no_access,
)
from portal.fake_immich.world import World

_AT_MOST = 4 * 2**30  # bytes in one archive, when the request does not say


def buckets(world: World, request: Request, caller: Caller) -> JsonAnswer:
    assets = _timeline(world, request, caller)
    months = Counter(_month(asset) for asset in assets)
    newest_first = sorted(months.items(), reverse=True)
    return JsonAnswer([{"timeBucket": month, "count": count} for month, count in newest_first])


def bucket(world: World, request: Request, caller: Caller) -> JsonAnswer:
    month = request.query.get("timeBucket", "")[:10]
    rows = [_row(world, one) for one in _timeline(world, request, caller) if _month(one) == month]
    names = rows[0] if rows else {}
    return JsonAnswer({name: [row[name] for row in rows] for name in names})


def info(world: World, request: Request, caller: Caller) -> JsonAnswer:
    """Live photos bring their moving halves."""
    body = request.json()
    check(world, body, {"assetIds": uuids, "albumId": uuid, "archiveSize": number(1)})
    assets = _wanted(world, body, caller)
    moving = (world.assets.get(asset.live_video_id or "") for asset in assets)
    assets += [asset for asset in moving if asset]
    limit = int(body.get("archiveSize") or _AT_MOST)
    archives: list[Json] = []
    for asset in assets:
        if not archives or archives[-1]["size"] > limit:
            archives.append({"size": 0, "assetIds": []})
        archives[-1]["size"] += asset.contents.size
        archives[-1]["assetIds"].append(asset.id)
    total = sum(archive["size"] for archive in archives)
    return JsonAnswer({"totalSize": total, "archives": archives}, HTTPStatus.CREATED)


def archive(world: World, request: Request, caller: Caller) -> ArchiveAnswer:
    """Each id once; names that are there already get a number."""
    body = request.json()
    check(world, body, {"assetIds": uuids})
    if not body.get("assetIds"):
        raise Refused(HTTPStatus.INTERNAL_SERVER_ERROR, "Failed to download archive")
    files: dict[str, Contents] = {}
    for asset in {each.id: each for each in _wanted(world, body, caller)}.values():
        stem, _dot, suffix = asset.filename.rpartition(".")
        names = (f"{stem}+{number}.{suffix}" for number in count(1))
        name = asset.filename if asset.filename not in files else next(
            each for each in names if each not in files
        )  # fmt: skip
        files[name] = asset.contents
    return ArchiveAnswer(files)


def _wanted(world: World, body: dict[str, Json], caller: Caller) -> list[Asset]:
    may_download = caller.link is None or caller.link.allow_download
    if album_id := body.get("albumId"):
        album = world.albums.get(album_id)
        if album is None or not may_download or not _is_open(world, album, caller):
            raise no_access("album.download")
        return world.shown(album)
    if "assetIds" not in body:
        raise bad_request("assetIds, albumId, or userId is required")
    found = [asset for each in body["assetIds"] if (asset := world.assets.get(each))]
    is_open = all(_may_see(world, asset, caller) for asset in found)
    if len(found) < len(body["assetIds"]) or not may_download or not is_open:
        raise bad_request("Not found or no asset.download access")
    return found


def _timeline(world: World, request: Request, caller: Caller) -> list[Asset]:
    album_id = request.query.get("albumId")
    if caller.link and (not album_id or "userId" in request.query):
        raise no_access("timeline.read")
    if album_id:
        album = world.albums.get(album_id)
        if album is None or not _is_open(world, album, caller):
            raise no_access("album.read")
        return [each for each in world.shown(album) if each.visibility == "timeline"]
    mine = [
        each for each in world.assets.values()
        if each.owner_id == caller.user.id and each.visibility == "timeline" and not each.deleted_at
    ]  # fmt: skip
    return sorted(mine, key=lambda asset: asset.taken_at, reverse=True)


def _is_open(world: World, album: Album, caller: Caller) -> bool:
    if caller.link:
        return caller.link.album_id == album.id
    return any(each is album for each in world.albums_of(caller.user))


def _may_see(world: World, asset: Asset, caller: Caller) -> bool:
    if caller.link:
        return world.link_shows(caller.link, asset)
    return world.may_see(caller.user, asset)


def _month(asset: Asset) -> str:
    return (asset.taken_at + asset.offset).strftime("%Y-%m-01")


def _row(world: World, one: Asset) -> Json:
    return {
        "city": one.shot.city,
        "country": one.shot.country,
        "duration": written_duration(world, one) if one.kind == "VIDEO" else None,
        "id": one.id,
        "visibility": one.visibility,
        "isFavorite": one.is_favorite,
        "isImage": one.kind == "IMAGE",
        "isTrashed": one.deleted_at is not None,
        "livePhotoVideoId": one.live_video_id,
        "fileCreatedAt": _naive(one.taken_at),
        "localOffsetHours": one.offset.total_seconds() / 3600,
        "ownerId": one.owner_id,
        "projectionType": None,
        "ratio": round((one.width or 1) / (one.height or 1), 3),
        "status": "trashed" if one.deleted_at else "active",
        "thumbhash": encoded_thumbhash(one),
    }


def _naive(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat()
