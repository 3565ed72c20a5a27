"""``/shared-links``: reading one with its key or slug, and making them."""

from datetime import timedelta
from http import HTTPStatus
from urllib.parse import quote

from portal.fake_immich import album_shapes, moments
from portal.fake_immich.assets import SharedLink
from portal.fake_immich.credentials import Caller, is_unlocked, tokens
from portal.fake_immich.validating import check, date, one_of, require, uuids
from portal.fake_immich.wire import JsonAnswer, Refused, Request, bad_request, no_access
from portal.fake_immich.world import World

_A_DAY = timedelta(days=1)


def me(world: World, request: Request, caller: Caller) -> JsonAnswer:
    link = _link(caller)
    headers = {}
    given = request.query.get("password")
    if given is not None and link.password and not world.is_next:
        if given != link.password:
            raise Refused(HTTPStatus.UNAUTHORIZED, "Invalid password")
        headers = {"Set-Cookie": _cookie(request, link)}
    elif not is_unlocked(link, request):
        raise Refused(HTTPStatus.UNAUTHORIZED, "Password required")
    return JsonAnswer(album_shapes.link(world, link), headers=headers)


def login(world: World, request: Request, caller: Caller) -> JsonAnswer:
    link = _link(caller)
    body = request.json()
    require(world, body, ["password"])
    if not link.password:
        raise bad_request("Shared link is not password protected")
    if body["password"] != link.password:
        raise Refused(HTTPStatus.UNAUTHORIZED, "Invalid password")
    headers = {"Set-Cookie": _cookie(request, link)}
    return JsonAnswer(album_shapes.link(world, link), HTTPStatus.CREATED, headers)


def listed(world: World, request: Request, caller: Caller) -> JsonAnswer:
    wanted, album_id = request.query.get("id"), request.query.get("albumId")
    mine = [
        link for link in world.links.values()
        if link.user_id == caller.user.id
        and (not wanted or link.id == wanted) and (not album_id or link.album_id == album_id)
    ]  # fmt: skip
    newest_first = sorted(mine, key=lambda link: link.created_at, reverse=True)
    return JsonAnswer([album_shapes.link(world, link, is_listed=True) for link in newest_first])


def create(world: World, request: Request, caller: Caller) -> JsonAnswer:
    body = request.json()
    check(
        world, body, {"type": one_of("ALBUM", "INDIVIDUAL"), "assetIds": uuids, "expiresAt": date}
    )
    if body.get("slug") and any(link.slug == body["slug"] for link in world.links.values()):
        raise bad_request("Shared link with this slug already exists")
    album_id = body.get("albumId") if body.get("type") == "ALBUM" else None
    if album_id and world.albums[album_id].owner_id != caller.user.id:
        raise no_access("album.share")
    shows = bool(body.get("showMetadata", True))
    link = SharedLink(
        world.new_id(), world.random.randbytes(50), caller.user.id, moments.now(), album_id,
        dict.fromkeys(body.get("assetIds") or []), body.get("slug") or None,
        body.get("password") or None, body.get("description"),
        moments.read(body.get("expiresAt"), needs_zone=False),
        bool(body.get("allowUpload", True)), shows and bool(body.get("allowDownload", True)), shows,
    )  # fmt: skip
    world.links[link.id] = link
    return JsonAnswer(album_shapes.link(world, link), HTTPStatus.CREATED)


def _link(caller: Caller) -> SharedLink:
    if caller.link is None:
        raise Refused(HTTPStatus.FORBIDDEN, "Forbidden", is_plain=True)
    return caller.link


def _cookie(request: Request, link: SharedLink) -> str:
    """The tokens of several links share one cookie."""
    known = [token for token in tokens(request) if token != link.token]
    value = quote(",".join([*known, link.token]), safe="")
    expires = (moments.now() + _A_DAY).strftime("%a, %d %b %Y %H:%M:%S GMT")
    return (
        f"immich_shared_link_token={value}; Max-Age=86400; Path=/; Expires={expires}; "
        "HttpOnly; SameSite=Lax"
    )
