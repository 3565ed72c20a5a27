"""How a view answers with a page, or with the part of it that htmx asked for."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails


class HtmxHttpRequest(HttpRequest):
    htmx: HtmxDetails


def render_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    partial: str,
    status: int = 200,
) -> HttpResponse:
    """Render a page, or only its partial when htmx swaps a part of it.

    A boosted link and a restored history entry need the whole page, though htmx asks for them.
    """
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    wants_part = htmx and not htmx.boosted and not htmx.history_restore_request
    name = f"{template}#{partial}" if wants_part else template
    response = render(request, name, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
