"""Encodes the pictures that stand for a photo or video, each from the next larger one."""

from collections.abc import Collection, Iterator

from portal.library.content.colours import on_white
from portal.library.content.engine import Image, vips
from portal.library.content.sizes import Size, rendition_size
from portal.library.content.stills import shrink_to
from portal.library.content.wording import marked as _
from portal.library.interface import ContentUnreadable
from portal.library.renditions import MEDIA_TYPES
from portal.library.types import Rendition

_QUALITIES = {
    Rendition.THUMBNAIL: 78,
    Rendition.THUMBNAIL_2X: 76,
    Rendition.PREVIEW: 80,
    Rendition.LARGE: 88,
}
_WEBP_EFFORT = 2  # of 0 to 6: 4 saves 3 % more and takes twice the time, 1 costs 9 %


def largest_of(which: Collection[Rendition], width: int, height: int) -> Size:
    """Of these renditions of a picture seen as ``width`` x ``height``, the largest one's size."""
    return max(rendition_size(one, width, height) for one in which)


def draw(
    image: Image, seen: Size, which: Collection[Rendition]
) -> Iterator[tuple[Rendition, Image, bytes]]:
    """Each rendition with its pixels and its file, the largest first.

    ``image`` is as large as the largest of them, ``seen`` the size of what it shows. Raises
    ``ContentUnreadable``.
    """
    sizes = {one: rendition_size(one, *seen) for one in which}
    for one in sorted(sizes, key=lambda one: sizes[one], reverse=True):
        # Each from the one before: a smaller start, and still at least twice oversampled
        image = shrink_to(image, sizes[one]).copy_memory()
        yield one, image, _encode(image, one)


def _encode(image: Image, which: Rendition) -> bytes:
    """``keep="none"`` leaves out EXIF, XMP, IPTC, ICC profile and comments."""
    quality = _QUALITIES[which]
    try:
        if MEDIA_TYPES[which] == "image/webp":
            return bytes(image.webpsave_buffer(Q=quality, effort=_WEBP_EFFORT, keep="none"))
        flat = on_white(image)
        # Without tables made to measure: those save 1.5 % and take as long again
        return bytes(flat.jpegsave_buffer(Q=quality, keep="none"))
    except vips().Error as exc:
        raise ContentUnreadable(_("No picture could be made of this file.")) from exc
