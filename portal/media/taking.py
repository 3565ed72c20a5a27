"""Files that guests save are counted: before a limited link gives one, beside the others."""

import asyncio
from functools import partial

from portal.media.admission import Admission
from portal.media.coalescing import Questions
from portal.media.grants import OWNER_SCOPE, Takes, Taking
from portal.media.sending import Scope
from portal.media.tickets import BadTicket


class Taken:
    """Tells the ``Takes`` port of each file that is saved; belongs to one event loop."""

    def __init__(self, takes: Takes | None) -> None:
        self._takes = takes
        self._questions = Questions[bool]("takes", threads=1)
        self._counting: set[asyncio.Future[bool]] = set()

    async def count(self, scope: Scope, admission: Admission, size: int) -> None:
        """Count a file; raises ``BadTicket`` where a limit is reached, ``Overloaded``.

        Only a limit makes a guest wait for the database.
        """
        if self._takes is None or admission.ticket.scope == OWNER_SCOPE:
            return
        taking = _taking(scope, admission, size)
        asked = self._questions.ask(taking, partial(self._takes.claim, taking))
        if admission.holding.grant.is_metered:
            if not await asked:
                raise BadTicket
            return
        counting = asyncio.ensure_future(asked)
        self._counting.add(counting)
        counting.add_done_callback(self._counted)

    def _counted(self, counting: "asyncio.Future[bool]") -> None:
        self._counting.discard(counting)
        if not counting.cancelled():
            counting.exception()  # seen: a file that was not counted is no error to anybody


def _taking(scope: Scope, admission: Admission, size: int) -> Taking:
    ticket = admission.ticket
    cookies = [value for name, value in scope["headers"] if name == b"cookie"]
    return Taking(
        scope=ticket.scope,
        file=f"{ticket.asset_id.hex} {ticket.rendition}",
        size=size,
        cookies=b"; ".join(cookies).decode("latin-1"),
        address=(scope.get("client") or ("",))[0],
    )
