"""Who calls ``/api``: an owner by a key of theirs, or a guest by a link's key or slug.

The one place where that is decided, for Django's views and for what is served before Django alike.
A session of the browser opens nothing here, so no page of another site can use it.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs, unquote

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, parse_cookie

from portal.accounts.address import group_address
from portal.accounts.api_keys import find_api_key
from portal.accounts.models import ApiKey
from portal.accounts.wrong_keys import refuse_key
from portal.api_errors import ApiRefused
from portal.media.cookies import binding_cookie
from portal.media.sending import Scope
from sharing.access import Access, LinkClosed, Standing, enter, find_link, is_unlocked
from sharing.api.admission import admit, known_again, note_turned_away
from sharing.models import SharedLink

UNLOCK_COOKIE = "immich_shared_link_token"  # several links' values, with commas between them
MOST_UNLOCKED = 20  # links


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request brings. ``handle`` is a link's key or slug, ``is_slug`` how it was called."""

    api_key: str
    handle: str
    cookies: Mapping[str, str]
    address: str
    is_slug: bool = False
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class OwnerCaller:
    """An owner's program. ``key.owner`` is the owner."""

    key: ApiKey

    @property
    def user(self) -> User:
        owner: User = self.key.owner
        return owner


@dataclass(frozen=True, slots=True)
class GuestCaller:
    """A guest of an open link, whose rights ``access`` says."""

    access: Access
    credentials: Credentials


Caller = OwnerCaller | GuestCaller


def credentials_of(request: HttpRequest) -> Credentials:
    """Read a request's credentials."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    query = {name: request.GET.get(name, "") for name in ("key", "slug", "apiKey")}
    address = group_address(request.META.get("REMOTE_ADDR", ""))
    return _credentials(headers, query, request.COOKIES, address)


def credentials_in(scope: Scope) -> Credentials:
    """Read the credentials of an ASGI request."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    sent = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    query = {name: values[-1] for name, values in sent.items()}  # as Django reads it
    address = group_address((scope.get("client") or ("",))[0])
    return _credentials(headers, query, parse_cookie(headers.get("cookie", "")), address)


def find_caller(credentials: Credentials) -> Caller:
    """Find who calls; blocks. A link's key beats an API key, as with Immich.

    Raises ``ApiRefused``: 401 for credentials that are missing, wrong, or of a closed link, and 429
    for many wrong keys.
    """
    if credentials.handle:
        return GuestCaller(_enter(credentials), credentials)
    if not credentials.api_key:
        raise ApiRefused(HTTPStatus.UNAUTHORIZED, "Authentication required")
    key = find_api_key(credentials.api_key)
    if key is None:
        raise refuse_key(credentials.address, "Invalid API key")
    return OwnerCaller(key)


def check_may(caller: Caller, permission: str, *, guests: bool = False) -> None:
    """Raise ``ApiRefused`` (403) for a route that this caller cannot use.

    An empty ``permission`` stands for routes that any key may use. With ``guests`` the route takes
    links too, and asks ``Access.rights`` itself.
    """
    if isinstance(caller, GuestCaller):
        if not guests:
            raise ApiRefused(HTTPStatus.FORBIDDEN)
    elif permission and not caller.key.allows(permission):
        raise ApiRefused(HTTPStatus.FORBIDDEN, f"Missing required permission: {permission}")


def link_of(credentials: Credentials) -> SharedLink:
    """The link that a request names, open or not; raises ``ApiRefused`` where there is none."""
    if link := find_link(credentials.handle):
        return link
    kind = "slug" if credentials.is_slug else "key"
    raise refuse_key(credentials.address, f"Invalid share {kind}")


def _enter(credentials: Credentials) -> Access:
    link = link_of(credentials)
    cookies = known_again(link, with_unlock(link, credentials.cookies), credentials.address)
    cookies.pop(settings.SESSION_COOKIE_NAME, None)  # opens links of an owner's own, on pages
    try:
        access = enter(link, cookies)
        admit(access, credentials.address, credentials.user_agent)
    except LinkClosed as closed:
        note_turned_away(closed, credentials.address)
        raise closed_to_api(closed) from closed
    return access


def with_unlock(link: SharedLink, cookies: Mapping[str, str]) -> dict[str, str]:
    """The cookies, with the unlock value that a client of Immich keeps under Immich's name."""
    name = binding_cookie(link.pk)
    if is_unlocked(link, cookies.get(name, "")):
        return dict(cookies)
    fitting = next((value for value in unlock_values(cookies) if is_unlocked(link, value)), "")
    return {**cookies, name: fitting} if fitting else dict(cookies)


def unlock_values(cookies: Mapping[str, str]) -> list[str]:
    """What was unlocked under Immich's name, link by link; the last ones, should there be many."""
    sent = unquote(cookies.get(UNLOCK_COOKIE, ""))
    return [value for value in sent.split(",") if value][-MOST_UNLOCKED:]


def closed_to_api(closed: LinkClosed) -> ApiRefused:
    """401, with the reason in words."""
    words = {
        Standing.LOCKED: "Password required",
        Standing.EXPIRED: "This link has expired",
        Standing.PAUSED: "This link is paused",
        Standing.DELETED: "This link was deleted",
        Standing.FULL: "This link takes no more visitors",
    }
    return ApiRefused(HTTPStatus.UNAUTHORIZED, words.get(closed.standing, "Invalid share key"))


def _credentials(
    headers: Mapping[str, str], query: Mapping[str, str], cookies: Mapping[str, str], address: str
) -> Credentials:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else ""
    key = query.get("key") or headers.get("x-immich-share-key", "")
    slug = query.get("slug") or headers.get("x-immich-share-slug", "")
    return Credentials(
        api_key=headers.get("x-api-key") or query.get("apiKey") or bearer,
        handle=_from_hex(key) or slug,
        cookies=cookies,
        address=address,
        is_slug=not key,
        user_agent=headers.get("user-agent", ""),
    )


def _from_hex(key: str) -> str:
    """Immich takes a key's 50 bytes as 100 hexadecimal digits too."""
    if not re.fullmatch("[0-9a-fA-F]{100}", key):
        return key
    return urlsafe_b64encode(bytes.fromhex(key)).decode().rstrip("=")
