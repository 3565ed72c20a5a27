"""What the byte path must know about links, handed to it by those who own them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

OWNER_SCOPE = UUID(int=0)  # the scope of media URLs on the owner's own pages
OWNER_EPOCH = 1  # owners lose nothing by a change; their session bounds what a URL is worth


@dataclass(frozen=True, slots=True)
class Grant:
    """A link as the byte path sees it. A closed one (deleted, paused) grants nothing."""

    scope: UUID
    epoch: int
    is_open: bool
    expires_at: float | None  # seconds since 1970
    is_metered: bool = False  # saving a file takes of a limit, and must be asked for first
    is_weighed: bool = False  # so does looking at an original, by its bytes

    def is_valid(self, now: float) -> bool:
        return self.is_open and (self.expires_at is None or self.expires_at > now)


class Grants(Protocol):
    """The port through which ``portal.media`` learns of links. Calls block; each is one query."""

    def find(self, scope: UUID) -> Grant | None:
        """The link with this id, or ``None``."""

    def revised_since(self, moment: datetime) -> list[Grant]:
        """Every link that was revised after this moment."""


@dataclass(frozen=True, slots=True)
class Taking:
    """A file that a guest gets: which, how large, and who asks."""

    scope: UUID
    file: str  # names asset and rendition
    size: int  # bytes
    cookies: str  # the request's header
    address: str


class Takes(Protocol):
    """The port through which ``portal.media`` tells of files that guests get. Calls block."""

    def claim(self, taking: Taking) -> bool:
        """Count one that is saved, unless this guest has it already; False where a limit says no."""

    def weigh(self, taking: Taking, *, must_fit: bool) -> bool:
        """Count the bytes of one that is looked at; with ``must_fit`` False where no room is left."""
