"""What one web process knows of links and owners' sessions: looked up once, kept true each second."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID
from weakref import WeakValueDictionary

from django.db import Error as DatabaseTrouble

from portal.media.coalescing import Overloaded, Questions
from portal.media.grants import OWNER_EPOCH, OWNER_SCOPE, Grant, Grants

logger = logging.getLogger(__name__)

ASK_EVERY = 1.0  # seconds
OVERLAP = timedelta(seconds=60)  # a slow transaction's rows appear after their own time
BLIND_AFTER = 10.0  # seconds without an answer; from then on nothing is granted
KNOWN_FOR = 300.0  # seconds until a link is looked up anew: a row deleted by hand is no revision
UNKNOWN_FOR = 2.0  # seconds a link that does not exist is not looked up again
RENEW_AFTER = 1.0  # seconds between two look-ups of a link whose URLs do not fit it
MOST_LINKS = 20_000
MOST_UNKNOWN = 5_000
MOST_SESSIONS = 200  # kept true though nothing is being sent to them

SignedIn = Callable[[Collection[str]], Collection[str]]


def nobody(_cookies: Collection[str]) -> Collection[str]:
    return ()


class GrantsUnknown(Exception):
    """Nobody can say right now what links grant; the same question may be answered later."""


class Holding:
    """A link's grant as it is now. A stream keeps it and sees each change."""

    __slots__ = ("__weakref__", "_table", "grant", "looked_up_at")

    def __init__(self, table: "GrantTable", grant: Grant) -> None:
        self._table = table
        self.grant = grant
        self.looked_up_at = time.monotonic()

    @property
    def age(self) -> float:
        return time.monotonic() - self.looked_up_at

    def still_grants(self, epoch: int) -> bool:
        """Whether what was handed out in this epoch may be had at this moment."""
        if self._table.is_blind:
            return False
        return self.grant.epoch == epoch and self.grant.is_valid(time.time())


class GrantTable:
    """The links this process was asked about. Belongs to one event loop; ``run`` keeps it true.

    ``known`` answers from memory, ``find`` looks up what is not there, and ``find_session`` does for
    an owner's session what ``find`` does for a link. They raise ``GrantsUnknown`` when changes have
    gone unnoticed for too long.

    ``signed_in`` tells which of some session cookies open the owner's pages; it blocks.
    """

    def __init__(self, grants: Grants, signed_in: SignedIn = nobody) -> None:
        self._grants = grants
        self._signed_in = signed_in
        self._recent: OrderedDict[UUID, Holding] = OrderedDict()
        # A stream holds on to a link that newer ones have pushed out: it is kept true as well.
        self._alive: WeakValueDictionary[UUID, Holding] = WeakValueDictionary()
        self._unknown: OrderedDict[UUID, float] = OrderedDict()
        self._sessions: WeakValueDictionary[str, Holding] = WeakValueDictionary()
        self._recent_sessions: OrderedDict[str, Holding] = OrderedDict()
        # Look-ups, however many strangers cause, never delay or push out the questions of each
        # second: these have threads of their own.
        self._look_ups = Questions[Grant | None]("grants-find", threads=2)
        self._session_look_ups = Questions[Collection[str]]("sessions-find", threads=1)
        self._revisions = Questions[list[Grant]]("grants-revised", threads=1)
        self._session_revisions = Questions[Collection[str]]("sessions-revised", threads=1)
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

    async def find_session(self, cookie: str) -> Holding | None:
        """The grant of whoever is signed in with this cookie, or ``None``: that is over."""
        if self.is_blind:
            raise GrantsUnknown
        holding = self._sessions.get(cookie)
        if holding is None:
            if cookie not in await self._ask_who_is_signed_in(self._session_look_ups, [cookie]):
                return None
            owner = Grant(OWNER_SCOPE, OWNER_EPOCH, is_open=True, expires_at=None)
            holding = self._sessions.setdefault(cookie, Holding(self, owner))
        self._recent_sessions[cookie] = holding
        self._recent_sessions.move_to_end(cookie)
        if len(self._recent_sessions) > MOST_SESSIONS:
            self._recent_sessions.popitem(last=False)
        return holding

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
            self._session_look_ups.close()
            self._revisions.close()
            self._session_revisions.close()

    async def _refresh(self) -> None:
        now, asked_at = datetime.now(UTC), time.monotonic()
        question = partial(self._grants.revised_since, self._asked_at - OVERLAP)
        revised = await self._revisions.ask("revised", question)
        for grant in revised:
            self._unknown.pop(grant.scope, None)
            if holding := self._alive.get(grant.scope):
                _update(holding, grant)
        await self._refresh_sessions()
        self._asked_at, self._answered_at = now, asked_at

    async def _refresh_sessions(self) -> None:
        known = list(self._sessions)
        if not known:
            return
        signed_in = await self._ask_who_is_signed_in(self._session_revisions, known)
        for cookie in set(known).difference(signed_in):
            self._recent_sessions.pop(cookie, None)
            if holding := self._sessions.pop(cookie, None):
                holding.grant = replace(holding.grant, is_open=False)

    async def _ask_who_is_signed_in(
        self, questions: Questions[Collection[str]], cookies: list[str]
    ) -> Collection[str]:
        try:
            return await questions.ask(tuple(cookies), partial(self._signed_in, cookies))
        except (DatabaseTrouble, Overloaded) as exc:
            raise GrantsUnknown from exc

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
            holding.grant = replace(holding.grant, is_open=False)
            self._recent.pop(scope, None)
            self._alive.pop(scope, None)
        self._unknown[scope] = time.monotonic() + UNKNOWN_FOR
        if len(self._unknown) > MOST_UNKNOWN:
            self._unknown.popitem(last=False)


def _update(holding: Holding, grant: Grant) -> None:
    """Take in an answer, unless it is older than what is known: an epoch only rises."""
    if grant.epoch >= holding.grant.epoch:
        holding.grant = grant
