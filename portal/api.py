"""``/api``: the same paths, answers and errors as an Immich server's, for its clients.

Assembled here from the apps' routers. A route returns ``portal.api_answers.answer(…)``, raises
``ApiRefused``, and says with ``auth=needs(…)`` who may use it. ``docs/api.md`` says which clients
work, and where this differs on purpose.
"""

from typing import Any

import orjson
from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from pydantic.alias_generators import to_camel

from downloads.api.portal_routes import router as portal_downloads
from downloads.api.routes import router as downloads
from portal import api_failures
from portal.api_server import router as server
from portal.api_users import router as users
from sharing.api.albums import router as albums
from sharing.api.assets import router as assets
from sharing.api.bulk_check import router as bulk_check
from sharing.api.extras import router as extras
from sharing.api.portal_routes import router as portal
from sharing.api.search import router as search
from sharing.api.shared_links import router as shared_links
from sharing.api.timeline import router as timeline


class OrjsonRenderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data)


class OrjsonParser(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        body = orjson.loads(request.body)
        if not isinstance(body, dict):  # ninja would look for the fields as attributes of it
            raise ValueError("it has to be an object")  # noqa: TRY004 - of the request, not of us
        return body


class Api(NinjaAPI):
    def get_openapi_operation_id(self, operation: Operation) -> str:
        """``listAlbums`` for ``list`` in ``albums``, where a route says nothing else."""
        view = operation.view_func
        return to_camel(f"{view.__name__}_{view.__module__.rpartition('.')[2]}")


api = Api(
    title="Loggia",
    version="1",
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
    renderer=OrjsonRenderer(),
    parser=OrjsonParser(),
)
for prefix, router in (
    ("/server", server),
    ("", users),
    ("/shared-links", shared_links),
    ("/assets", bulk_check),  # before the assets, whose ids are words of a path too
    ("/assets", assets),
    ("/albums", albums),
    ("/search", search),
    ("/timeline", timeline),
    ("/download", downloads),
    ("/portal/downloads", portal_downloads),
    ("/portal", portal),
    ("", extras),
):
    api.add_router(prefix, router)
api_failures.install(api)
