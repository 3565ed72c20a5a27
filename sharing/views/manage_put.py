"""Putting chosen photos into an album made in the portal: one there is, or a new one.

Without chosen photos it makes an empty album.
"""

from collections.abc import Collection
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from sharing.albums.editing import add_photos, make_album
from sharing.albums.models import LONGEST_NAME, PortalAlbum
from sharing.managing.cards import owner_signer, thumbnail
from sharing.managing.choices import forget, recall, remember
from sharing.managing.parameters import uuid_from
from sharing.views.owner import own_album_or_404, owner_view

OFFERED = 200  # albums to choose from, the newest


@require_http_methods(["GET", "HEAD", "POST"])
@owner_view
def put(request: HttpRequest) -> HttpResponse:
    token = request.GET.get("chosen", "")
    chosen = recall(request.session, token)
    if token and not chosen:
        messages.info(request, _("Choose photos in an album first."))
        return redirect("sharing:albums")
    error = ""
    if request.method == "POST":
        try:
            album = _put(request, chosen)
        except ValidationError as exc:
            error = " ".join(exc.messages)
        else:
            forget(request.session, token)
            return redirect("sharing:made", album.pk)
    return _page(request, chosen, error)


def _put(request: HttpRequest, chosen: Collection[UUID]) -> PortalAlbum:
    """Raises ``ValidationError``."""
    if made_id := uuid_from(request.POST.get("into")):
        album = own_album_or_404(request, made_id)
        tell_added(request, add_photos(album, chosen), len(chosen))
        return album
    name = request.POST.get("name", "").strip()
    if not name:
        raise ValidationError(_("Please give the album a name."))
    album = make_album(cast("User", request.user), name, chosen)
    messages.success(request, _("Your album is ready."))
    return album


def _page(request: HttpRequest, chosen: Collection[UUID], error: str) -> HttpResponse:
    signer = owner_signer(request)
    own = PortalAlbum.objects.alive().owned_by(request.user).with_covers()
    offered = own[:OFFERED] if chosen else []
    albums = [album.as_album() for album in offered]
    context = {
        "count": len(chosen),
        "albums": [
            (album, thumbnail(signer, album.cover_id) if album.cover_id else None)
            for album in albums
        ],
        "pictures": [thumbnail(signer, asset_id) for asset_id in list(chosen)[:5]],
        "name": request.POST.get("name", ""),
        "longest": LONGEST_NAME,
        "error": error,
        "here": "albums",
    }
    return render(request, "manage/put.html", context)


def put_chosen(request: HttpRequest, chosen: Collection[UUID]) -> HttpResponse:
    """Where a picker's choice goes: into the album it was opened for, or to the choice of one."""
    if made_id := uuid_from(request.POST.get("into")):
        album = own_album_or_404(request, made_id)
        try:
            tell_added(request, add_photos(album, chosen), len(chosen))
        except ValidationError as exc:
            messages.error(request, " ".join(exc.messages))
        return redirect("sharing:made", album.pk)
    token = remember(request.session, chosen)
    return HttpResponseRedirect(f"{reverse('sharing:put')}?chosen={token}")


def tell_added(request: HttpRequest, added: int, wanted: int) -> None:
    words = ngettext("%(n)d photo added.", "%(n)d photos added.", added) % {"n": added}
    if there := wanted - added:
        also = ngettext("%(n)d was there already.", "%(n)d were there already.", there)
        words = f"{words} {also % {'n': there}}"
    messages.success(request, words)
