"""What is to lie in the folder: plain values, wherever the photos come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path


class BatchError(Exception):
    """The download cannot go on; the message is for people."""


class WrongOptions(BatchError):
    """What was asked for makes no sense; nothing was fetched."""


class Kind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    LIVEPHOTO = "livephoto"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server has the bytes."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file: an asset, or one half of a live photo."""

    id: str  # of the asset whose bytes these are
    filename: str  # as the library knows it
    origin: Address | Path
    size: int | None
    sha1: bytes | None  # None where the library cannot know it
    taken_at: datetime  # naive: the clock where it was taken
    instant: datetime  # the same moment, aware


@dataclass(frozen=True, slots=True)
class Photo:
    """An asset as people count them: one file, or the two of a live photo.

    ``arrived`` orders photos of one name: who came to the library first keeps the plain name.
    """

    id: str
    kind: Kind
    files: tuple[Wanted, ...]
    arrived: str
    album: str = ""
    camera: str = ""
    make: str = ""
    model: str = ""

    @property
    def still(self) -> Wanted:
        return self.files[0]


@dataclass(frozen=True, slots=True)
class Missing:
    """A file that was asked for and cannot come, with the reason."""

    name: str
    reason: str
