"""Live photos: a still and the few seconds of film of the same name beside it."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from portal.library.content.boxes import boxes

from .scanning import Item
from .target import LocalFile

STILLS = {".heic", ".heif", ".hif", ".jpg", ".jpeg"}
FILMS = {".mov", ".mp4"}
LONGEST = 5.0  # seconds, as the folder library takes it
MOST_BOXES = 1000
LARGEST_INDEX = 16 * 2**20  # bytes of a film's description


@dataclass(frozen=True, slots=True)
class Unit:
    """What goes together: a file, or a still with its moving half."""

    item: Item
    half: Item | None = None

    @property
    def items(self) -> list[Item]:
        """In the order in which they must be sent."""
        return [self.half, self.item] if self.half else [self.item]

    @property
    def files(self) -> list[LocalFile]:
        return [item.file for item in self.items]

    def with_sums(self, sums: dict[Path, bytes]) -> "Unit":
        half = _summed(self.half, sums) if self.half else None
        return Unit(_summed(self.item, sums), half)


def pair(items: Sequence[Item]) -> list[Unit]:
    """Put halves together; a film that several stills could claim stays alone. Blocks."""
    films: dict[tuple[Path, str], list[Item]] = {}
    stills: dict[tuple[Path, str], list[Item]] = {}
    for item in items:
        kind = item.file.path.suffix.lower()
        where = films if kind in FILMS else stills if kind in STILLS else None
        if where is not None:
            where.setdefault(_stem(item), []).append(item)
    halves: dict[Path, Item] = {}
    for stem, some in films.items():
        beside = stills.get(stem, [])
        if len(some) == len(beside) == 1 and 0 < seconds(some[0].file.path) <= LONGEST:
            halves[beside[0].file.path] = replace(some[0], is_half=True)
    taken = {half.file.path for half in halves.values()}
    return [Unit(item, halves.get(item.file.path)) for item in items if item.file.path not in taken]


def seconds(path: Path) -> float:
    """How long a film is, by its movie header (ISO/IEC 14496-12, 8.2.2); 0 where it has none."""
    try:
        with path.open("rb") as file:
            index = _index(file)
    except OSError:
        return 0.0
    header = next((each.of(index) for kind, each in boxes(index) if kind == b"mvhd"), b"")
    try:
        is_long = header[:1] == b"\x01"
        scale, length = struct.unpack_from(
            ">IQ" if is_long else ">II", header, 20 if is_long else 12
        )
    except struct.error:
        return 0.0
    return float(length / scale) if scale else 0.0


def _index(file: BinaryIO) -> bytes:
    """The content of the ``moov`` box, wherever in the file it is."""
    for kind, length in _outer_boxes(file):
        if kind == b"moov":
            return file.read(length) if length <= LARGEST_INDEX else b""
    return b""


def _outer_boxes(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Type and length of each box's content, the file standing at its beginning."""
    at = 0
    for _number in range(MOST_BOXES):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            return
        length, header = int.from_bytes(head[:4], "big"), 8
        if length == 1:
            length, header = int.from_bytes(file.read(8), "big"), 16
        if length < header:
            return
        yield head[4:], length - header
        at += length


def _stem(item: Item) -> tuple[Path, str]:
    path = item.file.path
    return path.parent, path.stem.casefold()


def _summed(item: Item, sums: dict[Path, bytes]) -> Item:
    return replace(item, file=replace(item.file, sha1=sums[item.file.path]))
