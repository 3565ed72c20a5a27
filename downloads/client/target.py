"""What an upload needs of wherever the files go: a server, or this portal's own library."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID

from .results import Status
from .server import Kinds

Told = Callable[[int], None]  # hears how many bytes of a file have been sent


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file as it was when it was found; its time is in nanoseconds since 1970."""

    path: Path
    size: int
    mtime_ns: int
    inode: int
    created_ns: int  # never later than ``mtime_ns``
    sha1: bytes = b""


@dataclass(frozen=True, slots=True)
class Known:
    """A content that the target has."""

    asset_id: UUID
    is_trashed: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """``is_repeated``: not at the first try, so a duplicate may be what that one brought."""

    asset_id: UUID
    status: Status
    is_repeated: bool = False


class Target(Protocol):
    """Every method raises ``ClientError``: ``Refused`` concerns one file, ``NotAllowed`` all."""

    tells_all: bool  # whether what ``known`` does not know is not there

    async def kinds(self) -> Kinds:
        """Which files it takes, by their suffixes."""

    async def reach(self) -> None:
        """See whether it is there right now; raises ``Unreachable``."""

    async def choose_album(self, name: str) -> None:
        """Find the album that ``put`` puts into; it is made when there is something to put."""

    async def known(self, sha1s: Collection[bytes]) -> Mapping[bytes, Known]:
        """Which of these it has, as far as it tells."""

    async def send(
        self, file: LocalFile, half: UUID | None, sidecar: LocalFile | None, told: Told
    ) -> Sent:
        """Send a file; ``half`` is the asset that is its moving half. ``told`` hears of bytes."""

    async def put(self, asset_ids: Sequence[UUID]) -> Mapping[UUID, str]:
        """Put assets into the album; returns those that are not in it now, and why."""

    async def confirms(self, asset_id: UUID, sha1: bytes) -> bool:
        """Read back whether this asset is this content, and not in the bin."""
