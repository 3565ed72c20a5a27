"""Which request is answered by whom, and what its caller must be allowed to."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NamedTuple

from portal.fake_immich import (
    asking_albums,
    asking_assets,
    asking_links,
    asking_search,
    asking_server,
    asking_timeline,
    uploading,
)
from portal.fake_immich.credentials import LINK_ONLY, PUBLIC, Caller, check, identify
from portal.fake_immich.wire import Answer, Page, Refused, Request
from portal.fake_immich.world import World

Handler = Callable[..., Answer]


class Route(NamedTuple):
    method: str
    path: re.Pattern[str]
    handler: Handler
    permission: str | None
    takes_links: bool


def _route(
    method: str, path: str, handler: Any, permission: str | None = None, *, links: bool = False
) -> Route:
    pattern = re.compile(re.sub(r"\{id\}", "([^/]+)", path))
    return Route(method, pattern, handler, permission, links)


_WEB = b"<!doctype html><title>Immich</title>"  # its pages are an application of their own
_ASSET, _ALBUM = "/api/assets/{id}", "/api/albums/{id}"
_ROUTES = [
    _route("GET", "/.well-known/immich", asking_server.well_known, PUBLIC),
    _route("GET", "/api/server/ping", asking_server.ping, PUBLIC),
    _route("GET", "/api/server/version", asking_server.version, PUBLIC),
    _route("GET", "/api/server/media-types", asking_server.media_types, PUBLIC),
    _route("GET", "/api/server/features", asking_server.features, PUBLIC),
    _route("GET", "/api/server/config", asking_server.config, PUBLIC),
    _route("GET", "/api/server/about", asking_server.about, "server.about"),
    _route("GET", "/api/server/statistics", asking_server.statistics, "server.statistics"),
    _route("GET", "/api/server/storage", asking_server.storage, "server.storage"),
    _route("GET", "/api/users/me", asking_server.me, "user.read"),
    _route("GET", "/api/api-keys/me", asking_server.my_key),
    _route("GET", "/api/albums", asking_albums.listed, "album.read"),
    _route("POST", "/api/albums", asking_albums.create, "album.create"),
    _route("GET", "/api/albums/statistics", asking_albums.statistics, "album.statistics"),
    _route("GET", _ALBUM, asking_albums.one, "album.read", links=True),
    _route("PATCH", _ALBUM, asking_albums.change, "album.update"),
    _route("DELETE", _ALBUM, asking_albums.delete, "album.delete"),
    _route("PUT", f"{_ALBUM}/assets", asking_albums.add, "albumAsset.create", links=True),
    _route("DELETE", f"{_ALBUM}/assets", asking_albums.remove, "albumAsset.delete"),
    _route("POST", "/api/search/metadata", asking_search.metadata, "asset.read"),
    _route("POST", "/api/search/statistics", asking_search.statistics, "asset.statistics"),
    _route("POST", "/api/search/random", asking_search.random, "asset.read"),
    _route("POST", "/api/search/smart", asking_search.smart, "asset.read"),
    _route("GET", "/api/people", asking_search.people, "person.read"),
    _route("POST", "/api/assets", uploading.upload, "asset.upload", links=True),
    _route("PUT", "/api/assets", asking_assets.update, "asset.update"),
    _route("DELETE", "/api/assets", asking_assets.delete, "asset.delete"),
    _route("POST", "/api/trash/restore/assets", asking_assets.restore, "asset.delete"),
    _route("POST", "/api/assets/bulk-upload-check", uploading.bulk_check, "asset.upload"),
    _route("POST", "/api/assets/exist", uploading.exist, "asset.upload"),
    _route("GET", "/api/assets/statistics", asking_assets.statistics, "asset.statistics"),
    _route("GET", _ASSET, asking_assets.info, "asset.read", links=True),
    _route("GET", f"{_ASSET}/original", asking_assets.original, "asset.download", links=True),
    _route("GET", f"{_ASSET}/thumbnail", asking_assets.thumbnail, "asset.view", links=True),
    _route("GET", f"{_ASSET}/video/playback", asking_assets.playback, "asset.view", links=True),
    _route("GET", "/api/timeline/buckets", asking_timeline.buckets, "asset.read", links=True),
    _route("GET", "/api/timeline/bucket", asking_timeline.bucket, "asset.read", links=True),
    _route("POST", "/api/download/info", asking_timeline.info, "asset.download", links=True),
    _route("POST", "/api/download/archive", asking_timeline.archive, "asset.download", links=True),
    _route("GET", "/api/shared-links", asking_links.listed, "sharedLink.read"),
    _route("POST", "/api/shared-links", asking_links.create, "sharedLink.create"),
    _route("GET", "/api/shared-links/me", asking_links.me, LINK_ONLY, links=True),
    _route("POST", "/api/shared-links/login", asking_links.login, LINK_ONLY, links=True),
]


def answer(world: World, request: Request) -> Answer:
    """Raises ``Refused``."""
    path = request.path.rstrip("/") or "/"
    method = "GET" if request.method == "HEAD" else request.method
    for route in _ROUTES:
        match = route.path.fullmatch(path)
        if match and route.method == method and not _is_gone(world, route):
            caller = _caller(world, request, route)
            return route.handler(world, request, caller, *match.groups())
    if not path.startswith("/api") and method == "GET":
        return Page(_WEB)
    raise Refused(HTTPStatus.NOT_FOUND, f"Cannot {request.method} {request.path}")


def _caller(world: World, request: Request, route: Route) -> Caller | None:
    if route.permission == PUBLIC:
        return None
    caller = identify(world, request, takes_links=route.takes_links)
    check(caller, route.permission)
    return caller


def _is_gone(world: World, route: Route) -> bool:
    return world.is_next and route.handler is uploading.exist
