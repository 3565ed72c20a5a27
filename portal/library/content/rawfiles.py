"""What raw files are made of: which camera's they are, whether they are whole, what they say."""

import struct
from collections.abc import Iterator

from portal.library.content.boxes import boxes
from portal.library.content.ifd import (
    SUB_POINTERS,
    XMP_PACKET,
    Directories,
    Tags,
    Value,
    read_chain,
    read_directories,
)

DNG, NEF, ARW = "image/x-adobe-dng", "image/x-nikon-nef", "image/x-sony-arw"
CR2, CR3, RAF = "image/x-canon-cr2", "image/x-canon-cr3", "image/x-fuji-raf"
RW2, ORF = "image/x-panasonic-rw2", "image/x-olympus-orf"
RAW_TYPES = frozenset({DNG, CR2, CR3, NEF, ARW, RAF, RW2, ORF})

_SUBFILE, _MAKE, _DNG_VERSION, _PANASONIC_RAW = 0x00FE, 0x010F, 0xC612, 0x0118
# Where pixels begin and how many bytes they are: strips, tiles, JPEG (TIFF 6.0, section 8, 15, 22)
_PIXELS = ((0x0111, 0x0117), (0x0144, 0x0145), (0x0201, 0x0202))
_MAKERS = {b"NIKON": NEF, b"SONY": ARW}
_CANON = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
_CANONS_PREVIEW = bytes.fromhex("eaf42b5e1c984b88b9fbb7dc406e4d16")
_PANASONICS_PREVIEW, _ORIENTATION = 0x002E, 0x0112
_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")


def kind_of_tiff(data: bytes) -> str:
    """Tell raw files that are TIFF to the letter from pictures: by what their directories hold."""
    main = read_directories(data).main
    if _DNG_VERSION in main:
        return DNG
    make = main.get(_MAKE)
    is_reduced = _first(main.get(_SUBFILE)) == 1 and SUB_POINTERS in main
    if is_reduced and isinstance(make, bytes):
        for maker, media_type in _MAKERS.items():
            if make.upper().startswith(maker):
                return media_type
    return "image/tiff"


def is_cut_off(data: bytes, media_type: str) -> bool:
    """Whether pixels are said to lie beyond the end; decoders of previews never look there."""
    return max(_ends(data, media_type), default=0) > len(data)


def _ends(data: bytes, media_type: str) -> Iterator[int]:
    if media_type == CR3:  # its boxes tell
        return
    if media_type == RAF:
        for at in (84, 92, 100):
            if at + 8 <= len(data):
                yield sum(struct.unpack_from(">LL", data, at))
        return
    for tags in read_chain(data):
        if media_type == RW2:  # the lengths of its strips are no lengths
            yield _first(tags.get(_PANASONIC_RAW)) + 1
            continue
        for offsets, counts in _PIXELS:
            yield from map(
                sum, zip(_whole(tags.get(offsets)), _whole(tags.get(counts)), strict=False)
            )


def notes_in(data: bytes, media_type: str) -> tuple[Directories, bytes] | None:
    """The directories and XMP packet of a raw file; ``None`` where only its preview has them."""
    if media_type == RAF:
        return None
    if media_type == CR3:
        return _notes_in_boxes(data)
    directories = read_directories(data)
    xmp = directories.main.get(XMP_PACKET)
    return directories, xmp if isinstance(xmp, bytes) else b""


def preview_in(data: bytes, media_type: str) -> tuple[bytes, int]:
    """The JPEG that a camera put where it is simple to find, and how to turn it, as in EXIF.

    Empty where there is none. LibRaw finds more, but not in files of cameras newer than itself.
    """
    told = notes_in(data, media_type)
    main = told[0].main if told else {}
    turn = _first(main.get(_ORIENTATION))
    found = _preview_in_boxes(data) if media_type == CR3 else main.get(_PANASONICS_PREVIEW)
    jpeg = found if isinstance(found, bytes) and found.startswith(b"\xff\xd8\xff") else b""
    return jpeg, turn if turn in range(1, 9) else 1


def _preview_in_boxes(data: bytes) -> bytes:
    """Canon's PRVW: versions and sizes in 12 bytes, the length of a JPEG, and the JPEG."""
    for kind, (offset, length) in boxes(data):
        if kind != b"uuid" or data[offset : offset + 16] != _CANONS_PREVIEW:
            continue
        for inner, (start, size) in boxes(data, offset + 24, offset + length):
            if inner == b"PRVW" and size > 16:
                return data[start + 16 : start + size]
    return b""


def _notes_in_boxes(data: bytes) -> tuple[Directories, bytes]:
    """Canon's CR3: each directory is a small TIFF file in a box of its own, CMT1 to CMT4."""
    blocks: dict[bytes, Tags] = {}
    xmp = b""
    for kind, (offset, length) in boxes(data):
        mark = data[offset : offset + 16]
        if kind == b"uuid" and mark == _XMP:
            xmp = data[offset + 16 : offset + length]
        if kind != b"moov":
            continue
        for inner, (start, size) in boxes(data, offset, offset + length):
            if inner == b"uuid" and data[start : start + 16] == _CANON:
                for name, block in boxes(data, start + 16, start + size):
                    blocks[name] = read_directories(block.of(data)).main
    return Directories(*(blocks.get(name, {}) for name in (b"CMT1", b"CMT2", b"CMT4"))), xmp


def _first(value: Value | None) -> int:
    return next(iter(_whole(value)), 0)


def _whole(value: Value | None) -> tuple[int, ...]:
    return tuple(int(number) for number in value) if isinstance(value, tuple) else ()
