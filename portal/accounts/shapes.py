"""Owners and their keys as clients of Immich read them."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User

from portal.accounts.identity import owner_uuid
from portal.accounts.models import ApiKey

ADDRESS = "owner@loggia.invalid"  # clients check that it looks like one (RFC 2606, 2)


def user_dict(owner: User) -> dict[str, Any]:
    """UserResponseDto of an owner, as anybody may read it: no e-mail, no name to sign in with."""
    return {
        "id": str(owner_uuid(owner)),
        "email": ADDRESS,
        "name": owner.get_full_name() or "Loggia",
        "profileImagePath": "",
        "avatarColor": "primary",
        "profileChangedAt": _stamp(owner.date_joined),
    }


def own_user_dict(owner: User, used: int | None) -> dict[str, Any]:
    """UserAdminResponseDto, for the owner's own programs; ``used`` bytes lie in the library."""
    joined = _stamp(owner.date_joined)
    return user_dict(owner) | {
        "email": owner.email or ADDRESS,
        "name": owner.get_full_name() or owner.get_username(),
        "storageLabel": None,
        "shouldChangePassword": False,
        "isAdmin": owner.is_superuser,
        "createdAt": joined,
        "updatedAt": joined,
        "deletedAt": None,
        "oauthId": "",
        "quotaSizeInBytes": None,
        "quotaUsageInBytes": used,
        "status": "active",
        "license": None,
        "clusterGroupId": str(owner_uuid(owner)),
    }


def key_dict(key: ApiKey) -> dict[str, Any]:
    """APIKeyResponseDto."""
    return {
        "id": str(key.pk),
        "name": key.name,
        "createdAt": _stamp(key.created_at),
        "updatedAt": _stamp(key.updated_at),
        "permissions": list(key.permissions),
    }


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
