"""The password form of a locked link."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.accounts import throttle
from portal.media.cookies import binding_cookie
from sharing.access import (
    UNLOCKED_FOR,
    LinkClosed,
    Standing,
    find_link,
    is_admitted,
    standing_of,
)
from sharing.models import SharedLink
from sharing.unlocking import WrongPassword, unlock_link
from sharing.views.door import close, render_closed, set_private_cookie, wanted_photo


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def unlock(request: Any, door: str, handle: str) -> HttpResponse:
    request.base = f"/{door}/{handle}"
    link = find_link(handle)
    standing = _standing(request, link) if link else Standing.UNKNOWN
    if link is None or standing not in {Standing.LOCKED, Standing.OPEN}:
        return close(render_closed(request, LinkClosed(standing, link)))
    if standing is Standing.OPEN or request.method != "POST":
        return close(HttpResponseRedirect(request.base))
    return close(_try_password(request, link))


def _standing(request: Any, link: SharedLink) -> Standing:
    return standing_of(link, "", is_known=is_admitted(link, request.COOKIES))


def _try_password(request: Any, link: SharedLink) -> HttpResponse:
    password, peer = request.POST.get("password", ""), request.META.get("REMOTE_ADDR", "")
    try:
        value = unlock_link(link, password, peer)
    except throttle.Throttled as throttled:
        return _ask_again(request, str(throttled))
    except WrongPassword as wrong:
        return _ask_again(request, _wrong(wrong.wait))
    response = HttpResponseRedirect(request.base + wanted_photo(request))
    set_private_cookie(response, binding_cookie(link.pk), value, max_age=UNLOCKED_FOR)
    return response


def _ask_again(request: Any, error: str) -> HttpResponse:
    context = {"base": request.base, "wanted": wanted_photo(request), "error": error}
    return render(request, "guest/locked.html", context)


def _wrong(wait: timedelta) -> str:
    if not wait:
        return _("That is not the right password. Please try again.")
    words = _("That is not the right password. Please try again in %(wait)s.")
    return words % {"wait": throttle.in_words(wait)}
