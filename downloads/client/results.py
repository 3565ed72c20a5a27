"""How an upload went, file by file. Field names are those that users of immichpy know."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from uuid import UUID


class Status(StrEnum):
    CREATED = "created"
    DUPLICATE = "duplicate"


class Reason(StrEnum):
    """Why a file was not sent, or not wanted."""

    DUPLICATE = "duplicate"
    TRASHED = "trashed"  # the server has it, but in its bin
    UNSUPPORTED = "unsupported_format"


@dataclass(frozen=True, slots=True)
class SentAsset:
    """``id`` is None only in a dry run."""

    id: UUID | None
    status: Status


@dataclass(frozen=True, slots=True)
class UploadedEntry:
    asset: SentAsset
    filepath: Path


@dataclass(frozen=True, slots=True)
class RejectedEntry:
    filepath: Path
    asset_id: UUID | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class FailedEntry:
    """Also of a file that arrived, but not in its album, or that was not deleted: see where."""

    filepath: Path
    error: str


@dataclass(frozen=True, slots=True)
class UploadStats:
    total: int
    uploaded: int
    rejected: int
    failed: int


@dataclass(slots=True)
class UploadResult:
    """``uploaded``, ``rejected`` and ``failed`` name each file once.

    ``deleted`` files (in a dry run: those that would be) are gone from this machine, sidecars
    among them; ``kept`` ones should have been deleted and were not, and ``unplaced`` ones are on
    the server and not in the album. ``stopped`` says why nothing more was tried, if so.
    """

    uploaded: list[UploadedEntry] = field(default_factory=list)
    rejected: list[RejectedEntry] = field(default_factory=list)
    failed: list[FailedEntry] = field(default_factory=list)
    deleted: list[Path] = field(default_factory=list)
    kept: list[FailedEntry] = field(default_factory=list)
    unplaced: list[FailedEntry] = field(default_factory=list)
    left_out: int = 0  # files of other kinds in the folders that were given
    stopped: str = ""

    @property
    def stats(self) -> UploadStats:
        counts = len(self.uploaded), len(self.rejected), len(self.failed)
        return UploadStats(sum(counts), *counts)

    @property
    def is_whole(self) -> bool:
        """Whether the server has everything that was meant, where it was meant."""
        others = [each for each in self.rejected if each.reason != Reason.DUPLICATE]
        return not (self.failed or self.unplaced or self.kept or others or self.stopped)
