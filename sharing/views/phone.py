"""Loggia as an app on a phone: its manifest, its service worker, and "Add to…"."""

from collections.abc import Iterable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.library import get_library
from portal.library.interface import LibraryUnavailable
from portal.library.types import Album
from portal.pages import render_page
from sharing.contributions.own import own_link
from sharing.managing.cards import Picture, owner_signer, thumbnail
from sharing.managing.made import made_albums
from sharing.managing.parameters import uuid_from
from sharing.models import UploadKinds
from sharing.showing.sending import ACCEPT
from sharing.views.owner import owner_view

OFFERED = 30  # albums to choose from at a time; a search finds the others
SHARED_AS = "photos"  # the field by which the phone hands files over


@require_safe
@login_not_required
def manifest(request: HttpRequest) -> HttpResponse:
    """What the app is called and takes: the Web App Manifest, and its ``share_target``."""
    add = reverse("phone:add")
    content = {
        "id": "/",
        "name": "Loggia",
        "short_name": "Loggia",
        "description": _("Add photos to albums that were shared with you."),
        "lang": get_language(),
        "start_url": add,
        "scope": "/",
        "display": "standalone",
        "background_color": "#fbfaf8",
        "theme_color": "#fbfaf8",
        "icons": list(_icons()),
        "share_target": {
            "action": add,
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {"files": [{"name": SHARED_AS, "accept": _accepted()}]},
        },
    }
    return JsonResponse(content, content_type="application/manifest+json")


def _icons() -> Iterable[dict[str, str]]:
    for name, size, purpose in (("app", 192, "any"), ("app", 512, "any"), ("maskable", 512, "")):
        yield {
            "src": static(f"icons/{name}-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose or name,
        }


def _accepted() -> list[str]:
    return ACCEPT[UploadKinds.ALL].split(",")


@require_safe
@never_cache
@login_not_required
def worker(request: HttpRequest) -> HttpResponse:
    context = {"add": reverse("phone:add"), "field": SHARED_AS}
    return render(request, "phone/worker.js", context, content_type="text/javascript")


@require_safe
@login_not_required
def add(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:200]
    is_owner = request.user.is_authenticated
    context = {
        "albums": _albums(request, text) if is_owner else None,
        "text": text,
        "accept": ACCEPT[UploadKinds.ALL],
        "trouble": _trouble(request),
    }
    response = render_page(request, "phone/add.html", context, partial="own-albums")
    response["Cache-Control"] = "no-store"
    return response


def _trouble(request: HttpRequest) -> str:
    """Why photos that were shared are not here, as the address says."""
    if "missed" in request.GET:
        return _("The photos did not come along. Please choose them here.")
    if "full" in request.GET:
        return _(
            "There is not enough room on this device to set them aside. Open the link of the"
            " album and choose them there."
        )
    return ""


@require_POST
@owner_view
def choose(request: HttpRequest) -> HttpResponse:
    """Lead the owner to where photos for this album are sent."""
    album_id = uuid_from(request.POST.get("album"))
    if album_id is None:
        return redirect("phone:add")
    link = own_link(request.user, album_id)
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"base": link.path})
    return redirect(link.path)


def _albums(request: HttpRequest, text: str) -> list[tuple[Album, Picture | None]]:
    """The owner's albums with this text in their name, the latest first."""
    try:
        every = [*made_albums(request.user).values(), *get_library().albums()]
    except LibraryUnavailable:
        every = list(made_albums(request.user).values())
    found = [album for album in every if text.casefold() in album.name.casefold()]
    found.sort(key=_last_day, reverse=True)
    signer = owner_signer(request)
    return [
        (album, thumbnail(signer, album.cover_id) if album.cover_id else None)
        for album in found[:OFFERED]
    ]


def _last_day(album: Album) -> str:
    return album.last.isoformat() if album.last else ""
