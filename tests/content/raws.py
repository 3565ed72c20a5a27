"""Raw files written by hand: directories as TIFF 6.0 has them, a preview, and a plain mosaic."""

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from tests.content.conftest import gradient

Size = tuple[int, int]
Entry = tuple[int, int, Sequence[int] | bytes]
BYTE, TEXT, SHORT, LONG, RATIO = 1, 2, 3, 4, 5
_CODES = {BYTE: "B", SHORT: "H", LONG: "L", RATIO: "L"}
_IDENTITY = (1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1)
_AT_RAW, _AT_PREVIEW, _AT_EXIF, _AT_GPS, _AT_DATA = 2048, 2560, 3072, 3584, 4096


@dataclass(frozen=True)
class Maker:
    """How a camera's raw files begin, and by what else they are known."""

    make: bytes
    model: bytes
    magic: bytes = b"II*\0"
    marks: tuple[Entry, ...] = ()
    at: int = 8  # its first directory


DNG = Maker(
    b"Loggia",
    b"Painted",
    marks=(
        (0xC612, BYTE, b"\1\4\0\0"),  # DNGVersion
        (0xC614, TEXT, b"Loggia Painted\0"),
        (0xC621, RATIO, _IDENTITY),  # ColorMatrix1
        (0xC628, RATIO, (1, 1) * 3),  # AsShotNeutral
    ),
)
NEF = Maker(b"NIKON CORPORATION", b"NIKON D70")
ARW = Maker(b"SONY", b"DSLR-A100")
ORF = Maker(b"OLYMPUS IMAGING CORP.", b"E-510", b"IIRO")


def raw_file(
    maker: Maker = DNG,
    *,
    whole: Size = (1800, 1200),
    preview: Size | None = (1200, 800),
    orientation: int = 1,
) -> bytes:
    """A raw file with a gradient as its mosaic and another one, darker, as its preview."""
    jpeg = _jpeg(preview) if preview else b""
    mosaic = np.tile(np.linspace(200, 3000, whole[0]).astype("<u2"), (whole[1], 1)).tobytes()
    at_mosaic = _AT_DATA + len(jpeg) + len(jpeg) % 2
    subs = [_AT_RAW, *([_AT_PREVIEW] if preview else [])]
    out = bytearray(at_mosaic)
    out[:8] = maker.magic + struct.pack("<L", maker.at)
    put(out, maker.at, _main(maker, orientation, subs))
    put(out, _AT_RAW, _mosaic(whole, at_mosaic))
    if preview:
        put(out, _AT_PREVIEW, _picture(preview, _AT_DATA, len(jpeg)))
    put(out, _AT_EXIF, [
        (0x829A, RATIO, (1, 200)), (0x8827, SHORT, (400,)), (0x829D, RATIO, (28, 10)),
        (0x9003, TEXT, b"2024:07:01 10:00:00\0"), (0xA434, TEXT, b"Painted 50 mm\0"),
    ])  # fmt: skip
    put(out, _AT_GPS, [
        (1, TEXT, b"N\0"), (2, RATIO, (47, 1, 30, 1, 0, 1)),
        (3, TEXT, b"E\0"), (4, RATIO, (8, 1, 15, 1, 0, 1)),
    ])  # fmt: skip
    out[_AT_DATA : _AT_DATA + len(jpeg)] = jpeg
    return bytes(out) + mosaic


def _main(maker: Maker, orientation: int, subs: Sequence[int]) -> list[Entry]:
    return [
        (0x00FE, LONG, (1,)), (0x010F, TEXT, maker.make + b"\0"),
        (0x0110, TEXT, maker.model + b"\0"), (0x0112, SHORT, (orientation,)),
        (0x014A, LONG, subs), (0x8769, LONG, (_AT_EXIF,)), (0x8825, LONG, (_AT_GPS,)),
        *maker.marks,
    ]  # fmt: skip


def _mosaic(size: Size, at: int) -> list[Entry]:
    return [
        (0x00FE, LONG, (0,)), (0x0100, LONG, (size[0],)), (0x0101, LONG, (size[1],)),
        (0x0102, SHORT, (16,)), (0x0103, SHORT, (1,)), (0x0106, SHORT, (32803,)),
        (0x0111, LONG, (at,)), (0x0115, SHORT, (1,)), (0x0116, LONG, (size[1],)),
        (0x0117, LONG, (size[0] * size[1] * 2,)), (0x828D, SHORT, (2, 2)),
        (0x828E, BYTE, b"\0\1\1\2"), (0xC61D, LONG, (4095,)),
    ]  # fmt: skip


def _picture(size: Size, at: int, length: int) -> list[Entry]:
    return [
        (0x00FE, LONG, (1,)), (0x0100, LONG, (size[0],)), (0x0101, LONG, (size[1],)),
        (0x0102, SHORT, (8, 8, 8)), (0x0103, SHORT, (7,)), (0x0106, SHORT, (6,)),
        (0x0111, LONG, (at,)), (0x0115, SHORT, (3,)), (0x0116, LONG, (size[1],)),
        (0x0117, LONG, (length,)), (0x0201, LONG, (at,)), (0x0202, LONG, (length,)),
    ]  # fmt: skip


def put(out: bytearray, at: int, entries: Sequence[Entry]) -> None:
    """Write one directory, and behind it what does not fit into its entries."""
    beyond = at + 2 + 12 * len(entries) + 4
    extra = b""
    packed = struct.pack("<H", len(entries))
    for tag, kind, values in sorted(entries, key=lambda entry: entry[0]):
        raw = values if isinstance(values, bytes) else _numbers(kind, values)
        count = len(values) // 2 if kind == RATIO else len(values)
        field = raw.ljust(4, b"\0") if len(raw) <= 4 else struct.pack("<L", beyond + len(extra))
        extra += raw + bytes(len(raw) % 2) if len(raw) > 4 else b""
        packed += struct.pack("<HHL", tag, kind, count) + field
    packed += bytes(4) + extra
    out[at : at + len(packed)] = packed


def _numbers(kind: int, values: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(values)}{_CODES[kind]}", *values)


def _jpeg(size: Size) -> bytes:
    file = io.BytesIO()
    Image.fromarray(gradient(*size) // 2).save(file, "JPEG", quality=90)
    return file.getvalue()
