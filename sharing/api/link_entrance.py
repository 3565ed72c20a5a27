"""``/api/shared-links/me`` and ``/login``: how guests' programs come in.

The router is begun here: ``me`` and ``login`` must be asked before ``{id}``.
"""

from dataclasses import replace
from http import HTTPStatus
from math import ceil
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from ninja import Router

from portal.accounts import throttle
from portal.api_answers import answer
from portal.api_errors import ApiRefused
from sharing.access import LinkClosed, Standing, is_admitted, is_unlocked, standing_of
from sharing.api.admission import known_again
from sharing.api.callers import (
    MOST_UNLOCKED,
    UNLOCK_COOKIE,
    Caller,
    Credentials,
    GuestCaller,
    closed_to_api,
    credentials_of,
    find_caller,
    link_of,
    unlock_values,
)
from sharing.api.guarding import ApiRequest, Needs
from sharing.api.link_answers import LinkAnswer
from sharing.api.link_bodies import PasswordTried
from sharing.api.link_shapes import guest_link_dict
from sharing.api.visits import note_visit
from sharing.models import SharedLink
from sharing.unlocking import WrongPassword, unlock_link
from sharing.views.door import remember_admission, set_private_cookie

UNLOCKED_FOR = 86_400  # seconds; the cookie of a program lives as long as Immich's
router = Router(tags=["Shared links"])


class Entrance(Needs):
    """Lets guests in who bring the password in the address, as clients of Immich 2.x do."""

    def __call__(self, request: HttpRequest) -> Caller:
        credentials = credentials_of(request)
        password = request.GET.get("password", "")
        if credentials.handle and password:
            credentials = _unlocked(request, credentials, password)
        return find_caller(credentials)


@router.get(
    "/me",
    auth=Entrance("", guests=True),
    response={200: LinkAnswer},
    operation_id="getMySharedLink",
    summary="The link that a guest came by",
)
def me(request: ApiRequest, password: str = "") -> HttpResponse:
    return _welcome(request, request.auth, HTTPStatus.OK)


@router.post(
    "/login",
    auth=None,
    response={201: LinkAnswer},
    operation_id="sharedLinkLogin",
    summary="Unlock a link with its password",
    openapi_extra={"security": [{"share_key": []}, {"share_slug": []}]},
)
def login(request: ApiRequest, body: PasswordTried) -> HttpResponse:
    credentials = credentials_of(request)
    if not credentials.handle:
        find_caller(credentials)
        raise ApiRefused(HTTPStatus.FORBIDDEN)
    link = link_of(credentials)
    if not link.password and standing_of(link, "") is Standing.OPEN:
        raise ApiRefused(HTTPStatus.BAD_REQUEST, "Shared link is not password protected")
    caller = find_caller(_unlocked(request, credentials, body.password))
    return _welcome(request, caller, HTTPStatus.CREATED)


def _welcome(request: HttpRequest, caller: Caller, status: HTTPStatus) -> HttpResponse:
    """Show the link; raises ``ApiRefused`` to owners, who came by none."""
    if not isinstance(caller, GuestCaller):
        raise ApiRefused(HTTPStatus.FORBIDDEN)
    link = caller.access.link
    response = answer(guest_link_dict(caller), status)
    if caller.credentials.cookies.get(UNLOCK_COOKIE) != request.COOKIES.get(UNLOCK_COOKIE):
        value = caller.credentials.cookies[UNLOCK_COOKIE]
        set_private_cookie(response, UNLOCK_COOKIE, value, max_age=UNLOCKED_FOR)
    if link.max_visitors is not None and not is_admitted(link, request.COOKIES):
        remember_admission(response, link)
    note_visit(request, caller.access, caller.credentials.address)
    return response


def _unlocked(request: HttpRequest, credentials: Credentials, password: str) -> Credentials:
    """Credentials that open the link, if that is its password; raises ``ApiRefused``."""
    link = link_of(credentials)
    if not link.password:
        return credentials
    cookies = known_again(link, dict(credentials.cookies), credentials.address)
    standing = standing_of(link, "", is_known=is_admitted(link, cookies))
    if standing is not Standing.LOCKED:
        raise closed_to_api(LinkClosed(standing, link))
    try:
        value = unlock_link(link, password, request.META.get("REMOTE_ADDR", ""))
    except throttle.Throttled as throttled:
        raise _wait(throttled) from throttled
    except WrongPassword as wrong:
        raise ApiRefused(HTTPStatus.UNAUTHORIZED, "Invalid password") from wrong
    kept = {UNLOCK_COOKIE: _with(credentials, link, value)}
    return replace(credentials, cookies={**credentials.cookies, **kept})


def _with(credentials: Credentials, link: SharedLink, value: str) -> str:
    """The cookie's values of other links, and this one's; commas as Immich writes them."""
    others = [old for old in unlock_values(credentials.cookies) if not is_unlocked(link, old)]
    return quote(",".join([*others, value][-MOST_UNLOCKED:]))


def _wait(throttled: throttle.Throttled) -> ApiRefused:
    headers = {"Retry-After": str(ceil(throttled.wait.total_seconds()))}
    return ApiRefused(HTTPStatus.TOO_MANY_REQUESTS, str(throttled), headers)
