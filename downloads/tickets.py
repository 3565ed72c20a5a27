"""Addresses of archives and event streams that prove themselves, as media URLs do.

``/archives/<download>/<token>/<name>`` with a token of link (16 bytes), expiry (4 bytes, seconds
since 1970) and MAC; ``/events/downloads/<token>`` with a token that also carries the address and
language of the guest's page. The MAC is keyed BLAKE2b (RFC 7693) over all of it, the link's epoch
and the visitor's binding, neither of which is in the address; an event stream's MAC covers the
visitor's own cookie too.
"""

import hmac
import struct
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from urllib.parse import quote
from uuid import UUID

from django.conf import settings

from portal.media.tickets import DAY, BadTicket

ARCHIVES = "/archives/"
EVENTS = "/events/downloads/"
_MAC_SIZE = 16
_HEAD = struct.Struct(">16sI")
_LONGEST_TOKEN = 1000


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """Where a guest stands: the link as it was opened, and what pages are made with.

    ``binding`` is the cookie value that unlocked the link, or empty; ``base`` the address of the
    link's page as the guest knows it.
    """

    link_id: UUID
    epoch: int
    binding: str
    visitor: str
    base: str
    language: str

    @property
    def key(self) -> tuple[UUID, str]:
        return self.link_id, self.visitor

    def archive_url(self, download_id: UUID, name: str, expires: int) -> str:
        ticket = ArchiveTicket(download_id, name, self.link_id, expires)
        mac = ticket.sign(self.epoch, self.binding)
        token = _encode(_HEAD.pack(self.link_id.bytes, expires) + mac)
        return f"{ARCHIVES}{download_id.hex}/{token}/{quote(name, safe='')}"

    def events_url(self) -> str:
        expires = (int(time.time()) // DAY + 2) * DAY
        said = f"{self.base}\0{self.language}".encode()
        ticket = EventsTicket(said, self.visitor, self.link_id, expires)
        mac = ticket.sign(self.epoch, self.binding)
        return EVENTS + _encode(_HEAD.pack(self.link_id.bytes, expires) + mac + said)


@dataclass(frozen=True, slots=True)
class ArchiveTicket:
    """What the address of an archive says; whether it is true, ``is_genuine`` tells."""

    download_id: UUID
    name: str
    link_id: UUID
    expires: int
    mac: bytes = b""

    def sign(self, epoch: int, binding: str) -> bytes:
        text = "\0".join((str(self.expires), str(epoch), binding, self.name))
        return _mac(b"archive", self.link_id.bytes, self.download_id.bytes, _bytes(text))

    def is_genuine(self, epoch: int, binding: str) -> bool:
        return hmac.compare_digest(self.sign(epoch, binding), self.mac)


@dataclass(frozen=True, slots=True)
class EventsTicket:
    """What the address of an event stream says, read for the visitor who asks."""

    said: bytes
    visitor: str
    link_id: UUID
    expires: int
    mac: bytes = b""

    def sign(self, epoch: int, binding: str) -> bytes:
        text = "\0".join((str(self.expires), str(epoch), binding, self.visitor))
        return _mac(b"events", self.link_id.bytes, _bytes(text), self.said)

    def is_genuine(self, epoch: int, binding: str) -> bool:
        return hmac.compare_digest(self.sign(epoch, binding), self.mac)

    def viewpoint(self, epoch: int, binding: str) -> Viewpoint:
        base, _, language = self.said.decode().partition("\0")
        return Viewpoint(self.link_id, epoch, binding, self.visitor, base, language)


def read_archive_ticket(parts: list[str], now: float) -> ArchiveTicket:
    """Read the decoded parts of a path behind ``ARCHIVES``; raises ``BadTicket``."""
    try:
        download_id, token, name = parts
        link_id, expires, mac, rest = _decode(token, now)
        if rest:
            raise BadTicket
        return ArchiveTicket(UUID(hex=download_id), name, link_id, expires, mac)
    except ValueError as exc:
        raise BadTicket from exc


def read_events_ticket(token: str, visitor: str, now: float) -> EventsTicket:
    """Read the path behind ``EVENTS``; raises ``BadTicket``."""
    link_id, expires, mac, said = _decode(token, now)
    return EventsTicket(said, visitor, link_id, expires, mac)


def _mac(kind: bytes, *parts: bytes) -> bytes:
    digest = blake2b(digest_size=_MAC_SIZE, key=_signing_key(), person=kind)
    for part in parts:
        digest.update(len(part).to_bytes(4, "big") + part)
    return digest.digest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(token: str, now: float) -> tuple[UUID, int, bytes, bytes]:
    if len(token) > _LONGEST_TOKEN:
        raise BadTicket
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        scope, expires = _HEAD.unpack_from(raw)
    except (ValueError, struct.error) as exc:
        raise BadTicket from exc
    mac, rest = raw[_HEAD.size : _HEAD.size + _MAC_SIZE], raw[_HEAD.size + _MAC_SIZE :]
    if expires <= now:
        raise BadTicket
    return UUID(bytes=scope), expires, mac, rest


@cache
def _signing_key() -> bytes:
    return blake2b(b"loggia.downloads" + settings.SECRET_KEY.encode(), digest_size=32).digest()
