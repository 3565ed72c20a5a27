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

from portal.accounts.sessions import owners_of
from portal.media.cookies import binding_cookie
from portal.media.tickets import MediaSigner
from sharing.models import SharedLink

BY_KEY = f'SELECT * FROM "{SharedLink._meta.db_table}" WHERE key = %s'  # noqa: S608, SLF001 - ours
UNLOCKED_FOR = 30 * 86_400  # seconds a browser stays unlocked, unless the password changes
ADMITTED_FOR = 400 * 86_400  # seconds a visitor is known to have come: as long as browsers allow


class Standing(StrEnum):
    UNKNOWN = "unknown"
    DELETED = "deleted"
    PAUSED = "paused"
    EXPIRED = "expired"
    FULL = "full"
    LOCKED = "locked"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Rights:
    """What an open link allows. ``originals`` implies all metadata, for they carry it.

    ``is_used_up`` is a link that would allow downloads, had its guests not had all of them.
    """

    look: bool  # at the album; what they sent themselves, guests see always
    download: bool
    originals: bool
    upload: bool
    metadata: bool
    location: bool
    is_used_up: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """An open link, as one visitor holds it. ``is_new`` is who was not counted yet."""

    link: SharedLink
    rights: Rights
    unlock: str  # value of the link's unlock cookie, or empty
    is_new: bool = True

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
    if link.is_for_owner and not _is_owner(link, cookies):
        raise LinkClosed(Standing.UNKNOWN)
    # Without a password too: a browser unlocked before it was removed still sends the cookie, and
    # media URLs are checked against what the browser sends.
    unlock = cookies.get(binding_cookie(link.pk), "")
    is_known = is_admitted(link, cookies)
    standing = standing_of(link, unlock, is_known=is_known)
    if standing is not Standing.OPEN:
        raise LinkClosed(standing, link)
    return Access(link, rights_of(link), unlock, is_new=not is_known)


def find_link(handle: str) -> SharedLink | None:
    """A link by its key or, case-blind, its slug; of several with one slug, the living one."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{3,80}", handle):
        return None
    # Most requests begin here: reading a row so takes a third of the time of a query put together.
    by_key = next(iter(SharedLink.objects.raw(BY_KEY, [handle])), None)
    if by_key and hmac.compare_digest(by_key.key, handle):
        return by_key
    by_slug = SharedLink.objects.with_slug(handle)
    return by_slug.order_by(F("deleted_at").desc(nulls_first=True)).first()


def standing_of(link: SharedLink, unlock: str, *, is_known: bool = False) -> Standing:
    """What the link is to whoever sends this unlock cookie; ``is_known`` is who came before."""
    if link.deleted_at is not None:
        return Standing.DELETED
    if link.is_paused:
        return Standing.PAUSED
    if link.is_expired:
        return Standing.EXPIRED
    if link.is_full and not is_known:
        return Standing.FULL
    if link.password and not is_unlocked(link, unlock):
        return Standing.LOCKED
    return Standing.OPEN


def rights_of(link: SharedLink) -> Rights:
    is_left = not link.is_used_up
    return Rights(
        look=not link.hides_album,
        download=link.allow_download and is_left and not link.hides_album,
        originals=link.gives_originals and is_left and not link.hides_album,
        upload=link.takes_uploads,
        metadata=link.show_metadata,
        location=link.show_metadata and link.show_location,
        is_used_up=link.allow_download and not is_left and not link.hides_album,
    )


def make_unlock(link: SharedLink) -> str:
    """The cookie value that opens this link until its password changes."""
    return _make_proof("unlock", f"{link.pk}\0{link.password}")


def make_admission(link: SharedLink) -> str:
    """The cookie value by which a visitor who was counted comes again, though the link is full."""
    return _make_proof("admission", str(link.pk))


def admission_cookie(link: SharedLink) -> str:
    return f"loggia_guest_{link.pk.hex[:16]}"


def is_admitted(link: SharedLink, cookies: dict[str, str]) -> bool:
    return _is_proof(cookies.get(admission_cookie(link), ""), "admission", str(link.pk))


def _is_owner(link: SharedLink, cookies: dict[str, str]) -> bool:
    session = cookies.get(settings.SESSION_COOKIE_NAME, "")
    return bool(session) and owners_of([session]).get(session) == link.owner_id


def is_unlocked(link: SharedLink, unlock: str) -> bool:
    """Whether this value of the unlock cookie was made for the link's present password."""
    return _is_proof(unlock, "unlock", f"{link.pk}\0{link.password}")


def _make_proof(purpose: str, subject: str) -> str:
    nonce = secrets.token_urlsafe(18)
    return f"{nonce}.{_mac(purpose, subject, nonce)}"


def _is_proof(text: str, purpose: str, subject: str) -> bool:
    nonce, _, mac = text.partition(".")
    return bool(nonce) and hmac.compare_digest(
        mac.encode("utf-8", "replace"), _mac(purpose, subject, nonce).encode()
    )


def _mac(purpose: str, subject: str, nonce: str) -> str:
    message = f"{subject}\0{nonce}".encode("utf-8", "replace")
    secret = f"loggia.{purpose}{settings.SECRET_KEY}".encode()
    key = blake2b(secret, digest_size=32).digest()
    return blake2b(message, digest_size=16, key=key).hexdigest()
