"""The owner's list of links, and what can be done with one at a touch."""

from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from portal.library import get_library
from portal.library.interface import LibraryUnavailable
from portal.library.types import Album
from portal.pages import render_page
from sharing.asgi import LINK_EVENTS
from sharing.links import delete_link, pause_link, restore_link
from sharing.managing import undoing
from sharing.managing.cards import albums_of, make_cards, with_photos
from sharing.managing.listing import MOST, SORTS, STEP, Wish, make_listing
from sharing.managing.live import read_link_versions
from sharing.managing.made import made_albums
from sharing.managing.parameters import uuid_from
from sharing.models import SharedLink
from sharing.views.owner import own_link_or_404, owner_view

VIEW_COOKIE = "loggia_links_view"
VIEWS = ("cards", "table")
REMEMBERED_FOR = 400 * 86_400  # seconds


@require_safe
@owner_view
def links(request: HttpRequest) -> HttpResponse:
    chosen = request.GET.get("view", "")
    view = chosen or request.COOKIES.get(VIEW_COOKIE, "")
    context = _list(request, Wish.read(request.GET)) | {"view": view if view in VIEWS else VIEWS[0]}
    response = render_page(request, "manage/links.html", context, partial="links")
    if chosen in VIEWS:
        response.set_cookie(
            VIEW_COOKIE,
            chosen,
            max_age=REMEMBERED_FOR,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


@require_safe
@owner_view
def link_ids(request: HttpRequest) -> HttpResponse:
    """The ids of all links that the list would show, a line each: to choose them all at once."""
    own = _own(request)
    albums, _away = _known_albums(request, own)
    listing = make_listing(own, albums, Wish.read(request.GET))
    return HttpResponse("\n".join(str(link.pk) for link in listing.links), "text/plain")


def _known_albums(
    request: HttpRequest, links: Iterable[SharedLink]
) -> tuple[dict[UUID, Album], str]:
    """These links' albums, or why the library's are missing; links are changed all the same."""
    made = made_albums(request.user)
    try:
        return made | {album.id: album for album in get_library().albums(albums_of(links))}, ""
    except LibraryUnavailable as exc:
        return made, str(exc)


def _own(request: HttpRequest) -> list[SharedLink]:
    return list(with_photos(SharedLink.objects.alive().owned_by(request.user))[:MOST])


def _list(request: HttpRequest, wish: Wish) -> dict[str, Any]:
    # Read before the links: what changes in between is noticed, and shown once more.
    owner_id = cast("User", request.user).pk
    version = read_link_versions([owner_id]).get(owner_id, "")
    own, gone = _own(request), _just_deleted(request)
    albums, away = _known_albums(request, [*own, *gone])
    listing = make_listing(own, albums, wish)
    return {
        "cards": make_cards(request, listing.shown, albums),
        "listing": listing,
        "wish": wish,
        "sorts": SORTS.items(),
        "has_links": bool(own),
        "step": STEP,
        "before": wish.query(start=str(listing.start - STEP)) if listing.start else "",
        "after": wish.query(start=str(listing.end)) if listing.end < listing.total else "",
        "deleted": make_cards(request, gone, albums),
        "done": undoing.recall(request.session, request.GET.get("done", "")),
        "events": LINK_EVENTS,
        "version": version,
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
    return back_to_list(request)


@require_POST
@owner_view
def resume(request: HttpRequest, link_id: UUID) -> HttpResponse:
    pause_link(own_link_or_404(request, link_id), paused=False)
    return back_to_list(request)


@require_POST
@owner_view
def delete(request: HttpRequest, link_id: UUID) -> HttpResponse:
    delete_link(own_link_or_404(request, link_id))
    return back_to_list(request, deleted=str(link_id))


@require_POST
@owner_view
def restore(request: HttpRequest, link_id: UUID) -> HttpResponse:
    link = get_object_or_404(SharedLink.objects.owned_by(request.user), pk=link_id)
    try:
        restore_link(link)
    except ValidationError as exc:
        messages.error(request, " ".join(exc.messages))
    return back_to_list(request)


def back_to_list(request: HttpRequest, **also: str) -> HttpResponse:
    """To the list as it was searched, filtered, sorted and unfolded."""
    query = Wish.read(request.POST).query(**also)
    return HttpResponseRedirect(f"{reverse('sharing:links')}?{query}".rstrip("?"))
