"""From the bytes of a still to its pixels: oriented, in sRGB, no larger than needed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.library.content import heic
from portal.library.content.colours import to_srgb
from portal.library.content.engine import Image, vips
from portal.library.content.raw import open_raw
from portal.library.content.rawfiles import RAW_TYPES
from portal.library.content.sizes import Size
from portal.library.content.wording import marked as _
from portal.library.interface import ContentUnreadable

if TYPE_CHECKING:
    from pillow_heif import HeifFile

MAX_PIXELS = 500_000_000
# Formats that cannot be decoded row by row need all their pixels in memory at once
MAX_PIXELS_AT_ONCE = 250_000_000

_LOADERS = {
    "image/jpeg": "jpegload_buffer",
    "image/png": "pngload_buffer",
    "image/webp": "webpload_buffer",
    "image/gif": "gifload_buffer",
    "image/avif": "heifload_buffer",
    "image/tiff": "tiffload_buffer",
}
_HEIC = {"image/heic", "image/heif"}
_ROW_BY_ROW = {"image/jpeg", "image/png", "image/tiff"}
# libjpeg warns of much that harms nothing, such as stray bytes before the end marker
_REAL_DAMAGE = re.compile(
    r"premature end|bad Huffman|bad arithmetic|instead of RST|extraneous bytes before marker 0x(?!d9)",
    re.IGNORECASE,
)
_SIDEWAYS = range(5, 9)  # EXIF orientations that swap width and height


@dataclass(frozen=True)
class Still:
    """A still whose headers were read. ``width`` and ``height`` are as seen.

    Of a raw file they are its preview's, which ``data`` or ``pixels`` hold; ``whole`` is its own.
    """

    data: bytes
    media_type: str
    width: int
    height: int
    orientation: int  # as in EXIF, of the pixels as they come from the decoder
    exif: bytes
    xmp: bytes
    heif: HeifFile | None = None
    pixels: Image | None = None
    whole: Size | None = None

    @property
    def is_jpeg(self) -> bool:
        return self.media_type == "image/jpeg" and self.pixels is None


def open_still(data: bytes, media_type: str) -> Still:
    """Read a still's headers; raises ``ContentUnreadable``."""
    if media_type in _HEIC:
        return _open_heic(data, media_type)
    if media_type in RAW_TYPES:
        return _open_raw(data, media_type)
    try:
        image = _load(data, media_type)
        orientation = image.get("orientation") if image.get_typeof("orientation") else 1
        width, height = image.width, image.height
        refuse_bombs(width, height, is_streamed=_is_streamed(image, media_type))
        exif, xmp = _blob(image, "exif-data"), _blob(image, "xmp-data")
    except vips().Error as exc:
        raise ContentUnreadable(_reason(exc)) from exc
    if orientation in _SIDEWAYS:
        width, height = height, width
    if media_type == "image/tiff":
        exif = data  # the file itself is the directory
    return Still(data, media_type, width, height, orientation, exif, xmp)


def decode(still: Still, size: Callable[[int, int], Size], *, rough: bool = False) -> Image:
    """Decode into memory at ``size`` of the picture as seen; 8-bit sRGB, alpha if there is any.

    All of the file is decoded, so that damage shows: raises ``ContentUnreadable``. A ``rough``
    picture may come from the small copy inside the file.
    """
    wanted = size(still.width, still.height)
    try:
        if still.heif is not None:
            small = heic.small_copy(still.heif) if rough else None
            return _finish(heic.pixels(still.heif) if small is None else small, wanted, 1)
        if still.pixels is not None:
            return _finish(still.pixels, wanted, still.orientation)
        if still.media_type == "image/jpeg":
            return _decode_jpeg(still, wanted)
        image = _load(still.data, still.media_type)
        return _finish(image, wanted, still.orientation)
    except vips().Error as exc:
        raise ContentUnreadable(_reason(exc)) from exc


def _decode_jpeg(still: Still, wanted: Size) -> Image:
    """Shrinks by 2, 4 or 8 inside the decoder, which costs no visible quality and half the time."""
    shrink = next((by for by in (8, 4, 2) if _is_enough(still, wanted, by)), 1)
    try:
        image = _load(still.data, still.media_type, shrink=shrink, fail_on="warning")
        return _finish(image, wanted, still.orientation)
    except vips().Error as exc:
        if _REAL_DAMAGE.search(str(exc.detail)):
            raise
        image = _load(still.data, still.media_type, shrink=shrink)
        return _finish(image, wanted, still.orientation)


def _is_enough(still: Still, wanted: Size, shrink: int) -> bool:
    return still.width >= wanted[0] * shrink and still.height >= wanted[1] * shrink


def _load(data: bytes, media_type: str, **options: object) -> Image:
    options = {"fail_on": "error", "access": "sequential", **options}
    return getattr(vips().Image, _LOADERS[media_type])(data, **options)


def _finish(image: Image, wanted: Size, orientation: int) -> Image:
    """Shrink first, then the rest: colours and turning cost by the pixel."""
    width, height = reversed(wanted) if orientation in _SIDEWAYS else wanted
    image = shrink_to(image, (width, height)).copy_memory()
    image = to_srgb(image)
    if orientation != 1:
        image = image.copy()
        image.set_type(vips().GValue.gint_type, "orientation", orientation)
        image = image.autorot()
    return image.copy_memory()


def shrink_to(image: Image, size: Size) -> Image:
    """Resize to exactly this many pixels, colours weighed by their opacity."""
    across, down = size[0] / image.width, size[1] / image.height
    if (across, down) == (1, 1):
        return image
    if not image.hasalpha():
        return image.resize(across, vscale=down)
    kind = image.format
    return image.premultiply().resize(across, vscale=down).unpremultiply().cast(kind)


def _open_heic(data: bytes, media_type: str) -> Still:
    picture = heic.open_heic(data)
    width, height = picture.size
    refuse_bombs(width, height, is_streamed=False)
    exif, xmp = picture.info.get("exif") or b"", picture.info.get("xmp") or b""
    return Still(data, media_type, width, height, 1, exif, xmp, picture)


def _open_raw(data: bytes, media_type: str) -> Still:
    found = open_raw(data, media_type)
    width, height, turn = found.width, found.height, found.orientation
    if turn in _SIDEWAYS:
        width, height = height, width
    refuse_bombs(*found.whole, is_streamed=False)
    inside = open_still(found.jpeg, "image/jpeg") if found.jpeg else None
    exif, xmp = (inside.exif, inside.xmp) if inside else (b"", b"")
    return Still(
        found.jpeg, "image/jpeg", width, height, turn, exif, xmp, None, found.pixels, found.whole
    )


def _is_streamed(image: Image, media_type: str) -> bool:
    return media_type in _ROW_BY_ROW and not image.get_typeof("interlaced")


def refuse_bombs(width: int, height: int, *, is_streamed: bool) -> None:
    if width * height > (MAX_PIXELS if is_streamed else MAX_PIXELS_AT_ONCE):
        raise ContentUnreadable(_("The picture has too many pixels to be opened safely."))


def _blob(image: Image, name: str) -> bytes:
    return bytes(image.get(name)) if image.get_typeof(name) else b""


def _reason(exc: Exception) -> str:
    text = str(getattr(exc, "detail", exc)).lower()
    if "premature end of jpeg" in text or "unexpected end" in text or "end of file" in text:
        return _("The picture is cut off: the file does not reach its end.")
    return _("The picture is damaged and cannot be decoded.")
