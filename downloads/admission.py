"""Who may have a stream: the address proves itself against the link as it is now."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol
from uuid import UUID

from portal.media.admission import find_fit, link_bindings
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
    """Compare a ticket with its link; raises ``BadTicket``, ``GrantsUnknown``."""
    bindings = link_bindings(ticket.link_id, scope)
    return Admission(*await find_fit(grants, ticket.link_id, bindings, ticket.is_genuine))


def path_parts(raw_path: bytes, prefix: str, most: int) -> list[str]:
    """Split what follows the prefix, still encoded; raises ``BadTicket``."""
    match = re.fullmatch(re.escape(prefix.encode()) + rb"([\x21-\x7e]+)", raw_path)
    if match is None:
        raise BadTicket
    return match[1].decode("ascii").split("/", most - 1)
