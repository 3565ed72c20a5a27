"""Cookies that came over HTTPS never go back over HTTP, whether a public address is set or not."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def secure_cookies(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Mark all cookies of an answer Secure when a trusted proxy took the request over HTTPS."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.is_secure():
            for cookie in response.cookies.values():
                cookie["secure"] = True
        return response

    return answer
