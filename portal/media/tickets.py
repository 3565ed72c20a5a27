"""Media URLs that prove themselves: what may be fetched, through which link, until when.

``/media/<scope>/<asset>/<rendition>/<token>[/<file name>]`` where the token is the base64url form
of expiry (4 bytes, seconds since 1970), and a keyed BLAKE2b MAC (16 bytes, RFC 7693) over all of
the path's parts, the link's epoch and the visitor's binding. Epoch and binding are not in the URL:
the one is looked up, the other comes with the visitor's cookie.
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
from zlib import crc32

from django.conf import settings

from portal.library.types import Rendition

PREFIX = "/media/"
DAY = 86_400
_MAC_SIZE = 16
LATEST = 3600  # seconds


class BadTicket(Exception):
    """The URL was not made by us, or no longer holds."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One file that may be fetched. With a ``filename`` it is delivered as an attachment."""

    scope: UUID
    asset_id: UUID
    rendition: Rendition
    expires: int
    filename: str = ""

    def mac(self, epoch: int, binding: str) -> bytes:
        message = "\0".join(
            (self.rendition, str(self.expires), str(epoch), binding, self.filename)
        ).encode("utf-8", "surrogatepass")
        digest = blake2b(message, digest_size=_MAC_SIZE, key=_signing_key())
        digest.update(self.scope.bytes + self.asset_id.bytes)
        return digest.digest()


@dataclass(frozen=True, slots=True)
class MediaSigner:
    """Makes the media URLs of one page.

    ``binding`` is the value of the cookie that unlocked the link, or empty: a URL copied from a
    locked link is worth nothing without the cookie.
    """

    scope: UUID
    epoch: int
    binding: str = ""

    def url(
        self,
        asset_id: UUID,
        rendition: Rendition,
        filename: str = "",
        *,
        days: int = 2,
        edition: bytes = b"",
    ) -> str:
        """Return a path that is the same all day long, and holds to the midnight after ``days``.

        Browsers keep what they got: another ``edition`` of the same picture gets another path, by
        an expiry that is up to an hour later.
        """
        expires = (int(time.time()) // DAY + days) * DAY + crc32(edition) % LATEST
        ticket = Ticket(self.scope, asset_id, rendition, expires, filename)
        token = struct.pack(">I", expires) + ticket.mac(self.epoch, self.binding)
        parts = [self.scope.hex, asset_id.hex, rendition, urlsafe_b64encode(token).decode()]
        if filename:
            parts.append(quote(filename, safe=""))
        return PREFIX + "/".join(parts).replace("=", "")


def read_ticket(parts: list[str], now: float) -> tuple[Ticket, bytes]:
    """Read the decoded parts of a media path; the MAC is still to be compared.

    Raises ``BadTicket`` for anything malformed or expired.
    """
    try:
        scope, asset_id, rendition, token, *rest = parts
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        (expires,) = struct.unpack(">I", raw[:4])
        if len(rest) > 1 or len(raw) != 4 + _MAC_SIZE or expires <= now:
            raise BadTicket
        ticket = Ticket(UUID(hex=scope), UUID(hex=asset_id), Rendition(rendition), expires, *rest)
    except (ValueError, struct.error) as exc:
        raise BadTicket from exc
    return ticket, raw[4:]


def is_genuine(ticket: Ticket, mac: bytes, *, epoch: int, binding: str) -> bool:
    return hmac.compare_digest(ticket.mac(epoch, binding), mac)


@cache
def _signing_key() -> bytes:
    return blake2b(b"loggia.media" + settings.SECRET_KEY.encode(), digest_size=32).digest()
