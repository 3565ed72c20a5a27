"""``/api/server``: that it is there, which version it speaks, and what it takes."""

import shutil

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.defaultfilters import filesizeformat
from django.views.decorators.http import require_safe
from ninja import Router

from portal.api_answers import answer
from portal.api_schemas import About, Config, Features, MediaTypes, Pong, Storage, Version
from portal.library.content.formats import SUFFIXES, VIDEO_SUFFIXES
from sharing.api.guarding import needs

# The first of the generation whose answers these are: clients of 2.x look at no number, and none
# may take us to have what came later.
VERSION = (3, 0, 0)
SIDECARS = [".xmp"]
# What an Immich may have; of these there are here the search by what is written down, and a bin.
FEATURES = {
    "configFile": False,
    "duplicateDetection": False,
    "email": False,
    "facialRecognition": False,
    "importFaces": False,
    "map": False,
    "oauth": False,
    "oauthAutoLaunch": False,
    "ocr": False,
    "passwordLogin": False,  # programs come with keys
    "realtimeTranscoding": False,
    "reverseGeocoding": False,
    "search": True,
    "sidecar": True,
    "smartSearch": False,
    "trash": True,
}
TRASH_DAYS = 30

router = Router(tags=["Server"])


@require_safe
@login_not_required
def well_known(request: HttpRequest) -> HttpResponse:
    """By this address clients find ``/api``, whichever page of ours they are given."""
    return JsonResponse({"api": {"endpoint": "/api"}})


@router.get(
    "/ping", auth=None, response=Pong, operation_id="pingServer", summary="Whether it is there"
)
def ping(request: HttpRequest) -> HttpResponse:
    return answer({"res": "pong"})


@router.get(
    "/version",
    auth=None,
    response=Version,
    operation_id="getServerVersion",
    summary="Which version of Immich’s it speaks",
)
def version(request: HttpRequest) -> HttpResponse:
    major, minor, patch = VERSION
    return answer({"major": major, "minor": minor, "patch": patch, "prerelease": None})


@router.get(
    "/about",
    auth=needs("server.about"),
    response=About,
    operation_id="getAboutInfo",
    summary="What runs here",
)
def about(request: HttpRequest) -> HttpResponse:
    named = "v" + ".".join(map(str, VERSION))
    return answer({"version": named, "versionUrl": "", "licensed": False, "build": "Loggia"})


@router.get(
    "/media-types",
    auth=None,
    response=MediaTypes,
    operation_id="getSupportedMediaTypes",
    summary="Which files it takes",
)
def media_types(request: HttpRequest) -> HttpResponse:
    """The endings of names; what is in a file is looked at, whatever its name."""
    images = sorted(SUFFIXES - VIDEO_SUFFIXES)
    return answer({"image": images, "video": sorted(VIDEO_SUFFIXES), "sidecar": SIDECARS})


@router.get(
    "/features",
    auth=None,
    response=Features,
    operation_id="getServerFeatures",
    summary="What it can do",
)
def features(request: HttpRequest) -> HttpResponse:
    return answer(FEATURES)


@router.get(
    "/config",
    auth=None,
    response=Config,
    operation_id="getServerConfig",
    summary="How it is set up",
)
def config(request: HttpRequest) -> HttpResponse:
    return answer(
        {
            "externalDomain": settings.LOGGIA_PUBLIC_URL,
            "isInitialized": True,
            "isOnboarded": True,
            "loginPageMessage": "",
            "maintenanceMode": False,
            "mapDarkStyleUrl": "",
            "mapLightStyleUrl": "",
            "minFaces": 3,
            "oauthAccountManagementUrl": "",
            "oauthButtonText": "",
            "publicUsers": False,
            "trashDays": TRASH_DAYS,
            "userDeleteDelay": 0,
        }
    )


@router.get(
    "/storage",
    auth=needs("server.storage"),
    response=Storage,
    operation_id="getStorage",
    summary="Its disk",
)
def storage(request: HttpRequest) -> HttpResponse:
    """The disk on which Loggia keeps its own files."""
    disk = shutil.disk_usage(settings.LOGGIA_DATA)
    return answer(
        {
            "diskSize": _size(disk.total),
            "diskUse": _size(disk.used),
            "diskAvailable": _size(disk.free),
            "diskSizeRaw": disk.total,
            "diskUseRaw": disk.used,
            "diskAvailableRaw": disk.free,
            "diskUsagePercentage": round(100 * disk.used / disk.total, 2),
        }
    )


def _size(number: int) -> str:
    return filesizeformat(number).replace("\xa0", " ")
