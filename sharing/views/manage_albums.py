"""The album browser, and choosing photos in an album."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.library import get_library
from portal.library.types import Album, AssetFilter
from portal.pages import render_page
from sharing.albums.models import PortalAlbum
from sharing.managing.cards import Picture, owner_signer, thumbnail
from sharing.managing.choices import chosen_in, remember
from sharing.managing.made import made_albums
from sharing.managing.parameters import number_from, uuid_from
from sharing.managing.picker import picker_page
from sharing.managing.provenance import provenance_of
from sharing.models import SharedLink
from sharing.sample import SampleStays, can_remove, remove_sample
from sharing.views.manage_put import put_chosen
from sharing.views.owner import owner_view

STEP = 60  # albums a page; fills rows of two to six
MOST_AT_ONCE = 4 * STEP


@require_safe
@owner_view
def albums(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:200]
    start = number_from(request.GET.get("start"), least=0, most=1_000_000)
    count = number_from(request.GET.get("count"), least=STEP, most=MOST_AT_ONCE)
    into = _album_to_fill(request)
    every = get_library().albums()
    # Photos are added from the library's albums: those made here hold nothing else.
    made = {} if into else made_albums(request.user)
    found = _named(every, text)
    start = min(start, max(0, len(found) - 1)) // STEP * STEP
    end = min(start + count, len(found))
    context = {
        "made": _cards(request, [] if start else _named(made.values(), text)),
        "albums": _cards(request, found[start:end]),
        "start": start,
        "total": len(found),
        "step": STEP,
        "before": max(0, start - STEP),
        "after": end if end < len(found) else 0,
        "into": into,
        "deleted": _just_deleted(request),
        "text": text,
        "home": "" if every else get_library().status().home,
        "here": "albums",
    }
    return render_page(request, "manage/albums.html", context, partial="albums")


def _named(albums: Iterable[Album], text: str) -> list[Album]:
    """Those with this text in their name."""
    return [album for album in albums if text.casefold() in album.name.casefold()]


def _cards(request: HttpRequest, albums: Sequence[Album]) -> list[tuple[Album, Picture | None]]:
    signer = owner_signer(request)
    return [
        (album, thumbnail(signer, album.cover_id) if album.cover_id else None) for album in albums
    ]


def _album_to_fill(request: HttpRequest) -> PortalAlbum | None:
    """The album made here that photos are looked for, as the address says."""
    made_id = uuid_from(request.GET.get("into"))
    own = PortalAlbum.objects.alive().owned_by(request.user)
    return own.filter(pk=made_id).first() if made_id else None


def _just_deleted(request: HttpRequest) -> PortalAlbum | None:
    """The album whose deletion led here, for its undo."""
    made_id = uuid_from(request.GET.get("deleted"))
    gone = PortalAlbum.objects.owned_by(request.user).exclude(deleted_at=None)
    return gone.filter(pk=made_id).first() if made_id else None


@require_safe
@owner_view
def album(request: HttpRequest, album_id: UUID) -> HttpResponse:
    library = get_library()
    found = library.album(album_id)
    offset = number_from(request.GET.get("offset"), least=0, most=10_000_000)
    own = SharedLink.objects.alive().owned_by(request.user)
    page = picker_page(library, found, owner_signer(request), offset)
    shown = [tile.asset_id for day in page.days for tile in day.tiles]
    context = {
        "album": found,
        "page": page,
        "senders": provenance_of(request.user, shown),
        "offset": offset,
        "into": _album_to_fill(request),
        "links": own.of_albums(frozenset({album_id})).count(),
        "can_remove": can_remove(found),
        "here": "albums",
    }
    return render_page(request, "manage/album.html", context, partial="photos")


@require_safe
@owner_view
def order(request: HttpRequest, album_id: UUID) -> HttpResponse:
    """The ids of an album's photos in its order, a line each: to choose what is not loaded."""
    timeline = get_library().timeline(AssetFilter(album_id=album_id))
    return HttpResponse("\n".join(str(entry.id) for entry in timeline), "text/plain")


@require_POST
@owner_view
def choose(request: HttpRequest, album_id: UUID) -> HttpResponse:
    timeline = get_library().timeline(AssetFilter(album_id=album_id))
    chosen = chosen_in(request.POST, timeline)
    if not chosen:
        messages.error(request, _("Choose at least one photo."))
        into = uuid_from(request.POST.get("into"))
        place = reverse("sharing:album", args=[album_id])
        return HttpResponseRedirect(f"{place}?into={into}" if into else place)
    if "put" in request.POST:
        return put_chosen(request, chosen)
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
