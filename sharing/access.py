"""The one place that decides what a visitor may do with a link right now.

Every view, stream and upload asks here; nothing else looks at a link's switches to decide.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

from django.conf import settings
from django.db.models import F

from portal.media.cookies import binding_cookie
from portal.media.tickets import MediaSigner
from sharing.models import SharedLink

UNLOCKED_FOR = 30 * 86_400  # seconds a browser stays unlocked, unless the password changes


class Standing(StrEnum):
    UNKNOWN = "unknown"
    DELETED = "deleted"
    PAUSED = "paused"
    EXPIRED = "expired"
    LOCKED = "locked"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Rights:
    """What an open link allows. ``originals`` implies all metadata, for they carry it."""

    download: bool
    originals: bool
    upload: bool
    metadata: bool
    location: bool


@dataclass(frozen=True, slots=True)
class Access:
    """An open link, as one visitor holds it."""

    link: SharedLink
    rights: Rights
    unlock: str  # value of the link's unlock cookie, or empty

    @property
    def signer(self) -> MediaSigner:
        return MediaSigner(self.link.pk, self.link.epoch, self.unlock)


class LinkClosed(Exception):
    """This visitor may not come in now. ``link`` is known unless the standing is UNKNOWN."""

    def __init__(self, standing: Standing, link: SharedLink | None = None) -> None:
        super().__init__(standing)
        self.standing = standing
        self.link = link


def open_link(handle: str, cookies: dict[str, str]) -> Access:
    """Let a visitor in by key or slug; raises ``LinkClosed``."""
    link = find_link(handle)
    if link is None:
        raise LinkClosed(Standing.UNKNOWN)
    return enter(link, cookies)


def enter(link: SharedLink, cookies: dict[str, str]) -> Access:
    """Let a visitor in to a link already found; raises ``LinkClosed``."""
    # Without a password too: a browser unlocked before it was removed still sends the cookie, and
    # media URLs are checked against what the browser sends.
    unlock = cookies.get(binding_cookie(link.pk), "")
    standing = standing_of(link, unlock)
    if standing is not Standing.OPEN:
        raise LinkClosed(standing, link)
    return Access(link, rights_of(link), unlock)


def find_link(handle: str) -> SharedLink | None:
    """A link by its key or, case-blind, its slug; of several with one slug, the living one."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{3,80}", handle):
        return None
    by_key = SharedLink.objects.filter(key=handle).first()
    if by_key and hmac.compare_digest(by_key.key, handle):
        return by_key
    by_slug = SharedLink.objects.with_slug(handle)
    return by_slug.order_by(F("deleted_at").desc(nulls_first=True)).first()


def standing_of(link: SharedLink, unlock: str) -> Standing:
    if link.deleted_at is not None:
        return Standing.DELETED
    if link.is_paused:
        return Standing.PAUSED
    if link.is_expired:
        return Standing.EXPIRED
    if link.password and not _is_unlocked(link, unlock):
        return Standing.LOCKED
    return Standing.OPEN


def rights_of(link: SharedLink) -> Rights:
    return Rights(
        download=link.allow_download,
        originals=link.gives_originals,
        upload=link.allow_upload,
        metadata=link.show_metadata,
        location=link.show_metadata and link.show_location,
    )


def make_unlock(link: SharedLink) -> str:
    """The cookie value that opens this link until its password changes."""
    nonce = secrets.token_urlsafe(18)
    return f"{nonce}.{_unlock_mac(link, nonce)}"


def _is_unlocked(link: SharedLink, unlock: str) -> bool:
    nonce, _, mac = unlock.partition(".")
    return bool(nonce) and hmac.compare_digest(
        mac.encode("utf-8", "replace"), _unlock_mac(link, nonce).encode()
    )


def _unlock_mac(link: SharedLink, nonce: str) -> str:
    message = f"{link.pk}\0{link.password}\0{nonce}".encode("utf-8", "replace")
    key = blake2b(b"loggia.unlock" + settings.SECRET_KEY.encode(), digest_size=32).digest()
    return blake2b(message, digest_size=16, key=key).hexdigest()
