"""By what owners prove who they are: session cookies and API keys, kept true each second."""

from collections import OrderedDict
from collections.abc import Callable, Collection
from functools import partial
from weakref import WeakValueDictionary

from django.db import Error as DatabaseTrouble

from portal.media.coalescing import Overloaded, Questions
from portal.media.grants import OWNER_EPOCH, OWNER_SCOPE, Grant
from portal.media.holding import GrantsUnknown, Holding, Sight

MOST_RECENT = 200  # kept true though nothing is being sent by them

Which = Callable[[Collection[str]], Collection[str]]  # which of these proofs hold; blocks


class Proofs:
    """The proofs of one kind that this process was shown; belongs to one event loop."""

    def __init__(self, name: str, sight: Sight, which: Which) -> None:
        self._sight = sight
        self._which = which
        self._alive: WeakValueDictionary[str, Holding] = WeakValueDictionary()
        self._recent: OrderedDict[str, Holding] = OrderedDict()
        self._look_ups = Questions[Collection[str]](f"{name}-find", threads=1)
        self._revisions = Questions[Collection[str]](f"{name}-revised", threads=1)

    async def find(self, proof: str) -> Holding | None:
        """The grant of whoever shows this, or ``None``; raises ``GrantsUnknown``."""
        if self._sight.is_blind:
            raise GrantsUnknown
        holding = self._alive.get(proof)
        if holding is None:
            if proof not in await self._ask(self._look_ups, [proof]):
                return None
            owner = Grant(OWNER_SCOPE, OWNER_EPOCH, is_open=True, expires_at=None)
            holding = self._alive.setdefault(proof, Holding(self._sight, owner))
        self._recent[proof] = holding
        self._recent.move_to_end(proof)
        if len(self._recent) > MOST_RECENT:
            self._recent.popitem(last=False)
        return holding

    async def refresh(self) -> None:
        """Close what holds no more, in one question; raises ``GrantsUnknown``."""
        known = list(self._alive)
        if not known:
            return
        held = await self._ask(self._revisions, known)
        for proof in set(known).difference(held):
            self._recent.pop(proof, None)
            if holding := self._alive.pop(proof, None):
                holding.close()

    def close(self) -> None:
        self._look_ups.close()
        self._revisions.close()

    async def _ask(
        self, questions: Questions[Collection[str]], proofs: list[str]
    ) -> Collection[str]:
        try:
            return await questions.ask(tuple(proofs), partial(self._which, proofs))
        except (DatabaseTrouble, Overloaded) as exc:
            raise GrantsUnknown from exc
