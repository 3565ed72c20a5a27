"""Raw files of makers who go their own ways: Canon's two, Fujifilm's and Panasonic's."""

import io
import struct
from collections.abc import Callable

from PIL import Image

from tests.content.conftest import gradient
from tests.content.raws import LONG, SHORT, Maker, put, raw_file

_WHOLE, _PREVIEW = (1800, 1200), (1200, 800)


def cr2() -> bytes:
    """TIFF, with the directory behind a longer beginning."""
    canon = Maker(b"Canon", b"Canon EOS 5D", b"II*\0", at=16)
    data = bytearray(raw_file(canon))
    data[8:16] = b"CR\x02\0\0\0\0\0"
    return bytes(data)


def cr3(turn: int = 1) -> bytes:
    """ISO boxes: what the camera says in ``moov``, the preview in a box of its own."""
    jpeg = _jpeg()
    make, model = b"Canon\0", b"Canon EOS R5\0"
    at = 8 + 2 + 3 * 12 + 4
    block = b"II*\0\x08\0\0\0" + struct.pack("<H", 3)
    block += struct.pack("<HHLL", 0x010F, 2, len(make), at)
    block += struct.pack("<HHLL", 0x0110, 2, len(model), at + len(make))
    block += struct.pack("<HHLHH", 0x0112, SHORT, 1, turn, 0) + bytes(4) + make + model
    canon = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
    moov = _box(b"moov", _box(b"uuid", canon + _box(b"CMT1", block)))
    shape = struct.pack(">LHHHHL", 0, 1, *_PREVIEW, 1, len(jpeg))
    mark = bytes.fromhex("eaf42b5e1c984b88b9fbb7dc406e4d16") + struct.pack(">LL", 0, 1)
    preview = _box(b"uuid", mark + _box(b"PRVW", shape + jpeg))
    return _box(b"ftyp", b"crx \0\0\0\1crx isom") + moov + preview + _box(b"mdat", bytes(1000))


def raf() -> bytes:
    """A table of where the JPEG, a directory of Fujifilm's kind, and the mosaic lie."""
    jpeg, (width, height) = _jpeg(b"FUJIFILM", b"X100"), _WHOLE
    shape = struct.pack(">HH", height, width)
    tags = struct.pack(">L", 2) + b"".join(
        struct.pack(">HH", tag, len(shape)) + shape for tag in (0x0100, 0x0121)
    )
    mosaic = bytes(width * height * 2)
    parts, at, table = (jpeg, tags, mosaic), 160, b""
    for part in parts:
        table += struct.pack(">LL", at, len(part))
        at += len(part)
    head = b"FUJIFILMCCD-RAW 0201FF383501X100".ljust(84, b"\0") + table
    return head.ljust(160, b"\0") + b"".join(parts)


def rw2() -> bytes:
    """Panasonic's own tags in a directory like TIFF's, with the JPEG as one tag's value."""
    jpeg, (width, height) = _jpeg(), _WHOLE
    head = bytearray(2048)
    head[:8] = b"IIU\0\x08\0\0\0"
    put(head, 8, [
        (0x0002, SHORT, (width,)), (0x0003, SHORT, (height,)), (0x002E, 7, jpeg),
        (0x010F, 2, b"Panasonic\0"), (0x0110, 2, b"DMC-LX3\0"), (0x0112, SHORT, (1,)),
        (0x0118, LONG, (4096 + len(jpeg),)),
    ])  # fmt: skip
    return bytes(head).ljust(4096 + len(jpeg), b"\0") + bytes(width * height * 2)


MAKERS: dict[str, Callable[[], bytes]] = {"cr2": cr2, "cr3": cr3, "raf": raf, "rw2": rw2}


def _jpeg(make: bytes = b"", model: bytes = b"") -> bytes:
    file, exif = io.BytesIO(), Image.Exif()
    if make:
        exif.update({0x010F: make.decode(), 0x0110: model.decode()})
    Image.fromarray(gradient(*_PREVIEW) // 2).save(file, "JPEG", quality=90, exif=exif)
    jpeg, after_jfif = file.getvalue(), 20
    return jpeg[:2] + jpeg[after_jfif:]  # cameras begin with EXIF, and LibRaw expects it there


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">L4s", 8 + len(content), kind) + content
