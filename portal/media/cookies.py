"""Which cookie binds a media URL to the visitor it was made for."""

from uuid import UUID

from django.conf import settings

from portal.media.grants import OWNER_SCOPE


def binding_cookie(scope: UUID) -> str:
    """Name of the cookie whose value is part of the MAC; absent, the value is empty."""
    if scope == OWNER_SCOPE:
        return settings.SESSION_COOKIE_NAME
    return f"loggia_unlock_{scope.hex[:16]}"
