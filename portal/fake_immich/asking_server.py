"""``/server``, ``/users`` and ``/api-keys``: what the server is, and who one is there."""

from portal.fake_immich import moments, shapes
from portal.fake_immich.assets import User
from portal.fake_immich.credentials import Caller
from portal.fake_immich.media_types import IMAGES, VIDEOS
from portal.fake_immich.wire import Json, JsonAnswer, Request
from portal.fake_immich.world import World

_FEATURES = (
    "smartSearch", "facialRecognition", "duplicateDetection", "map", "reverseGeocoding",
    "importFaces", "sidecar", "search", "trash", "oauth", "oauthAutoLaunch", "ocr",
    "passwordLogin", "configFile", "email",
)  # fmt: skip
_ON = {"reverseGeocoding", "sidecar", "search", "trash", "passwordLogin"}


def ping(_world: World, _request: Request, _caller: Caller | None) -> JsonAnswer:
    return JsonAnswer({"res": "pong"})


def version(world: World, _request: Request, _caller: Caller | None) -> JsonAnswer:
    major, minor, patch = world.version
    later = {"prerelease": None} if world.is_next else {}
    return JsonAnswer({"major": major, "minor": minor, "patch": patch, **later})


def media_types(_world: World, _request: Request, _caller: Caller | None) -> JsonAnswer:
    return JsonAnswer({"video": sorted(VIDEOS), "image": sorted(IMAGES), "sidecar": [".xmp"]})


def features(_world: World, _request: Request, _caller: Caller | None) -> JsonAnswer:
    return JsonAnswer({name: name in _ON for name in _FEATURES})


def config(world: World, _request: Request, _caller: Caller | None) -> JsonAnswer:
    return JsonAnswer(
        {
            "loginPageMessage": "", "trashDays": 30, "userDeleteDelay": 7,
            "oauthButtonText": "Login with OAuth", "isInitialized": True, "isOnboarded": True,
            "externalDomain": "", "publicUsers": True, "mapDarkStyleUrl": "", "mapLightStyleUrl": "",
            "maintenanceMode": world.in_maintenance,
        }
    )  # fmt: skip


def about(world: World, _request: Request, _caller: Caller | None) -> JsonAnswer:
    text = ".".join(map(str, world.version))
    return JsonAnswer(
        {
            "version": f"v{text}", "versionUrl": "", "licensed": False, "nodejs": "v24.0.0",
            "exiftool": "13.0", "ffmpeg": "5.1", "libvips": "8.17.3", "imagemagick": "",
        }
    )  # fmt: skip


def statistics(world: World, _request: Request, _caller: Caller | None) -> JsonAnswer:
    users = [_usage(world, user) for user in world.users.values()]
    names = ("photos", "videos", "usage", "usagePhotos", "usageVideos")
    totals = {name: sum(each[name] for each in users) for name in names}
    return JsonAnswer({**totals, "usageByUser": users})


def storage(_world: World, _request: Request, _caller: Caller | None) -> JsonAnswer:
    gib = 2**30
    return JsonAnswer(
        {
            "diskSize": "252.0 GiB", "diskUse": "31.6 GiB", "diskAvailable": "220.4 GiB",
            "diskSizeRaw": 252 * gib, "diskUseRaw": 32 * gib, "diskAvailableRaw": 220 * gib,
            "diskUsagePercentage": 12.53,
        }
    )  # fmt: skip


def well_known(_world: World, _request: Request, _caller: Caller | None) -> JsonAnswer:
    return JsonAnswer({"api": {"endpoint": "/api"}})


def me(world: World, _request: Request, caller: Caller) -> JsonAnswer:
    user = caller.user
    created = moments.top(user.created_at)
    return JsonAnswer(
        {
            **shapes.user(user),
            "profileChangedAt": created,
            "storageLabel": "admin" if user.is_admin else None,
            "shouldChangePassword": False,
            "isAdmin": user.is_admin,
            "createdAt": created,
            "deletedAt": None,
            "updatedAt": created,
            "oauthId": "",
            "quotaSizeInBytes": None,
            "quotaUsageInBytes": _usage(world, user)["usage"],
            "status": "active",
            "license": None,
            **({"clusterGroupId": user.id} if world.is_next else {}),
        }
    )


def my_key(_world: World, _request: Request, caller: Caller) -> JsonAnswer:
    key = caller.key
    if key is None:
        return JsonAnswer({})
    created = moments.top(key.created_at)
    return JsonAnswer(
        {
            "id": key.id, "name": key.name, "createdAt": created, "updatedAt": created,
            "permissions": key.permissions,
        }
    )  # fmt: skip


def _usage(world: World, user: User) -> dict[str, Json]:
    mine = [each for each in world.assets.values() if each.owner_id == user.id]
    mine = [each for each in mine if each.visibility != "hidden" and not each.library_id]
    films = [each.contents.size for each in mine if each.kind == "VIDEO"]
    photos = [each.contents.size for each in mine if each.kind == "IMAGE"]
    return {
        "userId": user.id, "userName": user.name, "photos": len(photos), "videos": len(films),
        "usage": sum(photos) + sum(films), "usagePhotos": sum(photos), "usageVideos": sum(films),
        "quotaSizeInBytes": None,
    }  # fmt: skip
