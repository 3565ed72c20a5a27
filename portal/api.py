"""``/api``: the same paths, answers and errors as an Immich server's, for its clients.

``docs/api.md`` says which clients work, and where this differs on purpose.
"""

from http import HTTPStatus
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.renderers import BaseRenderer

from downloads.api.routes import router as downloads
from portal.api_errors import CORRELATION, ApiRefused, correlation_of, error_body
from portal.api_server import router as server
from sharing.api.albums import router as albums
from sharing.api.assets import router as assets
from sharing.api.extras import router as extras
from sharing.api.portal_routes import router as portal
from sharing.api.search import router as search
from sharing.api.shared_links import router as shared_links
from sharing.api.timeline import router as timeline

JSON = "application/json; charset=utf-8"


class OrjsonRenderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data)


api = NinjaAPI(
    title="Loggia", version="1", docs_url=None, urls_namespace="api", renderer=OrjsonRenderer()
)
for prefix, router in (
    ("", server),
    ("/shared-links", shared_links),
    ("/assets", assets),
    ("/albums", albums),
    ("/search", search),
    ("/timeline", timeline),
    ("/download", downloads),
    ("/portal", portal),
    ("", extras),
):
    api.add_router(prefix, router)


def refuse(request: HttpRequest, refused: ApiRefused) -> HttpResponse:
    """Answer in the way clients of Immich understand."""
    correlation = correlation_of(request.headers.get(CORRELATION, ""))
    body = error_body(refused, correlation)
    headers = {**refused.headers, CORRELATION: correlation}
    return HttpResponse(body, status=refused.status, content_type=JSON, headers=headers)


@api.exception_handler(ApiRefused)
def _on_refused(request: HttpRequest, refused: ApiRefused) -> HttpResponse:
    return refuse(request, refused)


@api.exception_handler(HttpError)
def _on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return refuse(request, ApiRefused(HTTPStatus(error.status_code), str(error)))


@api.exception_handler(ValidationError)
def _on_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    messages = [f"[{'.'.join(map(str, e['loc'][2:]))}] {e['msg']}" for e in error.errors]
    return refuse(request, ApiRefused(HTTPStatus.BAD_REQUEST, messages))
