"""An album made in the portal: its photos in their order, its name, its end."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.pages import render_page
from sharing.albums.editing import delete_album, rename, restore_album, set_order
from sharing.albums.models import LONGEST_NAME, PortalAlbum
from sharing.managing.arranger import arranger_page
from sharing.managing.cards import owner_signer
from sharing.managing.parameters import number_from, uuid_from
from sharing.managing.provenance import provenance_of
from sharing.models import SharedLink
from sharing.views.owner import own_album_or_404, owner_view


@require_safe
@owner_view
def made(request: HttpRequest, made_id: UUID) -> HttpResponse:
    album = own_album_or_404(request, made_id)
    offset = number_from(request.GET.get("offset"), least=0, most=10_000_000)
    page = arranger_page(album, owner_signer(request), offset)
    context = {
        "album": album,
        "page": page,
        "senders": provenance_of(request.user, [tile.asset_id for tile in page.tiles]),
        "marked": uuid_from(request.GET.get("marked")),
        "orders": PortalAlbum.Order.choices,
        "longest": LONGEST_NAME,
        "links": SharedLink.objects.alive().given().of_portal_album(album).count(),
        "here": "albums",
    }
    return render_page(request, "manage/made.html", context, partial="photos")


@require_POST
@owner_view
def change(request: HttpRequest, made_id: UUID) -> HttpResponse:
    album = own_album_or_404(request, made_id)
    name = request.POST.get("name", "").strip()
    try:
        if name != album.name:
            rename(album, name)
    except ValidationError:
        message = _("Please give the album a name of at most %(n)d letters.")
        messages.error(request, message % {"n": LONGEST_NAME})
        return redirect("sharing:made", made_id)
    set_order(album, request.POST.get("order", ""))
    messages.success(request, _("Saved."))
    return redirect("sharing:made", made_id)


@require_POST
@owner_view
def delete(request: HttpRequest, made_id: UUID) -> HttpResponse:
    delete_album(own_album_or_404(request, made_id))
    return HttpResponseRedirect(f"{reverse('sharing:albums')}?deleted={made_id}")


@require_POST
@owner_view
def restore(request: HttpRequest, made_id: UUID) -> HttpResponse:
    album = get_object_or_404(PortalAlbum.objects.owned_by(request.user), pk=made_id)
    restore_album(album)
    return redirect("sharing:made", made_id)
