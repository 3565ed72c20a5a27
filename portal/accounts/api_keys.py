"""Making API keys, and finding whose a key is."""

import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta
from hashlib import sha256

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import ApiKey
from portal.accounts.permissions import PERMISSIONS

MOST_KEYS = 100  # of one owner
NOTED_EVERY = timedelta(minutes=1)  # the last use of a key, at most


def make_api_key(owner: User, name: str, permissions: Sequence[str]) -> tuple[ApiKey, str]:
    """Make a key; it is returned beside its row, and never to be had again.

    Raises ``ValidationError`` for an empty name, for permissions that there are not, and for one
    key too many.
    """
    _check(name, permissions)
    if owner.api_keys.count() >= MOST_KEYS:
        message = _("There are %(count)d keys: revoke some that are not used any more.")
        raise ValidationError(message % {"count": MOST_KEYS})
    secret = _make_secret()
    row = ApiKey.objects.create(
        owner=owner, name=name, digest=_digest(secret), permissions=sorted(set(permissions))
    )
    return row, secret


def find_api_key(secret: str) -> ApiKey | None:
    """The key's row with its owner, its use noted; ``None`` for what opens nothing."""
    found = ApiKey.objects.select_related("owner").filter(digest=_digest(secret)).first()
    if found is None or not found.owner.is_active:
        return None
    now = timezone.now()
    if found.used_at is None or found.used_at < now - NOTED_EVERY:
        ApiKey.objects.filter(pk=found.pk).update(used_at=now)
    return found


def _check(name: str, permissions: Collection[str]) -> None:
    if not name.strip() or len(name) > 100:
        raise ValidationError({"name": _("Give the key a name of at most 100 characters.")})
    if unknown := sorted(set(permissions) - PERMISSIONS):
        message = _("There is no such permission: %(names)s.") % {"names": ", ".join(unknown)}
        raise ValidationError({"permissions": message})
    if not permissions:
        raise ValidationError({"permissions": _("Choose at least one permission.")})


def _make_secret() -> str:
    """256 random bits. None begins with a dash: commands would take it for an option."""
    while (secret := secrets.token_urlsafe(32)).startswith("-"):
        pass
    return secret


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "replace")).digest()
