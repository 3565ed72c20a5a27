"""The owner's list of links, and what can be done with one at a touch."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from portal.library import get_library
from portal.library.interface import LibraryUnavailable
from portal.pages import render_page
from sharing.links import delete_link, pause_link, restore_link
from sharing.managing.cards import make_cards, matching, with_photos
from sharing.managing.parameters import number_from, uuid_from
from sharing.models import SharedLink
from sharing.views.owner import own_link_or_404, owner_view

STEP = 60  # links shown at first, and more with each "Show more"
MOST = 6_000


@require_safe
@owner_view
def links(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:200]
    shown = number_from(request.GET.get("shown"), least=STEP, most=MOST)
    return render_page(request, "manage/links.html", _list(request, text, shown), partial="links")


def _list(request: HttpRequest, text: str, shown: int) -> dict[str, Any]:
    try:
        albums, away = {album.id: album for album in get_library().albums()}, ""
    except LibraryUnavailable as exc:  # links can be paused and deleted all the same
        albums, away = {}, str(exc)
    own = SharedLink.objects.alive().owned_by(request.user)
    found = matching(own, text, albums) if text else own
    page = list(with_photos(found)[: shown + 1])
    return {
        "cards": make_cards(request, page[:shown], albums),
        "text": text,
        "more": shown + STEP if len(page) > shown else 0,
        "deleted": make_cards(request, _just_deleted(request), albums),
        "away": away,
        "here": "links",
    }


def _just_deleted(request: HttpRequest) -> list[SharedLink]:
    """The link a deletion led here from, for its undo."""
    link_id = uuid_from(request.GET.get("deleted"))
    gone = SharedLink.objects.owned_by(request.user).exclude(deleted_at=None)
    return list(with_photos(gone).filter(pk=link_id)) if link_id else []


@require_POST
@owner_view
def pause(request: HttpRequest, link_id: UUID) -> HttpResponse:
    pause_link(own_link_or_404(request, link_id), paused=True)
    return _back(request)


@require_POST
@owner_view
def resume(request: HttpRequest, link_id: UUID) -> HttpResponse:
    pause_link(own_link_or_404(request, link_id), paused=False)
    return _back(request)


@require_POST
@owner_view
def delete(request: HttpRequest, link_id: UUID) -> HttpResponse:
    delete_link(own_link_or_404(request, link_id))
    return _back(request, deleted=str(link_id))


@require_POST
@owner_view
def restore(request: HttpRequest, link_id: UUID) -> HttpResponse:
    link = get_object_or_404(SharedLink.objects.owned_by(request.user), pk=link_id)
    try:
        restore_link(link)
    except ValidationError as exc:
        messages.error(request, " ".join(exc.messages))
    return _back(request)


def _back(request: HttpRequest, **also: str) -> HttpResponse:
    """To the list as it was searched and unfolded."""
    query = {name: request.POST[name] for name in ("q", "shown") if request.POST.get(name)} | also
    return HttpResponseRedirect(f"{reverse('sharing:links')}?{urlencode(query)}".rstrip("?"))
