"""Whether a picture made elsewhere holds nothing but a picture: told by its parts, not decoded."""

import re
from collections.abc import Iterator

# T.81, table B.1: application data and comments. What else a decoder needs stays unlooked at.
_TALKING = re.compile(rb"\xff[\xe0-\xef\xfe]")
_SCAN, _END = 0xDA, b"\xff\xd9"
_WITHOUT_LENGTH = {0x00, 0x01, *range(0xD0, 0xDA), 0xFF}  # 0xFF fills, also before markers
_ALLOWED = {
    0xE0: b"JFIF\0",
    0xE2: b"ICC_PROFILE\0",
    0xEE: b"Adobe",  # says how colours are stored
}
_WEBP_PARTS = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP", b"ANIM", b"ANMF"}
_JFIF_LENGTH = 16  # without a small copy of the picture


def is_bare(data: bytes) -> bool:
    """Whether a JPEG or WebP is whole and holds no metadata but the profile of its colours.

    When in doubt, no; so are other formats.
    """
    if data.startswith(b"\xff\xd8\xff"):
        return _is_bare_jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _is_bare_webp(data)
    return False


def _is_bare_jpeg(data: bytes) -> bool:
    at = 2
    while data[at : at + 1] == b"\xff" and len(data) > at + 4:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in _WITHOUT_LENGTH:
            return False  # to read on by its length would be to pass over what decoders see
        if marker == _SCAN:
            # Inside a scan 0xFF is followed by 0 or by a marker between scans
            ends_right = data.find(_END, at) == len(data) - len(_END)
            return ends_right and not _TALKING.search(data, at)
        begins = data[at + 4 : at + 2 + length]
        if _TALKING.match(data, at) and not _is_allowed(marker, begins):
            return False
        at += 2 + length
    return False


def _is_allowed(marker: int, content: bytes) -> bool:
    name = _ALLOWED.get(marker)
    if name is None or not content.startswith(name):
        return False
    return marker != 0xE0 or len(content) == _JFIF_LENGTH - 2


def _is_bare_webp(data: bytes) -> bool:
    if int.from_bytes(data[4:8], "little") + 8 != len(data):
        return False
    return all(name in _WEBP_PARTS for name in _webp_parts(data))


def _webp_parts(data: bytes) -> Iterator[bytes]:
    at = 12
    while at < len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4] if at + 8 + length <= len(data) else b"cut"
        at += 8 + length + length % 2
