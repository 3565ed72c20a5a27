"""``/api`` without what only pages need: sessions, forms, messages, languages, htmx.

Those and the change of threads for each of them cost more than most answers. What is left is a
chain of its own: what every answer says, and cookies that stay on HTTPS.
"""

import re
from collections.abc import Callable
from http import HTTPStatus
from inspect import iscoroutinefunction
from typing import Any

from asgiref.sync import sync_to_async
from django.core.exceptions import DisallowedHost
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.decorators import sync_and_async_middleware
from isal import igzip

from portal.api_answers import refuse
from portal.api_errors import CORRELATION, ApiRefused, correlation_of
from portal.privacy import private_by_default
from portal.secure_cookies import secure_cookies

ADDRESS = re.compile(r"/api(?!/docs/?$)(/.*)?", re.DOTALL)  # the page of documentation is a page
COMPRESSED_FROM = 2_000  # bytes; less fits into two packets as it is

Answer = Callable[[HttpRequest], Any]


class LeanHandler(BaseHandler):
    """Answers requests of ``/api``; blocks. Whatever fails is answered, too."""

    def __init__(self) -> None:
        super().__init__()
        self.load_middleware()

    def load_middleware(self, is_async: bool = False) -> None:
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        answer = convert_exception_to_response(self._get_response)  # type: ignore[attr-defined]
        for step in (_of_known_hosts, secure_cookies, private_by_default, _finished):
            answer = step(answer)
        self._middleware_chain = answer

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        translation.activate("en")  # the words of Immich's clients; threads are used again
        if len(request.path_info) > len("/api/"):  # there are no redirects here
            request.path_info = request.path_info.rstrip("/")
        return self.get_response(request)


@sync_and_async_middleware
def lean_api(get_response: Answer) -> Answer:
    """Middleware: requests of ``/api`` go their own way past all that come after it."""
    handler = LeanHandler()

    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            if ADDRESS.fullmatch(request.path_info):
                return await sync_to_async(handler.answer)(request)
            passed: HttpResponseBase = await get_response(request)
            return passed

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        is_ours = ADDRESS.fullmatch(request.path_info)
        response: HttpResponseBase = (handler.answer if is_ours else get_response)(request)
        return response

    return answer


def _of_known_hosts(get_response: Answer) -> Answer:
    def answer(request: HttpRequest) -> HttpResponseBase:
        try:
            request.get_host()
        except DisallowedHost:
            message = "This portal is not reached by that name."
            return refuse(request, ApiRefused(HTTPStatus.BAD_REQUEST, message))
        response: HttpResponseBase = get_response(request)
        return response

    return answer


def _finished(get_response: Answer) -> Answer:
    """Say how long an answer is, of which request, and that it is no page; compress what is long."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = get_response(request)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if CORRELATION not in response.headers:
            response.headers[CORRELATION] = correlation_of(request.headers.get(CORRELATION, ""))
        if isinstance(response, HttpResponse):
            _compress(request, response)
            response.headers["Content-Length"] = str(len(response.content))
        return response

    return answer


def _compress(request: HttpRequest, response: HttpResponse) -> None:
    """JSON only: there is nothing here that a stranger chooses beside a secret (BREACH)."""
    if not response.headers.get("Content-Type", "").startswith("application/json"):
        return
    patch_vary_headers(response, ["Accept-Encoding"])
    if len(response.content) < COMPRESSED_FROM or response.has_header("Content-Encoding"):
        return
    if re.search(
        r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", request.headers.get("Accept-Encoding", "")
    ):
        response.content = igzip.compress(response.content, 1)
        response.headers["Content-Encoding"] = "gzip"
