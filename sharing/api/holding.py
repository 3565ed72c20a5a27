"""For how long a caller of ``/api`` may have what was granted: as long as key or link hold."""

from dataclasses import dataclass
from uuid import UUID

from portal.media.grants import OWNER_EPOCH, OWNER_SCOPE
from portal.media.holding import Holding
from portal.media.table import GrantTable
from portal.media.tickets import BadTicket
from sharing.api.callers import Caller, GuestCaller


@dataclass(frozen=True, slots=True)
class Hold:
    """A caller's grant, as this process keeps it true; see ``portal.media.admission.Admission``."""

    scope: UUID
    epoch: int
    holding: Holding

    def still(self) -> bool:
        return self.holding.still_grants(self.epoch)


async def hold(grants: GrantTable, caller: Caller) -> Hold:
    """Hold what a caller was found to have.

    Raises ``BadTicket`` where it is over already, ``GrantsUnknown``.
    """
    if isinstance(caller, GuestCaller):
        link = caller.access.link
        scope, epoch, holding = link.pk, link.epoch, await grants.confirm(link.pk, link.epoch)
    else:
        scope, epoch = OWNER_SCOPE, OWNER_EPOCH
        holding = await grants.find_key(caller.key.pk)
    if holding is None or not holding.still_grants(epoch):
        raise BadTicket
    return Hold(scope, epoch, holding)
