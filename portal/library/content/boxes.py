"""Files made of boxes: what is in them, and whether they are all there.

Decoders read what is left of a cut-off file and say nothing.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

_SEGMENT = 0x18538067
_LARGEST_WALK = 100_000


class Slice(NamedTuple):
    """A part of a file, in bytes."""

    offset: int
    length: int

    def of(self, data: bytes) -> bytes:
        return data[self.offset : self.offset + self.length]


def boxes(data: bytes, start: int = 0, stop: int | None = None) -> Iterator[tuple[bytes, Slice]]:
    """The boxes of ISO/IEC 14496-12, section 4.2, on one level: each one's type and content."""
    stop = len(data) if stop is None else stop
    while start + 8 <= stop:
        length, kind = struct.unpack_from(">L4s", data, start)
        header = 8
        if length == 1 and start + 16 <= stop:
            length, header = struct.unpack_from(">Q", data, start + 8)[0], 16
        elif length == 0:
            length = stop - start
        if length < header or start + length > stop:
            return
        yield kind, Slice(start + header, length - header)
        start += length


def is_cut_off(file: BinaryIO, size: int, media_type: str) -> bool:
    """Whether the outermost structure of a box-based file promises more than ``size`` bytes."""
    if media_type in {"video/webm", "video/x-matroska"}:
        return _is_matroska_cut_off(file, size)
    return _are_boxes_cut_off(file, size)


def _are_boxes_cut_off(file: BinaryIO, size: int) -> bool:
    """Walk the top-level boxes, ISO/IEC 14496-12, section 4.2."""
    at = 0
    for _step in range(_LARGEST_WALK):
        if at + 8 > size:
            return False  # stray bytes at the end are common and harmless
        file.seek(at)
        header = file.read(16)
        length = int.from_bytes(header[:4], "big")
        if not header[4:8].strip(b"\x00"):
            return False  # zero padding or a maker's own trailer
        if length == 1:
            length = int.from_bytes(header[8:16], "big")
        if length == 0:
            return False  # reaches to the end, wherever that is
        if length < 8:
            return False
        if at + length > size:
            return _is_known(header[4:8])
        at += length
    return False


def _is_known(kind: bytes) -> bool:
    """Makers append trailers that are no boxes; only a promise by a real box counts."""
    return kind in {b"ftyp", b"moov", b"mdat", b"meta", b"moof", b"free", b"wide", b"uuid", b"skip"}


def _is_matroska_cut_off(file: BinaryIO, size: int) -> bool:
    """RFC 8794: an EBML header, then one segment, whose length a live recording may not know."""
    file.seek(0)
    head = file.read(4096)
    at = 4
    length, at = _variable_integer(head, at)
    at += length
    if int.from_bytes(head[at : at + 4], "big") != _SEGMENT:
        return False
    start = at + 4
    length, at = _variable_integer(head, start)
    is_unknown = length == (1 << 7 * (at - start)) - 1
    return not is_unknown and at + length > size


def _variable_integer(data: bytes, at: int) -> tuple[int, int]:
    """An EBML length and where it ends."""
    if at >= len(data) or not data[at]:
        return 0, at + 1
    width = 9 - data[at].bit_length()
    value = int.from_bytes(data[at : at + width], "big") & ((1 << 7 * width) - 1)
    return value, at + width
