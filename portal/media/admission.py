"""Who is let in by a signed media URL: the one place where the byte path decides."""

import time
from dataclasses import dataclass
from urllib.parse import unquote

from django.http import parse_cookie

from portal.media.cookies import binding_cookie
from portal.media.grants import OWNER_EPOCH, OWNER_SCOPE
from portal.media.sending import Scope
from portal.media.table import GrantTable, Holding
from portal.media.tickets import PREFIX, BadTicket, Ticket, is_genuine, read_ticket


@dataclass(frozen=True, slots=True)
class Admission:
    """A URL that was found genuine, in this epoch and with this binding."""

    ticket: Ticket
    holding: Holding
    epoch: int
    binding: str

    def holds(self) -> bool:
        """Whether the link still grants it at this moment."""
        return self.holding.still_grants(self.epoch)

    def is_for(self, scope: Scope) -> bool:
        """Whether a later request with the same URL comes from the same visitor."""
        return not self.binding or self.binding in _bindings(self.ticket, scope)


async def admit(grants: GrantTable, scope: Scope) -> Admission:
    """Let a request in by its URL and cookies; raises ``BadTicket`` or ``GrantsUnknown``."""
    ticket, mac = _read(scope["raw_path"])
    bindings = _bindings(ticket, scope)
    if ticket.scope == OWNER_SCOPE:
        return await _admit_owner(grants, ticket, mac, bindings)
    holding = await grants.find(ticket.scope)
    admission = _fit(holding, ticket, mac, bindings)
    if admission is None:
        holding = await grants.renew(ticket.scope)
        admission = _fit(holding, ticket, mac, bindings)
    if admission is None:
        raise BadTicket
    return admission


async def _admit_owner(
    grants: GrantTable, ticket: Ticket, mac: bytes, bindings: tuple[str, ...]
) -> Admission:
    """Only cookies for which a URL was signed are looked up, so nobody's guesses cost a query."""
    for session in bindings:
        if is_genuine(ticket, mac, epoch=OWNER_EPOCH, binding=session) and (
            holding := await grants.find_session(session)
        ):
            return Admission(ticket, holding, OWNER_EPOCH, session)
    raise BadTicket


def _read(raw_path: bytes) -> tuple[Ticket, bytes]:
    """Read the path as it was sent, for a file name may contain an encoded slash."""
    try:
        parts = raw_path.decode("ascii").removeprefix(PREFIX).split("/")
        parts[4:] = [unquote(name, errors="strict") for name in parts[4:]]
    except UnicodeDecodeError as exc:
        raise BadTicket from exc
    return read_ticket(parts, time.time())


def _bindings(ticket: Ticket, scope: Scope) -> tuple[str, ...]:
    """What the URL may be bound to: the visitor's cookie, or nothing.

    The cookie of a password that was taken away since must not lock its visitor out, so both are
    tried for a link; the owner's URLs are always bound to the session.
    """
    name = binding_cookie(ticket.scope)
    encoded = name.encode()
    value = ""
    for header, cookies in scope["headers"]:
        if header == b"cookie" and encoded in cookies:
            value = parse_cookie(cookies.decode("latin-1")).get(name, "") or value
    if ticket.scope == OWNER_SCOPE:
        return (value,) if value else ()
    return (value, "") if value else ("",)


def _fit(
    holding: Holding | None, ticket: Ticket, mac: bytes, bindings: tuple[str, ...]
) -> Admission | None:
    if holding is None or not holding.grant.is_valid(time.time()):
        return None
    epoch = holding.grant.epoch
    for binding in bindings:
        if is_genuine(ticket, mac, epoch=epoch, binding=binding):
            return Admission(ticket, holding, epoch, binding)
    return None
