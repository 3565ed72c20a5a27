"""Who calls the intake: what an ASGI request says of its sender, and whether it comes from here."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, parse_cookie
from django.http.request import split_domain_port, validate_host
from django.utils.translation import get_language_from_request

from portal.media.sending import Scope
from sharing.contributions.refusals import Refused, from_elsewhere
from sharing.views.door import VISITOR_COOKIE

ADDRESS = re.compile(
    r"(?P<base>/(?:share|s)/(?P<handle>[A-Za-z0-9_-]{3,80}))/uploads"
    r"(?:/|/(?P<form>form)|/(?P<upload>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))?"
)


@dataclass(frozen=True, slots=True)
class Caller:
    """One request's sender. ``visitor`` is empty for a client that sends no cookie of ours."""

    base: str  # of the link's page
    handle: str
    is_form: bool
    upload_id: UUID | None
    cookies: dict[str, str]
    visitor: str
    language: str
    headers: dict[str, str]

    def header(self, name: str) -> str:
        return self.headers.get(name, "").strip()


def caller_of(scope: Scope) -> Caller:
    """Read a request to an address that fits ``ADDRESS``."""
    match = ADDRESS.fullmatch(scope["path"])
    if match is None:
        raise Refused(HTTPStatus.NOT_FOUND)
    headers = _headers(scope["headers"])
    cookies = parse_cookie(headers.get("cookie", ""))
    visitor = cookies.get(VISITOR_COOKIE, "")
    return Caller(
        base=match["base"],
        handle=match["handle"],
        is_form=match["form"] is not None,
        upload_id=UUID(match["upload"]) if match["upload"] else None,
        cookies=cookies,
        visitor=visitor if re.fullmatch(r"[\w-]{32}", visitor) else "",
        language=_language(headers, cookies),
        headers=headers,
    )


def check_origin(caller: Caller) -> None:
    """Raise ``Refused`` for what a page of another site has its visitor's browser send.

    Fetch Metadata tells it where the browser sends that, else Origin or Referer (RFC 6454). Who
    sends none of them is no browser, and nobody's cookies are at stake.
    """
    host = caller.header("host")
    name, _port = split_domain_port(host)
    if not validate_host(name, settings.ALLOWED_HOSTS):
        raise Refused(HTTPStatus.BAD_REQUEST)
    if site := caller.header("sec-fetch-site"):
        if site not in {"same-origin", "none"}:
            raise from_elsewhere()
        return
    source = caller.header("origin") or caller.header("referer")
    if source and not _is_here(source, host):
        raise from_elsewhere()


def _is_here(source: str, host: str) -> bool:
    try:
        parts = urlsplit(source)
    except ValueError:
        return False
    if f"{parts.scheme}://{parts.netloc}" in settings.CSRF_TRUSTED_ORIGINS:
        return True
    # A proxy may tell the host alone; which scheme the guest uses, we then cannot know.
    return parts.netloc == host


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        separator = "; " if key == "cookie" else ", "
        found[key] = f"{found[key]}{separator}{text}" if key in found else text
    return found


def _language(headers: dict[str, str], cookies: dict[str, str]) -> str:
    request: Any = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = headers.get("accept-language", "")
    request.COOKIES = cookies
    return get_language_from_request(request)
