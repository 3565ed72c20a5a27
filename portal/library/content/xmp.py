"""The few facts of an XMP packet (ISO 16684-1) that cameras and photo programs agree on."""

from collections.abc import Mapping
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

_LARGEST = 2 * 2**20
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_NAMES = {
    "{http://ns.adobe.com/exif/1.0/}": "exif",
    "{http://cipa.jp/exif/1.0/}": "exifEX",
    "{http://ns.adobe.com/exif/1.0/aux/}": "aux",
    "{http://ns.adobe.com/tiff/1.0/}": "tiff",
    "{http://ns.adobe.com/xap/1.0/}": "xmp",
    "{http://ns.adobe.com/photoshop/1.0/}": "photoshop",
    "{http://purl.org/dc/elements/1.1/}": "dc",
}


def read_xmp(packet: bytes) -> Mapping[str, str]:
    """Properties as ``{"xmp:Rating": "5"}``, of lists the first (or default-language) item.

    A packet that is no XML, or tries entity tricks, holds nothing.
    """
    root = parse_packet(packet)
    found: dict[str, str] = {}
    for description in () if root is None else root.iter(f"{_RDF}Description"):
        _take(description, found)
    return found


def parse_packet(packet: bytes) -> Element | None:
    """The packet's outermost element; ``None`` when it is no XML, too large, or plays tricks."""
    start, end = packet.find(b"<x:xmpmeta"), packet.rfind(b"</x:xmpmeta>")
    if start >= 0 and end >= 0:  # outside lie processing instructions and padding
        packet = packet[start : end + len(b"</x:xmpmeta>")]
    if not 0 < len(packet) <= _LARGEST:
        return None
    try:
        root: Element = fromstring(packet.strip(b"\x00"))
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    return root


def find_property(element: Element, name: str) -> str:
    """A simple property of an element, in whichever of XMP's two ways it is written."""
    return (element.get(name) or element.findtext(name) or "").strip()


def _take(description: Element, found: dict[str, str]) -> None:
    for name, text in description.attrib.items():
        if short := _short(name):
            found.setdefault(short, text.strip())
    for child in description:
        if short := _short(child.tag):
            found.setdefault(short, _text(child))


def _short(name: str) -> str:
    space, brace, local = name.partition("}")
    prefix = _NAMES.get(space + brace)
    return f"{prefix}:{local}" if prefix else ""


def _text(element: Element) -> str:
    items = list(element.iter(f"{_RDF}li"))
    default = [
        item
        for item in items
        if item.get("{http://www.w3.org/XML/1998/namespace}lang") == "x-default"
    ]
    chosen = (default or items or [element])[0]
    return (chosen.text or "").strip()
