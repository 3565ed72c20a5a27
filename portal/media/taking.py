"""Files that guests get are counted: before a limited link gives one, beside the others."""

import asyncio
from functools import partial

from portal.library.types import RemoteFile, Rendition, StoredFile
from portal.media.admission import Admission
from portal.media.coalescing import Questions
from portal.media.grants import OWNER_SCOPE, Takes, Taking
from portal.media.sending import Scope
from portal.media.tickets import BadTicket

# What is as good as the file itself, though it is only looked at.
_ORIGINALS = {Rendition.ORIGINAL, Rendition.PLAYBACK, Rendition.CLEAN}
Found = bytes | StoredFile | RemoteFile


class NothingLeft(BadTicket):
    """A limit of the link is reached."""


class Taken:
    """Tells the ``Takes`` port of each file that is saved, and of originals that are looked at.

    Belongs to one event loop.
    """

    def __init__(self, takes: Takes | None) -> None:
        self._takes = takes
        self._questions = Questions[bool]("takes", threads=1)
        self._counting: set[asyncio.Future[bool]] = set()

    async def count(self, scope: Scope, admission: Admission, found: Found) -> None:
        """Count a file; raises ``NothingLeft`` where a limit is reached, ``Overloaded``.

        Only a limit makes a guest wait for the database.
        """
        if self._takes is None or admission.ticket.scope == OWNER_SCOPE:
            return
        if not admission.ticket.filename:
            await self._weigh(scope, admission, found)
            return
        taking = _taking(scope, admission, found)
        asked = self._questions.ask(taking, partial(self._takes.claim, taking))
        if admission.holding.grant.is_metered:
            if not await asked:
                raise NothingLeft
            return
        counting = asyncio.ensure_future(asked)
        self._counting.add(counting)
        counting.add_done_callback(self._counted)

    async def _weigh(self, scope: Scope, admission: Admission, found: Found) -> None:
        """Count the bytes of an original that is looked at. A video plays though none are left."""
        if self._takes is None or not admission.holding.grant.is_weighed:
            return
        if admission.ticket.rendition not in _ORIGINALS:
            return
        taking = _taking(scope, admission, found)
        question = partial(self._takes.weigh, taking, must_fit=not _is_video(admission, found))
        if not await self._questions.ask(("seen", taking), question):
            raise NothingLeft

    def _counted(self, counting: "asyncio.Future[bool]") -> None:
        self._counting.discard(counting)
        if not counting.cancelled():
            counting.exception()  # seen: a file that was not counted is no error to anybody


def _is_video(admission: Admission, found: Found) -> bool:
    if admission.ticket.rendition in {Rendition.CLEAN, Rendition.PLAYBACK}:
        return True
    return not isinstance(found, bytes) and found.media_type.startswith("video/")


def _taking(scope: Scope, admission: Admission, found: Found) -> Taking:
    ticket = admission.ticket
    is_played = ticket.rendition is Rendition.PLAYBACK  # to a limit the same as the original
    rendition = Rendition.ORIGINAL if is_played else ticket.rendition
    cookies = [value for name, value in scope["headers"] if name == b"cookie"]
    return Taking(
        scope=ticket.scope,
        file=f"{ticket.asset_id.hex} {rendition}",
        size=len(found) if isinstance(found, bytes) else found.size or 0,
        cookies=b"; ".join(cookies).decode("latin-1"),
        address=(scope.get("client") or ("",))[0],
    )
