"""Who is let in by a signed media URL: the one place where the byte path decides."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import unquote
from uuid import UUID

from portal.media.cookies import binding_cookie, cookie_in
from portal.media.grants import OWNER_EPOCH, OWNER_SCOPE
from portal.media.ranges import Headers
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

    def is_for(self, headers: Headers) -> bool:
        """Whether a later request with the same URL comes from the same visitor."""
        return not self.binding or self.binding in _bindings(self.ticket, {"headers": headers})


async def admit(grants: GrantTable, scope: Scope) -> Admission:
    """Let a request in by its URL and cookies; raises ``BadTicket`` or ``GrantsUnknown``."""
    ticket, mac = _read(scope["raw_path"])
    bindings = _bindings(ticket, scope)
    if ticket.scope == OWNER_SCOPE:
        return await _admit_owner(grants, ticket, mac, bindings)

    def fits(epoch: int, binding: str) -> bool:
        return is_genuine(ticket, mac, epoch=epoch, binding=binding)

    return Admission(ticket, *await find_fit(grants, ticket.scope, bindings, fits))


async def find_fit(
    grants: GrantTable,
    link_id: UUID,
    bindings: Iterable[str],
    is_genuine: Callable[[int, str], bool],
) -> tuple[Holding, int, str]:
    """Find the epoch and the binding of a link for which an address is genuine.

    What does not fit what is in memory is compared once more with what the database says: the link
    may have changed a moment ago. Raises ``BadTicket``, ``GrantsUnknown``.
    """
    for ask in (grants.find, grants.renew):
        holding = await ask(link_id)
        if holding is None or not holding.grant.is_valid(time.time()):
            continue
        epoch = holding.grant.epoch
        for binding in bindings:
            if is_genuine(epoch, binding):
                return holding, epoch, binding
    raise BadTicket


def link_bindings(link_id: UUID, scope: Scope) -> tuple[str, ...]:
    """What an address of a link may be bound to: the visitor's cookie, or nothing.

    The cookie of a password that was taken away since must not lock its visitor out, so both are
    tried.
    """
    value = cookie_in(scope["headers"], binding_cookie(link_id))
    return (value, "") if value else ("",)


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
    """For the owner's URLs, always bound to the session, there is no other."""
    if ticket.scope != OWNER_SCOPE:
        return link_bindings(ticket.scope, scope)
    value = cookie_in(scope["headers"], binding_cookie(OWNER_SCOPE))
    return (value,) if value else ()
