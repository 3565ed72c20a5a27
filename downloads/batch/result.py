"""How a run went, file by file."""

from dataclasses import dataclass, field

from .naming import Placed
from .wanted import Missing


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that is there, whole and right."""

    placed: Placed
    path: str
    sha1: bytes
    size: int


@dataclass(slots=True)
class Result:
    """How it went, file by file."""

    fetched: list[Arrived] = field(default_factory=list)
    repaired: list[Arrived] = field(default_factory=list)
    there: list[Arrived] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    canceled: int = 0
    stopped: str = ""  # why nothing more was tried
    signal: int = 0  # what interrupted it

    @property
    def arrived(self) -> list[Arrived]:
        return [*self.fetched, *self.repaired, *self.there]

    @property
    def is_whole(self) -> bool:
        return not (self.missing or self.canceled or self.stopped or self.signal)
