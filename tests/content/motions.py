"""Motion photos put together by hand, in the ways of Google and Samsung."""

import struct
from collections.abc import Callable

_SPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" '
    'xmlns:Container="http://ns.google.com/photos/1.0/container/" '
    'xmlns:Item="http://ns.google.com/photos/1.0/container/item/"'
)


def with_directory(jpeg: bytes, video: bytes) -> bytes:
    """Motion Photo 1.0, here with a gain map between the still and the video."""
    gain_map = b"\xff\xd8 not looked at \xff\xd9"
    items = [("Primary", "image/jpeg", 0), ("GainMap", "image/jpeg", len(gain_map))]
    items.append(("MotionPhoto", "video/mp4", len(video)))
    listed = "".join(
        f'<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="{semantic}" '
        f'Item:Mime="{mime}" Item:Length="{length}"/></rdf:li>'
        for semantic, mime, length in items
    )
    directory = f"<Container:Directory><rdf:Seq>{listed}</rdf:Seq></Container:Directory>"
    packet = _packet('GCamera:MotionPhoto="1" GCamera:MotionPhotoVersion="1"', directory)
    return _with_packet(jpeg, packet) + gain_map + video


def with_elements(jpeg: bytes, video: bytes) -> bytes:
    """The same written as elements, as some programs rewrite it."""
    item = (
        "<Container:Item rdf:parseType='Resource'><Item:Semantic>MotionPhoto</Item:Semantic>"
        f"<Item:Length>{len(video)}</Item:Length></Container:Item>"
    )
    directory = f"<Container:Directory><rdf:Seq><rdf:li rdf:parseType='Resource'>{item}</rdf:li></rdf:Seq></Container:Directory>"
    return _with_packet(jpeg, _packet('GCamera:MotionPhoto="1"', directory)) + video


def with_offset(jpeg: bytes, video: bytes) -> bytes:
    """Google's older "micro video"."""
    told = f'GCamera:MicroVideo="1" GCamera:MicroVideoOffset="{len(video)}"'
    return _with_packet(jpeg, _packet(told)) + video


def with_trailer(jpeg: bytes, video: bytes) -> bytes:
    """Samsung's: blocks behind the JPEG, a directory of them, and its length."""
    blocks = [(0x0A01, b"Image_UTC_Data", b"1705124333853"), (0x0A30, b"MotionPhoto_Data", video)]
    body = [struct.pack("<HHL", 0, k, len(name)) + name + data for k, name, data in blocks]
    directory = b"SEFH" + struct.pack("<LL", 107, len(blocks))
    back = sum(map(len, body))
    for (kind, _name, _data), block in zip(blocks, body, strict=True):
        directory += struct.pack("<HHLL", 0, kind, back, len(block))
        back -= len(block)
    return jpeg + b"".join(body) + directory + struct.pack("<L", len(directory)) + b"SEFT"


def with_box(heic: bytes, video: bytes) -> bytes:
    """Samsung's in HEIC."""
    return heic + struct.pack(">L4s", 8 + len(video), b"mpvd") + video


WAYS: dict[str, Callable[[bytes, bytes], bytes]] = {
    "directory": with_directory,
    "elements": with_elements,
    "offset": with_offset,
    "trailer": with_trailer,
}


def _packet(attributes: str, inside: str = "") -> bytes:
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {_SPACES}>'
        f"<rdf:Description {attributes}>{inside}</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def _with_packet(jpeg: bytes, packet: bytes) -> bytes:
    content = b"http://ns.adobe.com/xap/1.0/\0" + packet
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content + jpeg[2:]
