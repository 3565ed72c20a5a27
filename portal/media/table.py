"""What one web process knows of links and owners' sessions: looked up once, kept true each second."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID
from weakref import WeakValueDictionary

from django.db import Error as DatabaseTrouble

from portal.media.coalescing import Overloaded, Questions
from portal.media.grants import Grant, Grants
from portal.media.holding import GrantsUnknown, Holding
from portal.media.proofs import Proofs, Which

logger = logging.getLogger(__name__)

ASK_EVERY = 1.0  # seconds
OVERLAP = timedelta(seconds=60)  # a slow transaction's rows appear after their own time
BLIND_AFTER = 10.0  # seconds without an answer; from then on nothing is granted
KNOWN_FOR = 300.0  # seconds until a link is looked up anew: a row deleted by hand is no revision
UNKNOWN_FOR = 2.0  # seconds a link that does not exist is not looked up again
RENEW_AFTER = 1.0  # seconds between two look-ups of a link whose URLs do not fit it
MOST_LINKS = 20_000
MOST_UNKNOWN = 5_000

__all__ = ["GrantTable", "GrantsUnknown", "Holding"]


def nobody(_proofs: Collection[str]) -> Collection[str]:
    return ()


class GrantTable:
    """The links this process was asked about. Belongs to one event loop; ``run`` keeps it true.

    ``known`` answers from memory, ``find`` looks up what is not there, and ``find_session`` and
    ``find_key`` do for an owner's session and API key what ``find`` does for a link. They raise
    ``GrantsUnknown`` when changes have gone unnoticed for too long.

    ``signed_in`` tells which of some session cookies open the owner's pages, ``open_keys`` which of
    some ids of API keys hold; they block.
    """

    def __init__(
        self, grants: Grants, signed_in: Which = nobody, open_keys: Which = nobody
    ) -> None:
        self._grants = grants
        self._recent: OrderedDict[UUID, Holding] = OrderedDict()
        # A stream holds on to a link that newer ones have pushed out: it is kept true as well.
        self._alive: WeakValueDictionary[UUID, Holding] = WeakValueDictionary()
        self._unknown: OrderedDict[UUID, float] = OrderedDict()
        self._sessions = Proofs("sessions", self, signed_in)
        self._keys = Proofs("keys", self, open_keys)
        # Look-ups, however many strangers cause, never delay or push out the questions of each
        # second: these have threads of their own.
        self._look_ups = Questions[Grant | None]("grants-find", threads=2)
        self._revisions = Questions[list[Grant]]("grants-revised", threads=1)
        self._asked_at = datetime.now(UTC)
        self._answered_at = time.monotonic()

    @property
    def is_blind(self) -> bool:
        return time.monotonic() - self._answered_at > BLIND_AFTER

    def known(self, scope: UUID) -> Holding | None:
        """The link, if it is in memory."""
        if self.is_blind:
            raise GrantsUnknown
        holding = self._alive.get(scope)
        if holding is None or holding.age > KNOWN_FOR:
            return None
        if scope in self._recent:
            self._recent.move_to_end(scope)
        return holding

    async def find(self, scope: UUID) -> Holding | None:
        """The link, from memory or looked up; ``None`` when there is none."""
        if holding := self.known(scope):
            return holding
        if time.monotonic() < self._unknown.get(scope, 0.0):
            return None
        return await self._look_up(scope)

    async def renew(self, scope: UUID) -> Holding | None:
        """The link as it is this second, for a URL that does not fit what is in memory.

        The page that made it may already have seen a change that this process has not. However
        many forged URLs come, a link is looked up once a second at most.
        """
        holding = await self.find(scope)
        if holding is None or holding.age < RENEW_AFTER:
            return holding
        return await self._look_up(scope)

    async def confirm(self, scope: UUID, epoch: int) -> Holding | None:
        """The link as somebody has just read it in this epoch, though changes are noticed later.

        Only for who was let in: it may look up anew each time.
        """
        holding = await self.find(scope)
        if holding is not None and holding.grant.epoch == epoch:
            return holding
        return await self._look_up(scope)

    async def find_session(self, cookie: str) -> Holding | None:
        """The grant of whoever is signed in with this cookie, or ``None``: that is over."""
        return await self._sessions.find(cookie)

    async def find_key(self, key_id: UUID) -> Holding | None:
        """The grant of whoever has this API key, or ``None``: it was revoked."""
        return await self._keys.find(str(key_id))

    async def run(self) -> None:
        """Ask once a second what changed, until cancelled."""
        try:
            while True:
                try:
                    await self._refresh()
                except Exception as exc:  # noqa: BLE001 - whatever it is, asking must go on
                    logger.warning("Links cannot be asked for changes, trying again: %s", exc)
                await asyncio.sleep(ASK_EVERY)
        finally:
            self._look_ups.close()
            self._revisions.close()
            self._sessions.close()
            self._keys.close()

    async def _refresh(self) -> None:
        now, asked_at = datetime.now(UTC), time.monotonic()
        question = partial(self._grants.revised_since, self._asked_at - OVERLAP)
        revised = await self._revisions.ask("revised", question)
        for grant in revised:
            self._unknown.pop(grant.scope, None)
            if holding := self._alive.get(grant.scope):
                _update(holding, grant)
        await self._sessions.refresh()
        await self._keys.refresh()
        self._asked_at, self._answered_at = now, asked_at

    async def _look_up(self, scope: UUID) -> Holding | None:
        try:
            grant = await self._look_ups.ask(scope, partial(self._grants.find, scope))
        except (DatabaseTrouble, Overloaded) as exc:
            raise GrantsUnknown from exc
        holding = self._alive.get(scope)
        if grant is None:
            self._forget(scope, holding)
            return None
        if holding is None:
            holding = Holding(self, grant)
        _update(holding, grant)
        holding.looked_up_at = time.monotonic()
        self._alive[scope] = self._recent[scope] = holding
        self._recent.move_to_end(scope)
        if len(self._recent) > MOST_LINKS:
            self._recent.popitem(last=False)
        return holding

    def _forget(self, scope: UUID, holding: Holding | None) -> None:
        if holding:
            holding.close()
            self._recent.pop(scope, None)
            self._alive.pop(scope, None)
        self._unknown[scope] = time.monotonic() + UNKNOWN_FOR
        if len(self._unknown) > MOST_UNKNOWN:
            self._unknown.popitem(last=False)


def _update(holding: Holding, grant: Grant) -> None:
    """Take in an answer, unless it is older than what is known: an epoch only rises."""
    if grant.epoch >= holding.grant.epoch:
        holding.grant = grant
