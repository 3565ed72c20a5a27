"""A grant as one web process knows it: every stream under it sees each change."""

import time
from dataclasses import replace
from typing import Protocol

from portal.media.grants import Grant


class GrantsUnknown(Exception):
    """Nobody can say right now what is granted; the same question may be answered later."""


class Sight(Protocol):
    """Whatever keeps holdings true."""

    @property
    def is_blind(self) -> bool:
        """Whether changes have gone unnoticed for too long."""


class Holding:
    """A grant as it is now. A stream keeps it and sees each change."""

    __slots__ = ("__weakref__", "_sight", "grant", "looked_up_at")

    def __init__(self, sight: Sight, grant: Grant) -> None:
        self._sight = sight
        self.grant = grant
        self.looked_up_at = time.monotonic()

    @property
    def age(self) -> float:
        return time.monotonic() - self.looked_up_at

    def still_grants(self, epoch: int) -> bool:
        """Whether what was handed out in this epoch may be had at this moment."""
        if self._sight.is_blind:
            return False
        return self.grant.epoch == epoch and self.grant.is_valid(time.time())

    def close(self) -> None:
        self.grant = replace(self.grant, is_open=False)
