"""How large a rendition of a picture becomes. Nothing is ever enlarged."""

from portal.library.types import Rendition

Size = tuple[int, int]

_SHORT_SIDES = {Rendition.THUMBNAIL: 250, Rendition.THUMBNAIL_2X: 500}
_LONG_SIDES = {Rendition.PREVIEW: 1440, Rendition.LARGE: 2048}
# A panorama of 30,000 x 500 would else get a "thumbnail" of 15,000 x 250 px
_LONGEST_THUMBNAIL = 6


def rendition_size(rendition: Rendition, width: int, height: int) -> Size:
    """Width and height in pixels of a rendition of a picture seen as ``width`` x ``height``.

    Thumbnails keep their short side until the long one reaches six times its nominal length.
    """
    if short := _SHORT_SIDES.get(rendition):
        scale = min(short / min(width, height), short * _LONGEST_THUMBNAIL / max(width, height))
    else:
        scale = _LONG_SIDES[rendition] / max(width, height)
    return scaled(width, height, scale)


def fitting(width: int, height: int, longest: int) -> Size:
    return scaled(width, height, longest / max(width, height))


def scaled(width: int, height: int, scale: float) -> Size:
    scale = min(1.0, scale)
    return max(1, round(width * scale)), max(1, round(height * scale))
