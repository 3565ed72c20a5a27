"""Cookies that came over HTTPS never go back over HTTP, whether a public address is set or not."""

from collections.abc import Callable
from inspect import iscoroutinefunction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware

Answer = Callable[[HttpRequest], Any]


@sync_and_async_middleware
def secure_cookies(get_response: Answer) -> Answer:
    """Mark all cookies of an answer Secure when a trusted proxy took the request over HTTPS."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponse:
            return _mark(request, await get_response(request))

        return answer_async

    def answer(request: HttpRequest) -> HttpResponse:
        return _mark(request, get_response(request))

    return answer


def _mark(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if request.is_secure():
        for cookie in response.cookies.values():
            cookie["secure"] = True
    return response
