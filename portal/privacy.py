"""Middleware: whatever a view forgets, no answer is stored by others or found by a search engine."""

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

Answer = Callable[[HttpRequest], Any]


@sync_and_async_middleware
def private_by_default(get_response: Answer) -> Answer:
    """Add ``no-store`` where nothing is said of caching: error pages and redirects, above all."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            waiting: Awaitable[HttpResponseBase] = get_response(request)
            return _close(await waiting)

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        return _close(get_response(request))

    return answer


def _close(response: HttpResponseBase) -> HttpResponseBase:
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
    return response
