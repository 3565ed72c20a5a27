"""Who may have a stream: the address proves itself against the link as it is now."""

import re
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol
from uuid import UUID

from portal.media.cookies import binding_cookie, cookie_in
from portal.media.sending import Scope
from portal.media.table import GrantTable, Holding
from portal.media.tickets import BadTicket

NOT_FOUND = HTTPStatus.NOT_FOUND
BUSY = HTTPStatus.SERVICE_UNAVAILABLE
RETRY_AFTER = (b"retry-after", b"5")  # seconds


class Ticket(Protocol):
    @property
    def link_id(self) -> UUID: ...

    def is_genuine(self, epoch: int, binding: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Admission:
    """Let in, for as long as ``still`` says so: any change of the link's epoch ends it."""

    holding: Holding
    epoch: int
    binding: str

    def still(self) -> bool:
        return self.holding.still_grants(self.epoch)


async def admit(grants: GrantTable, ticket: Ticket, scope: Scope) -> Admission:
    """Compare a ticket with its link; raises ``BadTicket``, ``GrantsUnknown``.

    What does not fit what is in memory is compared once more with what the database says: the link
    may have changed a moment ago.
    """
    value = cookie(scope, binding_cookie(ticket.link_id))
    bindings = (value, "") if value else ("",)
    for ask in (grants.find, grants.renew):
        holding = await ask(ticket.link_id)
        if holding is None or not holding.grant.is_valid(time.time()):
            continue
        epoch = holding.grant.epoch
        for binding in bindings:
            if ticket.is_genuine(epoch, binding):
                return Admission(holding, epoch, binding)
    raise BadTicket


def cookie(scope: Scope, name: str) -> str:
    """A cookie's value, or empty."""
    return cookie_in(scope["headers"], name)


def path_parts(raw_path: bytes, prefix: str, most: int) -> list[str]:
    """Split what follows the prefix, still encoded; raises ``BadTicket``."""
    match = re.fullmatch(re.escape(prefix.encode()) + rb"([\x21-\x7e]+)", raw_path)
    if match is None:
        raise BadTicket
    return match[1].decode("ascii").split("/", most - 1)
