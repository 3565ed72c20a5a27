"""Pictures that Immich made, brought into the form that Loggia promises."""

from portal.library.content.bare import is_bare
from portal.library.content.drawing import draw, largest_of
from portal.library.content.formats import recognize
from portal.library.content.sizes import rendition_size
from portal.library.content.stills import Still, decode, open_still
from portal.library.interface import ContentUnreadable
from portal.library.renditions import MEDIA_TYPES
from portal.library.types import AssetKind, Rendition

# Immich's own previews have 1440 pixels on their short side: as they are they look better than
# redrawn ones, and weigh little more.
ROOMY = 1.7


class NoPicture(ValueError):
    """What came is no picture, or not a whole one."""


def fitted(data: bytes, rendition: Rendition) -> bytes:
    """The picture as this rendition: of its format, not much larger, and free of metadata.

    As it came where that is so already; never enlarged. Raises ``NoPicture``.
    """
    still = _open(data)
    if still.media_type == MEDIA_TYPES[rendition] and _is_fitting(still, rendition):
        return data
    return redrawn(still, rendition)


def drawn(data: bytes, rendition: Rendition) -> bytes:
    """A rendition made of a larger picture; raises ``NoPicture``."""
    return redrawn(_open(data), rendition)


def redrawn(still: Still, rendition: Rendition) -> bytes:
    """Decoded, and encoded without anything but its pixels; raises ``NoPicture``."""
    try:
        image = decode(still, lambda width, height: largest_of([rendition], width, height))
        ((_which, _image, encoded),) = draw(image, (still.width, still.height), [rendition])
    except ContentUnreadable as exc:
        raise NoPicture(str(exc)) from exc
    return encoded


def _open(data: bytes) -> Still:
    try:
        found = recognize(data[:4096])
        if found.kind is not AssetKind.IMAGE:
            raise NoPicture("This is no picture.")
        return open_still(data, found.media_type)
    except ContentUnreadable as exc:
        raise NoPicture(str(exc)) from exc


def _is_fitting(still: Still, rendition: Rendition) -> bool:
    right = rendition_size(rendition, still.width, still.height)
    is_small = still.width <= right[0] * ROOMY and still.height <= right[1] * ROOMY
    return is_small and still.orientation == 1 and is_bare(still.data)
