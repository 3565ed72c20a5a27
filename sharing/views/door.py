"""The door every guest view stands behind: let in, or told kindly why not."""

import re
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.library.interface import LibraryUnavailable, NotInLibrary
from sharing.access import (
    ADMITTED_FOR,
    Access,
    LinkClosed,
    Standing,
    admission_cookie,
    make_admission,
    open_link,
)
from sharing.models import SharedLink
from sharing.views.newcomers import Welcome, note_turned_away, welcome

P = ParamSpec("P")
VISITOR_COOKIE = "loggia_visitor"
VISITOR_REMEMBERED_FOR = 30 * 86_400  # seconds
GONE = {Standing.DELETED, Standing.PAUSED, Standing.EXPIRED, Standing.FULL}


class GuestRequest(HttpRequest):
    """A request that came through the door.

    ``base`` is the address of the link's page as the guest knows it, without a slash at its end:
    addresses below it are made with it, so a guest who has the slug never learns the key.
    ``welcome`` is not ``NOT_YET``; at ``PREVIEW`` the view shows no more than a chat app does.
    """

    access: Access
    visitor: str
    base: str
    welcome: Welcome


def guest_view(
    view: Callable[Concatenate[GuestRequest, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Open the link named by the URL's ``door`` and ``handle``, or answer for its closed state."""

    @login_not_required
    @wraps(view)
    def knock(
        request: Any, door: str, handle: str, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        request.base = f"/{door}/{handle}"
        try:
            request.access = open_link(handle, request.COOKIES)
            request.welcome = welcome(request, request.access)
        except LinkClosed as closed:
            note_turned_away(request, closed)
            return close(render_closed(request, closed))
        if request.welcome is Welcome.NOT_YET:
            # Any error makes a browser forget what it fetched ahead, and ask when it is wanted.
            return close(HttpResponse(status=503))
        visitor = request.COOKIES.get(VISITOR_COOKIE, "")
        is_known = re.fullmatch(r"[\w-]{32}", visitor) is not None
        request.visitor = visitor if is_known else secrets.token_urlsafe(24)
        try:
            response = view(request, *args, **kwargs)
        except NotInLibrary:  # taken away since the link was looked up
            response = not_here(request)
        except LibraryUnavailable:
            response = render(request, "guest/away.html", status=503)
        if not is_known:
            remember_visitor(response, request.visitor)
        if request.welcome is Welcome.ADMITTED:
            remember_admission(response, request.access.link)
        return close(response)

    return knock


def render_closed(request: Any, closed: LinkClosed) -> HttpResponse:
    """The page for a link that is not open: 200 with a form, 410 with a sentence, or 404."""
    if closed.standing is Standing.LOCKED:
        context = {"base": request.base, "wanted": wanted_photo(request)}
        return render(request, "guest/locked.html", context)
    status = 410 if closed.standing in GONE else 404
    return render(request, "guest/gone.html", {"standing": closed.standing}, status=status)


def not_here(request: GuestRequest) -> HttpResponse:
    """The page for what is not (or no longer) part of an open link."""
    context = {"standing": Standing.UNKNOWN, "base": request.base}
    return render(request, "guest/gone.html", context, status=404)


def wanted_photo(request: Any) -> str:
    """The photo a guest of a locked link came for, as the end of its address, or nothing."""
    wanted = request.POST.get("wanted", "") or request.path.removeprefix(request.base)
    return wanted if re.fullmatch(r"/photo/[0-9a-f-]{36}", wanted) else ""


def remember_visitor(response: HttpResponse, visitor: str) -> None:
    set_private_cookie(response, VISITOR_COOKIE, visitor, max_age=VISITOR_REMEMBERED_FOR)


def remember_admission(response: HttpResponse, link: SharedLink) -> None:
    name = admission_cookie(link)
    set_private_cookie(response, name, make_admission(link), max_age=ADMITTED_FOR)


def set_private_cookie(response: HttpResponse, name: str, value: str, *, max_age: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def close(response: HttpResponse) -> HttpResponse:
    """Keep guest pages out of shared caches and search engines."""
    response.headers.setdefault("Cache-Control", "no-store")
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response
