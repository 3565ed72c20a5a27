"""The description of ``/api`` (OpenAPI 3.1): ninja's, completed by what holds for every route."""

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from http import HTTPStatus
from typing import Any

import orjson
from ninja import NinjaAPI
from ninja.openapi.schema import get_schema
from ninja.operation import Operation

from downloads.api.described import PATHS as ARCHIVES
from sharing.api.bytes_described import PATHS as ASSET_BYTES
from sharing.api.guarding import Needs
from sharing.api.uploads.described import PATHS as UPLOADS

API_KEY: list[dict[str, list[str]]] = [{"api_key": []}, {"bearer": []}]
GUEST: list[dict[str, list[str]]] = [{"share_key": []}, {"share_slug": []}]
SCHEMES = {
    "api_key": {
        "type": "apiKey",
        "in": "header",
        "name": "x-api-key",
        "description": "An owner's key; `?apiKey=` works too.",
    },
    "bearer": {"type": "http", "scheme": "bearer", "description": "The same key."},
    "share_key": {
        "type": "apiKey",
        "in": "query",
        "name": "key",
        "description": "A link's key; the header `x-immich-share-key` works too.",
    },
    "share_slug": {
        "type": "apiKey",
        "in": "query",
        "name": "slug",
        "description": "A link's slug; the header `x-immich-share-slug` works too.",
    },
}
ERROR = {
    "type": "object",
    "title": "Error",
    "required": ["message", "error", "statusCode", "correlationId"],
    "properties": {
        "message": {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
            "description": "What happened, for people.",
        },
        "error": {"type": "string", "description": "The status in words."},
        "statusCode": {"type": "integer"},
        "correlationId": {"type": "string", "description": "By this the log finds the request."},
    },
}
BEFORE_DJANGO = [
    *ASSET_BYTES.items(),
    *UPLOADS.items(),
    *ARCHIVES.items(),
]  # ninja does not know of it
ALWAYS = (400, 404, 408, 413, 429, 503)  # what any route may answer
WITH_KEY = (401, 403)

# As clients made from Immich's own description call them.
NAMES = {
    ("get", "/search/suggestions"): "getSearchSuggestions",
    ("post", "/search/metadata"): "searchAssets",
    ("post", "/search/statistics"): "searchAssetStatistics",
    ("post", "/assets/bulk-upload-check"): "checkBulkUpload",
    ("post", "/download/info"): "getDownloadInfo",
}


@cache
def describe(api: NinjaAPI) -> dict[str, Any]:
    """The whole description as plain values."""
    operations = dict(_operations(api))
    for operation in operations.values():
        operation.by_alias = True
    raw = get_schema(api, "")
    found: dict[str, Any] = orjson.loads(orjson.dumps(raw, option=orjson.OPT_NON_STR_KEYS))
    found["servers"] = [{"url": "/api"}]
    found["components"]["securitySchemes"] = SCHEMES
    found["components"]["schemas"]["Error"] = ERROR
    for path, methods in BEFORE_DJANGO:
        found["paths"].setdefault(path, {}).update(deepcopy(methods))
    for path, methods in found["paths"].items():
        for method, described in methods.items():
            _complete(path, method, described, operations.get((path, method)))
    return found


def _operations(api: NinjaAPI) -> Iterator[tuple[tuple[str, str], Operation]]:
    """Every route by its path and method, as the description has them."""
    for router in api._get_bound_routers():  # noqa: SLF001 - ninja has no other list
        for path, view in router.path_operations.items():
            whole = "/" + "/".join(part for part in (router.prefix, path) if part).strip("/")
            while "//" in whole:
                whole = whole.replace("//", "/")
            for operation in view.operations:
                for method in operation.methods:
                    yield (whole, method.lower()), operation


def _complete(
    path: str, method: str, described: dict[str, Any], operation: Operation | None
) -> None:
    described["operationId"] = NAMES.get((method, path), described["operationId"])
    described.setdefault("tags", [path.split("/")[1].replace("-", " ").capitalize()])
    guards = operation.auth_callbacks if operation else ()
    guard = next((each for each in guards if isinstance(each, Needs)), None)
    if guard and "security" in described:
        described["security"] = API_KEY + (GUEST if guard.guests else [])
        if guard.permission:
            described["x-immich-permission"] = guard.permission
    with_key = WITH_KEY if described.get("security") else ()
    for status in (*ALWAYS, *with_key):
        described["responses"].setdefault(
            str(status),
            {
                "description": HTTPStatus(status).phrase,
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
            },
        )
