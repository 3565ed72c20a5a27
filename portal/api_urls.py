"""The addresses of ``/api``: open to who has no session, for each route asks for credentials."""

from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt

from portal.api import api
from portal.api_answers import refuse
from portal.api_docs import openapi
from portal.api_errors import ApiRefused


@csrf_exempt
@login_not_required
def nothing_here(request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """What Immich says of a path or a method that there is not."""
    message = f"Cannot {request.method} {request.path}"
    return refuse(request, ApiRefused(HTTPStatus.NOT_FOUND, message))


def _open(pattern: Any) -> URLPattern:
    view = pattern.callback

    @csrf_exempt
    @login_not_required
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        method = request.method
        request.method = "GET" if method == "HEAD" else method  # the server leaves the body away
        response: HttpResponse = view(request, *args, **kwargs)
        request.method = method
        is_refused = isinstance(response, HttpResponseNotAllowed)
        return nothing_here(request) if is_refused else response

    return URLPattern(pattern.pattern, answer, pattern.default_args, pattern.name)


app_name = "api"
ROUTES = [each for each in api.urls[0] if getattr(each, "name", "") != "api-root"]  # ninja's; a 404
urlpatterns = [
    path("openapi.json", openapi, name="openapi"),
    *map(_open, ROUTES),
    re_path(r"^.*$", nothing_here, name="nothing"),
]
