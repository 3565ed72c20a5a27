"""What goes into the engine and what comes out: plain frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePosixPath

from .errors import EngineError

SHA1_BYTES = 20


class Group(StrEnum):
    """What a task is counted as; each group has a limit of its own."""

    IMAGE = "image"
    VIDEO = "video"
    LIVEPHOTO = "livephoto"


class State(StrEnum):
    """Where a task is. The last four are final."""

    QUEUED = "queued"
    RUNNING = "running"
    RETRYING = "retrying"
    COMPLETE = "complete"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_final(self) -> bool:
        return self in {State.COMPLETE, State.SKIPPED, State.FAILED, State.CANCELED}


class BatchState(StrEnum):
    """Where a whole run is."""

    RUNNING = "running"
    PAUSED_FOR_DISK = "paused for disk"
    STOPPED_UNAUTHORIZED = "stopped for authorization"
    CANCELED = "canceled"
    ENDED = "ended"


class Existing(StrEnum):
    """What to do where the final name is taken already."""

    REFUSE = "refuse"  # the task fails, the file stays
    VERIFY = "verify"  # right size and SHA-1: complete without fetching; else replaced
    REPLACE = "replace"  # fetched, and replaced in one step once complete and checked


@dataclass(frozen=True, slots=True)
class DownloadTask:
    """One file to fetch.

    ``filename`` is relative to the engine's folder, with "/" between parts; it must be unique in
    a run and never leads outside. ``size`` is in bytes, ``checksum`` is the SHA-1 digest (20
    bytes); None where unknown. A live photo is two tasks of the group ``livephoto`` with
    ``metadata`` ``{"part": "image"}`` and ``{"part": "video"}`` and one common ``"id"``.

    Raises ``EngineError`` for a name that leads outside, or a digest of another length.
    """

    task_id: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    filename: str
    group: Group = Group.IMAGE
    size: int | None = None
    checksum: bytes | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parts = PurePosixPath(self.filename).parts
        if not parts or self.filename.startswith("/") or ".." in parts or "\0" in self.filename:
            raise EngineError(f"{self.filename!r} is no name inside the folder")
        if self.checksum is not None and len(self.checksum) != SHA1_BYTES:
            raise EngineError(f"The SHA-1 of {self.filename} must have {SHA1_BYTES} bytes")
        if self.size is not None and self.size < 0:
            raise EngineError(f"The size of {self.filename} is negative")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much at once, and how patient. Seconds and bytes."""

    total: int = 6
    per_host: int = 6
    per_group: int = 3
    retries: int = 3
    backoff: float = 1.0  # the first pause is up to this; each next one up to twice as long
    backoff_cap: float = 30.0
    retry_after_cap: float = 120.0
    connect_timeout: float = 10.0
    silence: float = 30.0  # no byte for this long is an error; the whole may take any time
    disk_reserve: int = 256 * 2**20  # left free on the disk
    disk_poll: float = 5.0  # how often a full disk is looked at again


@dataclass(frozen=True, slots=True)
class Completed:
    """A file that is whole, checked, and under its final name."""

    path: Path
    size: int
    sha1: bytes
    crc32: int | None  # only when the engine was asked to compute it
    fetched: bool = True  # False: it was there already, and right


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one task ended. ``completed`` is set when it is complete, else ``error`` is."""

    task: DownloadTask
    state: State
    completed: Completed | None = None
    error: EngineError | None = None
    retries: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """A live photo: both halves, or the lone one and what became of the other.

    A half is None when the batch had no task for it.
    """

    id: str
    image: Outcome | None
    video: Outcome | None

    @property
    def is_complete(self) -> bool:
        return all(half and half.state == State.COMPLETE for half in (self.image, self.video))

    @property
    def lone_half(self) -> Outcome | None:
        """The half that arrived when the other one did not."""
        done = [h for h in (self.image, self.video) if h and h.state == State.COMPLETE]
        return done[0] if len(done) == 1 else None


@dataclass(frozen=True, slots=True)
class Report:
    """How a run ended: an outcome for every task, by task id, in the order given."""

    outcomes: Mapping[str, Outcome]
    pairs: tuple[Pair, ...]
    state: BatchState  # ENDED, CANCELED or STOPPED_UNAUTHORIZED
    error: EngineError | None = None  # why it was stopped

    def ended_as(self, state: State) -> tuple[Outcome, ...]:
        return tuple(o for o in self.outcomes.values() if o.state == state)
