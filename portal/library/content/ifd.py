"""The tag directories of TIFF, in which EXIF, GPS and makers' notes are written.

A reader of our own, since damaged tags must cost only themselves: no warning, no exception,
no memory beyond the block that was given.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

Value = tuple[int | Fraction, ...] | bytes
Tags = Mapping[int, Value]

EXIF_POINTER, GPS_POINTER, SUB_POINTERS, XMP_PACKET = 0x8769, 0x8825, 0x014A, 0x02BC
# TIFF, and what Panasonic and Olympus put in its place in their raw files
_ORDERS = {
    b"II*\x00": "<", b"MM\x00*": ">", b"IIU\x00": "<", b"IIRO": "<", b"IIRS": "<", b"MMOR": ">",
}  # fmt: skip
_MOST_DIRECTORIES = 64
_MOST_ENTRIES = 1000
_LARGEST_VALUE = 4 * 2**20
# TIFF 6.0, section 2: bytes per value, struct code; bytes, text and undefined stay bytes
_TYPES = {
    1: (1, ""), 2: (1, ""), 3: (2, "H"), 4: (4, "L"), 5: (8, "LL"), 6: (1, "b"),
    7: (1, ""), 8: (2, "h"), 9: (4, "l"), 10: (8, "ll"), 13: (4, "L"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Directories:
    main: Tags = field(default_factory=dict)
    exif: Tags = field(default_factory=dict)
    gps: Tags = field(default_factory=dict)


def read_directories(block: bytes) -> Directories:
    """Read a TIFF structure: a whole TIFF file, or an EXIF block with or without its prefix."""
    block = block.removeprefix(b"Exif\x00\x00")
    order = _ORDERS.get(bytes(block[:4]))
    if order is None or len(block) < 8:
        return Directories()
    main = read_tags(block, struct.unpack_from(order + "L", block, 4)[0], order)
    return Directories(
        main,
        read_tags(block, _offset(main.get(EXIF_POINTER)), order),
        read_tags(block, _offset(main.get(GPS_POINTER)), order),
    )


def read_chain(block: bytes) -> Iterator[Tags]:
    """All directories of pictures in a TIFF structure: the main ones, and those below them."""
    order = _ORDERS.get(bytes(block[:4]))
    if order is None or len(block) < 8:
        return
    waiting, seen = [struct.unpack_from(order + "L", block, 4)[0]], set[int]()
    while waiting and len(seen) < _MOST_DIRECTORIES:
        at = waiting.pop(0)
        if at in seen or not 0 < at <= len(block) - 2:
            continue
        seen.add(at)
        tags = read_tags(block, at, order)
        yield tags
        pointers = tags.get(SUB_POINTERS)
        waiting += map(int, pointers) if isinstance(pointers, tuple) else ()
        end = at + 2 + 12 * int(struct.unpack_from(order + "H", block, at)[0])
        waiting += struct.unpack_from(order + "L", block, end) if end + 4 <= len(block) else ()


def read_tags(block: bytes, at: int, order: str) -> dict[int, Value]:
    """Read one directory at an offset; entries that make no sense are left out."""
    if not 0 < at <= len(block) - 2:
        return {}
    count = min(struct.unpack_from(order + "H", block, at)[0], _MOST_ENTRIES)
    tags: dict[int, Value] = {}
    for entry in range(at + 2, min(at + 2 + count * 12, len(block) - 11), 12):
        tag, kind, length = struct.unpack_from(order + "HHL", block, entry)
        value = _value(block, entry + 8, kind, length, order)
        if value is not None:
            tags.setdefault(tag, value)
    return tags


def _value(block: bytes, at: int, kind: int, length: int, order: str) -> Value | None:
    width, code = _TYPES.get(kind, (0, ""))
    size = width * length
    if not 0 < size <= _LARGEST_VALUE:
        return None
    if size > 4:
        at = struct.unpack_from(order + "L", block, at)[0]
    if at + size > len(block):
        return None
    raw = bytes(block[at : at + size])
    if not code:
        return raw
    numbers = struct.unpack(f"{order}{length * len(code)}{code[0]}", raw)
    return numbers if len(code) == 1 else _rationals(numbers)


def _rationals(numbers: tuple[int, ...]) -> Value | None:
    pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
    if any(not below for _above, below in pairs):
        return None  # x/0 is how cameras write "unknown"
    return tuple(Fraction(above, below) for above, below in pairs)


def _offset(value: Value | None) -> int:
    return int(value[0]) if isinstance(value, tuple) and value else 0
