"""An owner's id outside: clients of Immich want UUIDs of version 4 (RFC 9562, 5.4)."""

from hashlib import blake2b
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User


def owner_uuid(owner: User) -> UUID:
    """Always the same for one owner of one portal, and telling nothing else."""
    return uuid_of_owner(owner.pk)


def uuid_of_owner(pk: int) -> UUID:
    """The same, where the owner's row is not at hand."""
    key = blake2b(b"loggia.owner" + settings.SECRET_KEY.encode(), digest_size=32).digest()
    return UUID(bytes=blake2b(str(pk).encode(), digest_size=16, key=key).digest(), version=4)
