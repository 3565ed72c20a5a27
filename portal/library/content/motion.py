"""Motion photos: a still that carries its own short video within the same file.

Google says where in XMP (developer.android.com/media/platform/motion-photo-format, and the older
"micro video"), Samsung in a box of its own in HEIC and in a trailer behind a JPEG.
"""

import struct
from collections.abc import Callable, Sequence

from portal.library.content.boxes import Slice, boxes
from portal.library.content.xmp import find_property, parse_packet

_CAMERA = "{http://ns.google.com/photos/1.0/camera/}"
_ITEM = "{http://ns.google.com/photos/1.0/container/item/}"
_SAMSUNG_VIDEO = 0x0A30
_MOST_ENTRIES = 1000


def find_motion(data: bytes, xmp: bytes) -> Slice | None:
    """Where a still's file holds a video; ``None`` when it does not, or only says so."""
    look_in: tuple[Callable[[], Slice | None], ...] = (
        lambda: _in_box(data),
        lambda: _by_directory(data, xmp),
        lambda: _by_offset(data, xmp),
        lambda: _in_trailer(data),
    )
    candidates = (look() for look in look_in)
    return next((found for found in candidates if found and _is_video(data, found)), None)


def _in_box(data: bytes) -> Slice | None:
    if data[4:8] != b"ftyp":
        return None
    return next((content for kind, content in boxes(data) if kind == b"mpvd"), None)


def _by_directory(data: bytes, xmp: bytes) -> Slice | None:
    """The files of a container follow each other up to its end, each as long as it says."""
    if b"MotionPhoto" not in xmp:
        return None
    items = _items(xmp)
    semantics = [semantic for semantic, _length in items]
    if "MotionPhoto" not in semantics:
        return None
    behind = items[semantics.index("MotionPhoto") :]
    return _from_end(data, sum(length for _semantic, length in behind), behind[0][1])


def _items(xmp: bytes) -> Sequence[tuple[str, int]]:
    root = parse_packet(xmp)
    if root is None:
        return []
    found = []
    for element in root.iter():
        semantic = find_property(element, f"{_ITEM}Semantic")
        if semantic:
            found.append((semantic, _number(find_property(element, f"{_ITEM}Length"))))
    return found


def _by_offset(data: bytes, xmp: bytes) -> Slice | None:
    if b"MicroVideoOffset" not in xmp:
        return None
    root = parse_packet(xmp)
    if root is None:
        return None
    for element in root.iter():
        if behind := _number(find_property(element, f"{_CAMERA}MicroVideoOffset")):
            return _from_end(data, behind, behind)
    return None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 12 else 0


def _from_end(data: bytes, behind: int, length: int) -> Slice | None:
    return Slice(len(data) - behind, length) if 0 < behind < len(data) else None


def _in_trailer(data: bytes) -> Slice | None:
    """Samsung's: blocks, then ``SEFH`` with where each begins, its length, and ``SEFT``."""
    if data[-4:] != b"SEFT" or len(data) < 20:
        return None
    start = len(data) - 8 - struct.unpack_from("<L", data, len(data) - 8)[0]
    if not 0 <= start <= len(data) - 20 or data[start : start + 4] != b"SEFH":
        return None
    count = min(struct.unpack_from("<L", data, start + 8)[0], _MOST_ENTRIES)
    for at in range(start + 12, min(start + 12 + count * 12, len(data) - 12), 12):
        _padding, kind, back, size = struct.unpack_from("<HHLL", data, at)
        if kind == _SAMSUNG_VIDEO and 8 < size <= back <= start:
            name = struct.unpack_from("<L", data, start - back + 4)[0]
            return Slice(start - back + 8 + name, size - 8 - name)
    return None


def _is_video(data: bytes, found: Slice) -> bool:
    """Editors keep what announces a video and drop the video itself."""
    stop = found.offset + found.length
    if (
        found.offset <= 0
        or stop > len(data)
        or data[found.offset + 4 : found.offset + 8] != b"ftyp"
    ):
        return False
    return any(kind == b"moov" for kind, _content in boxes(data, found.offset, stop))
