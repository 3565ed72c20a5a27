"""Who asks: a link beats a session, a session beats an API key."""

import base64
import binascii
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import unquote

from portal.fake_immich.assets import ApiKey, SharedLink, User
from portal.fake_immich.wire import Refused, Request
from portal.fake_immich.world import World

PUBLIC = "public"
LINK_ONLY = "link"
_SHARE_COOKIE = "immich_shared_link_token"


@dataclass(frozen=True)
class Caller:
    user: User
    key: ApiKey | None = None
    link: SharedLink | None = None


def identify(world: World, request: Request, *, takes_links: bool) -> Caller:
    """Raises ``Refused`` with 401 and 403, in Immich's words."""
    link = _link(world, request)
    if link:
        if not takes_links:
            raise Refused(HTTPStatus.FORBIDDEN, "Forbidden")
        return Caller(world.users[link.user_id], link=link)
    if session := _session(request):
        if session not in world.sessions:
            raise _unknown("Invalid user token")
        return Caller(world.users[world.sessions[session]])
    secret = request.headers.get("x-api-key") or request.query.get("apiKey")
    if not secret:
        raise _unknown("Authentication required")
    if secret not in world.keys:
        raise _unknown("Invalid API key")
    key = world.keys[secret]
    return Caller(world.users[key.user_id], key=key)


def check(caller: Caller, permission: str | None) -> None:
    if permission == LINK_ONLY:
        if caller.link is None:
            raise Refused(HTTPStatus.FORBIDDEN, "Forbidden", is_plain=True)
    elif permission and caller.key and not caller.key.may(permission):
        raise Refused(HTTPStatus.FORBIDDEN, f"Missing required permission: {permission}")


def tokens(request: Request) -> list[str]:
    """What logins to links have left in the cookie."""
    return [part for part in unquote(request.cookies.get(_SHARE_COOKIE, "")).split(",") if part]


def is_unlocked(link: SharedLink, request: Request) -> bool:
    return not link.password or link.token in tokens(request)


def _link(world: World, request: Request) -> SharedLink | None:
    key = request.query.get("key") or request.headers.get("x-immich-share-key")
    slug = request.query.get("slug") or request.headers.get("x-immich-share-slug")
    if not key and not slug:
        return None
    wanted = _decoded(key) if key else b""
    for link in world.links.values():
        is_it = link.key == wanted if key else link.slug == slug
        if is_it and not link.is_expired:
            return link
    raise _unknown("Invalid share key" if key else "Invalid share slug")


def _decoded(key: str) -> bytes:
    """50 bytes, as 100 hexadecimal digits or in base64 for URLs."""
    try:
        if len(key) == 100:
            return bytes.fromhex(key)
        return base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
    except (ValueError, binascii.Error):
        return b""


def _session(request: Request) -> str:
    scheme, _space, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token
    return request.headers.get("x-immich-user-token", "") or request.cookies.get(
        "immich_access_token", ""
    )


def _unknown(message: str) -> Refused:
    return Refused(HTTPStatus.UNAUTHORIZED, message)
