"""``POST /assets`` and the checks before it."""

import base64
import binascii
import hashlib
from http import HTTPStatus
from io import BytesIO
from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from portal.fake_immich import moments
from portal.fake_immich.assets import Asset
from portal.fake_immich.contents import InMemory
from portal.fake_immich.credentials import Caller
from portal.fake_immich.media_types import IMAGES, VIDEOS, media_type_of, suffix_of
from portal.fake_immich.validating import check, date, one_of, uuid
from portal.fake_immich.wire import Json, JsonAnswer, Refused, Request, bad_request
from portal.fake_immich.world import World

_OLD_ONLY = ("deviceAssetId", "deviceId")
_TIMES = ("fileCreatedAt", "fileModifiedAt")


def upload(world: World, request: Request, caller: Caller) -> JsonAnswer:
    if caller.link and not caller.link.allow_upload:
        raise Refused(HTTPStatus.UNAUTHORIZED, "Unauthorized", is_plain=True)
    promised = _decoded(request.headers.get("x-immich-checksum", ""))
    if promised and (known := _by_sha1(world, caller, promised)):
        return _duplicate(known)
    fields, files = _parse(request)
    filename, data = _file(files)
    _check_fields(world, fields)
    if suffix_of(filename) not in IMAGES | VIDEOS:
        raise bad_request(f"Unsupported file type {filename}")
    sha1 = hashlib.sha1(data, usedforsecurity=False).digest()
    known = _by_sha1(world, caller, sha1)
    if known is None:
        _check_quota(world, caller, len(data))
    asset = known or _take(world, caller, fields, filename, data)
    if known is None and "sidecarData" in files:
        asset.sidecar = files["sidecarData"].read()
    _put_into_link(world, caller, asset)
    return _duplicate(asset) if known else _created(asset)


def bulk_check(world: World, request: Request, caller: Caller) -> JsonAnswer:
    """Each item is answered, whatever its checksum is."""
    results: list[Json] = []
    for item in request.json().get("assets") or []:
        known = _by_sha1(world, caller, _decoded(item["checksum"]))
        if known is None:
            results.append({"id": item["id"], "action": "accept"})
        else:
            results.append(
                {
                    "id": item["id"], "action": "reject", "reason": "duplicate",
                    "assetId": known.id, "isTrashed": known.deleted_at is not None,
                }
            )  # fmt: skip
    return JsonAnswer({"results": results})


def exist(world: World, request: Request, caller: Caller) -> JsonAnswer:
    body = request.json()
    wanted = set(body.get("deviceAssetIds") or [])
    found = [
        each.device_asset_id for each in world.assets.values()
        if each.owner_id == caller.user.id and each.device_id == body.get("deviceId")
        and each.device_asset_id in wanted
    ]  # fmt: skip
    return JsonAnswer({"existingIds": found})


def _created(asset: Asset) -> JsonAnswer:
    return JsonAnswer({"id": asset.id, "status": "created"}, HTTPStatus.CREATED)


def _duplicate(asset: Asset) -> JsonAnswer:
    return JsonAnswer({"status": "duplicate", "id": asset.id})


def _parse(request: Request) -> tuple[dict[str, str], dict[str, Any]]:
    meta = {
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(request.body)),
    }
    handlers = [MemoryFileUploadHandler(), TemporaryFileUploadHandler()]
    try:
        parser = MultiPartParser(meta, BytesIO(request.body), handlers, "utf-8")
        fields, files = parser.parse()
    except MultiPartParserError as exc:
        raise bad_request(str(exc)) from exc
    return {name: str(fields[name]) for name in fields}, dict(files.items())


def _file(files: dict[str, Any]) -> tuple[str, bytes]:
    for name in files:
        if name not in {"assetData", "sidecarData"}:
            raise bad_request(f"Unexpected field - {name}")
    if "assetData" not in files:
        raise bad_request("Missing asset data")
    file = files["assetData"]
    return file.name, file.read()


def _check_fields(world: World, fields: dict[str, str]) -> None:
    if world.is_next:
        _check_next(fields)
    else:
        _check_old(world, fields)
    rules = {
        "livePhotoVideoId": uuid,
        "visibility": one_of("archive", "timeline", "hidden", "locked"),
    }
    check(world, dict(fields), {**dict.fromkeys(_TIMES, date), **rules})


def _check_next(fields: dict[str, str]) -> None:
    expected = "Invalid input: expected ISO 8601 datetime string, received undefined"
    wrong = [f"[{name}] {expected}" for name in _TIMES if name not in fields]
    if unknown := [f'"{name}"' for name in _OLD_ONLY if name in fields]:
        wrong.append(f"Unrecognized key{'s' * (len(unknown) > 1)}: {', '.join(unknown)}")
    if wrong:
        raise bad_request(wrong)


def _check_old(world: World, fields: dict[str, str]) -> None:
    wrong: list[str] = []
    for name in _OLD_ONLY:
        if name not in fields:
            wrong += [f"{name} must be a string", f"{name} should not be empty"]
    for name in _TIMES:
        if moments.read(fields.get(name), needs_zone=False) is None:
            wrong += [f"{name} must be a Date instance", f"{name} should not be empty"]
    if wrong:
        raise bad_request(wrong)


def _take(
    world: World, caller: Caller, fields: dict[str, str], filename: str, data: bytes
) -> Asset:
    """As just after an upload: nothing has been read of the file, no thumbnail is made."""
    now, asset_id = moments.now(), world.new_id()
    taken, modified = (moments.read(fields[name], needs_zone=False) or now for name in _TIMES)
    name = fields.get("filename") or filename
    asset = Asset(
        asset_id, caller.user.id, "VIDEO" if suffix_of(filename) in VIDEOS else "IMAGE", name,
        media_type_of(filename), InMemory(data, modified), None, None, taken, now, now,
        f"/data/upload/{caller.user.id}/{asset_id[:2]}/{asset_id[2:4]}/{asset_id}{suffix_of(filename)}",
        visibility=fields.get("visibility", "timeline"), has_exif=False,
        is_favorite=fields.get("isFavorite") == "true",
        live_video_id=fields.get("livePhotoVideoId") or None,
        device_asset_id=fields.get("deviceAssetId", ""), device_id=fields.get("deviceId", ""),
    )  # fmt: skip
    if moving := world.assets.get(asset.live_video_id or ""):
        moving.visibility, moving.updated_at = "hidden", now
    world.take(asset)
    world.unread.append(asset.id)
    return asset


def _check_quota(world: World, caller: Caller, size: int) -> None:
    if world.quota is None:
        return
    mine = (each for each in world.assets.values() if each.owner_id == caller.user.id)
    if sum(each.contents.size for each in mine) + size > world.quota:
        raise bad_request("Quota has been exceeded!")


def _put_into_link(world: World, caller: Caller, asset: Asset) -> None:
    if caller.link is None:
        return
    album = world.albums.get(caller.link.album_id or "")
    holder = album.asset_ids if album else caller.link.asset_ids
    holder[asset.id] = None
    world.revision += 1


def _by_sha1(world: World, caller: Caller, sha1: bytes) -> Asset | None:
    for asset in world.assets.values():
        if asset.owner_id == caller.user.id and not asset.library_id and asset.sha1 == sha1:
            return asset
    return None


def _decoded(checksum: str) -> bytes:
    """Hexadecimal or base64; what is neither is no checksum."""
    try:
        if len(checksum) == 40:
            return bytes.fromhex(checksum)
        return base64.b64decode(checksum, validate=True)
    except (ValueError, binascii.Error):
        return b""
