"""The door of the owner's pages: what the library cannot give is told, not crashed on."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from portal.library.interface import LibraryUnavailable, NotInLibrary
from sharing.albums.models import PortalAlbum
from sharing.managing.cards import with_photos
from sharing.models import SharedLink

P = ParamSpec("P")


def owner_view(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """A page of somebody signed in: the portal is closed to all others by default."""

    @wraps(view)
    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except NotInLibrary as exc:
            raise Http404(str(exc)) from exc
        except LibraryUnavailable as exc:
            response = render(request, "manage/away.html", {"reason": str(exc)}, status=503)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answer


def own_album_or_404(request: HttpRequest, made_id: UUID) -> PortalAlbum:
    return get_object_or_404(PortalAlbum.objects.alive().owned_by(request.user), pk=made_id)


def own_link_or_404(request: HttpRequest, link_id: UUID) -> SharedLink:
    links = with_photos(SharedLink.objects.alive().owned_by(request.user))
    return get_object_or_404(links, pk=link_id)
