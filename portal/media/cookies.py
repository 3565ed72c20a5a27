"""Which cookie binds a media URL to the visitor it was made for."""

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.http import parse_cookie

from portal.media.grants import OWNER_SCOPE


def binding_cookie(scope: UUID) -> str:
    """Name of the cookie whose value is part of the MAC; absent, the value is empty."""
    if scope == OWNER_SCOPE:
        return settings.SESSION_COOKIE_NAME
    return f"loggia_unlock_{scope.hex[:16]}"


def cookie_in(headers: Iterable[tuple[bytes, bytes]], name: str) -> str:
    """A cookie's value among an ASGI request's headers, or empty."""
    value = ""
    for header, content in headers:
        if header == b"cookie" and name.encode() in content:
            value = parse_cookie(content.decode("latin-1")).get(name, "") or value
    return value
