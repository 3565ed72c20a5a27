"""The album browser, and choosing photos in an album."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.library import get_library
from portal.library.types import AssetFilter
from portal.pages import render_page
from sharing.managing.cards import owner_signer, thumbnail
from sharing.managing.choices import chosen_in, remember
from sharing.managing.parameters import number_from
from sharing.managing.picker import picker_page
from sharing.models import SharedLink
from sharing.sample import SampleStays, can_remove, remove_sample
from sharing.views.owner import owner_view

STEP = 60  # albums shown at first, and more with each "Show more"


@require_safe
@owner_view
def albums(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:200]
    shown = number_from(request.GET.get("shown"), least=STEP, most=30_000)
    every = get_library().albums()
    found = [album for album in every if text.casefold() in album.name.casefold()]
    signer = owner_signer(request)
    context = {
        "albums": [
            (album, thumbnail(signer, album.cover_id) if album.cover_id else None)
            for album in found[:shown]
        ],
        "text": text,
        "found": len(found),
        "more": shown + STEP if len(found) > shown else 0,
        "home": "" if every else get_library().status().home,
        "here": "albums",
    }
    return render_page(request, "manage/albums.html", context, partial="albums")


@require_safe
@owner_view
def album(request: HttpRequest, album_id: UUID) -> HttpResponse:
    library = get_library()
    found = library.album(album_id)
    offset = number_from(request.GET.get("offset"), least=0, most=10_000_000)
    own = SharedLink.objects.alive().owned_by(request.user)
    context = {
        "album": found,
        "page": picker_page(library, found, owner_signer(request), offset),
        "offset": offset,
        "links": own.of_albums(frozenset({album_id})).count(),
        "can_remove": can_remove(found),
        "here": "albums",
    }
    return render_page(request, "manage/album.html", context, partial="photos")


@require_POST
@owner_view
def choose(request: HttpRequest, album_id: UUID) -> HttpResponse:
    timeline = get_library().timeline(AssetFilter(album_id=album_id))
    chosen = chosen_in(request.POST, timeline)
    if not chosen:
        messages.error(request, _("Choose at least one photo."))
        return redirect("sharing:album", album_id)
    token = remember(request.session, chosen)
    return HttpResponseRedirect(f"{reverse('sharing:create')}?chosen={token}")


@require_POST
@owner_view
def remove(request: HttpRequest, album_id: UUID) -> HttpResponse:
    found = get_library().album(album_id)
    try:
        remove_sample(found)
    except SampleStays as exc:
        messages.error(request, str(exc))
        return redirect("sharing:album", album_id)
    messages.success(request, _("The sample album and its links are removed."))
    return redirect("sharing:albums")
