"""Who calls ``/api``: an owner by a key of theirs, or a guest by a link's key or slug.

The one place where that is decided, for Django's views and for what is served before Django alike.
A session of the browser opens nothing here, so no page of another site can use it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs

from django.contrib.auth.models import User
from django.http import HttpRequest, parse_cookie

from portal.accounts.address import group_address
from portal.accounts.api_keys import find_api_key
from portal.accounts.models import ApiKey
from portal.api_errors import ApiRefused
from portal.media.cookies import binding_cookie
from portal.media.sending import Scope
from sharing.access import Access, LinkClosed, Standing, enter, find_link, is_unlocked
from sharing.models import SharedLink

UNLOCK_COOKIE = "immich_shared_link_token"  # several links' values, with commas between them


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request brings. ``handle`` is a link's key or slug."""

    api_key: str
    handle: str
    cookies: Mapping[str, str]
    address: str


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
    sent = parse_qs(scope["query_string"].decode("latin-1"))
    query = {name: values[0] for name, values in sent.items()}
    address = group_address((scope.get("client") or ("",))[0])
    return _credentials(headers, query, parse_cookie(headers.get("cookie", "")), address)


def find_caller(credentials: Credentials) -> Caller:
    """Find who calls; blocks. A link's key beats an API key, as with Immich.

    Raises ``ApiRefused``: 401 for credentials that are missing, wrong, or of a closed link.
    """
    if credentials.handle:
        return GuestCaller(_enter(credentials), credentials)
    if not credentials.api_key:
        raise ApiRefused(HTTPStatus.UNAUTHORIZED, "Authentication required")
    key = find_api_key(credentials.api_key)
    if key is None:
        raise ApiRefused(HTTPStatus.UNAUTHORIZED, "Invalid API key")
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


def _enter(credentials: Credentials) -> Access:
    link = find_link(credentials.handle)
    if link is None:
        raise ApiRefused(HTTPStatus.UNAUTHORIZED, "Invalid share key")
    try:
        return enter(link, with_unlock(link, credentials.cookies))
    except LinkClosed as closed:
        raise ApiRefused(HTTPStatus.UNAUTHORIZED, _why(closed)) from closed


def with_unlock(link: SharedLink, cookies: Mapping[str, str]) -> dict[str, str]:
    """The cookies, with the unlock value that a client of Immich keeps under Immich's name."""
    name = binding_cookie(link.pk)
    if name in cookies or not cookies.get(UNLOCK_COOKIE):
        return dict(cookies)
    values = cookies[UNLOCK_COOKIE].split(",")[:20]
    fitting = next((value for value in values if is_unlocked(link, value)), "")
    return {**cookies, name: fitting} if fitting else dict(cookies)


def _why(closed: LinkClosed) -> str:
    return {
        Standing.LOCKED: "Password required",
        Standing.EXPIRED: "This link has expired",
        Standing.PAUSED: "This link is paused",
        Standing.DELETED: "This link was deleted",
        Standing.FULL: "This link takes no more visitors",
    }.get(closed.standing, "Invalid share key")


def _credentials(
    headers: Mapping[str, str], query: Mapping[str, str], cookies: Mapping[str, str], address: str
) -> Credentials:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else ""
    handles = (
        query.get("key"),
        query.get("slug"),
        headers.get("x-immich-share-key"),
        headers.get("x-immich-share-slug"),
    )
    return Credentials(
        api_key=headers.get("x-api-key") or query.get("apiKey") or bearer,
        handle=next((handle for handle in handles if handle), ""),
        cookies=cookies,
        address=address,
    )
