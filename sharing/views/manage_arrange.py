"""What an owner does to photos of an album made in the portal: move, remove, make them its cover."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from sharing.albums.arranging import STEPS, Target, move_photos, number_of
from sharing.albums.editing import choose_cover, remove_photos
from sharing.albums.models import PortalAlbum
from sharing.managing.choices import ids_in, remember
from sharing.managing.parameters import uuid_from
from sharing.managing.picker import STEP
from sharing.views.owner import own_album_or_404, owner_view


@require_POST
@owner_view
def arrange(request: HttpRequest, made_id: UUID) -> HttpResponse:
    """One of the page's buttons was pressed for the chosen photos."""
    album, chosen = own_album_or_404(request, made_id), ids_in(request.POST)
    action = request.POST.get("action", "")
    if not chosen:
        messages.error(request, _("Choose at least one photo."))
    elif action == "share":
        here = set(album.items.there().asset_ids())
        token = remember(request.session, [pk for pk in chosen if pk in here])
        return HttpResponseRedirect(f"{reverse('sharing:create')}?chosen={token}")
    elif action == "remove":
        _tell_removed(request, remove_photos(album, chosen))
    elif action == "cover":
        if choose_cover(album, chosen[0]):
            messages.success(request, _("This photo is the album's cover now."))
    elif action in STEPS and album.is_by_hand:
        move_photos(album, chosen, Target(step=action))
        return _back_to(album, chosen[0])
    return redirect("sharing:made", made_id)


@require_POST
@owner_view
def move(request: HttpRequest, made_id: UUID) -> HttpResponse:
    """A photo was dragged, or moved by keys: answers where it stands now."""
    album = own_album_or_404(request, made_id)
    chosen = ids_in(request.POST)
    step = request.POST.get("step", "")
    target = Target(
        step if step in STEPS else "",
        uuid_from(request.POST.get("before")),
        uuid_from(request.POST.get("after")),
    )
    if not album.is_by_hand or not chosen:
        return JsonResponse({}, status=409)
    move_photos(album, chosen, target)
    return JsonResponse({"number": number_of(album, chosen[0]), "count": album.count})


def _back_to(album: PortalAlbum, asset_id: UUID) -> HttpResponse:
    """To the page on which the moved photo is now, still chosen."""
    number = number_of(album, asset_id)
    offset = max(0, number - 1) // STEP * STEP
    place = f"?offset={offset}&marked={asset_id}#photo-{asset_id}"
    return HttpResponseRedirect(reverse("sharing:made", args=[album.pk]) + place)


def _tell_removed(request: HttpRequest, removed: int) -> None:
    words = ngettext(
        "%(n)d photo taken out of the album. It stays in the library.",
        "%(n)d photos taken out of the album. They stay in the library.",
        removed,
    )
    messages.success(request, words % {"n": removed})
