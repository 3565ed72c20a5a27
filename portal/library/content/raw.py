"""Cameras' raw files, shown by the largest picture that the camera put inside.

LibRaw knows where each maker hides it. A raw file without one worth showing is developed at half
its size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from portal.library.content.engine import Image, vips
from portal.library.content.rawfiles import preview_in
from portal.library.content.sizes import Size
from portal.library.content.wording import marked as _
from portal.library.interface import ContentUnreadable

if TYPE_CHECKING:
    from rawpy import RawPy

SMALLEST_PREVIEW = 1000  # pixels of the long side; some cameras put in no more than an icon
_SAME_SHAPE = 0.05
# LibRaw's "flip", as its source names them in EXIF's numbers
_ORIENTATIONS = dict(enumerate((1, 2, 4, 3, 5, 8, 6, 7)))
_SIDEWAYS = range(5, 9)


@dataclass(frozen=True)
class Preview:
    """What stands for a raw file. ``whole`` is the size of the photograph itself, as seen."""

    jpeg: bytes  # empty where there are ``pixels``
    pixels: Image | None
    width: int  # before it is turned
    height: int
    orientation: int = 1
    whole: Size = (0, 0)


def open_raw(data: bytes, media_type: str) -> Preview:
    """Find what can be shown of a raw file; raises ``ContentUnreadable``."""
    import rawpy

    try:
        # Not ``imread``: it warns of forks, which this process has behind it
        with rawpy.RawPy() as raw:
            raw.open_buffer(BytesIO(data))
            return _preview(raw)
    except (rawpy.LibRawError, rawpy.NotSupportedError) as exc:
        if (found := _without_libraw(data, media_type)) is None:
            raise ContentUnreadable(_("The picture is damaged and cannot be decoded.")) from exc
        return found


def _without_libraw(data: bytes, media_type: str) -> Preview | None:
    jpeg, turn = preview_in(data, media_type)
    if not jpeg:
        return None
    try:
        image = vips().Image.jpegload_buffer(jpeg)
    except vips().Error:
        return None
    whole = _turned(image.width, image.height, turn)
    return Preview(jpeg, None, image.width, image.height, turn, whole)


def _preview(raw: RawPy) -> Preview:
    sizes = raw.sizes
    width, height = sizes.width, sizes.height
    if 0 < sizes.crop_width <= width and 0 < sizes.crop_height <= height:
        width, height = sizes.crop_width, sizes.crop_height
    turn = _ORIENTATIONS.get(sizes.flip, 1)
    whole = _turned(width, height, turn)
    found = _embedded(raw)
    if found is None or not _is_worth_showing(found, max(width, height)):
        found = _developed(raw)
    if turn in _SIDEWAYS and width > height and found.width < found.height:
        turn = 1  # the camera has turned it already
    seen = _turned(found.width, found.height, turn)
    is_same_shape = abs(seen[0] * whole[1] / (seen[1] * whole[0]) - 1) < _SAME_SHAPE
    # A camera set to squares, say, shows more in its raw file than the photographer saw
    return replace(found, orientation=turn, whole=whole if is_same_shape else seen)


def _turned(width: int, height: int, orientation: int) -> Size:
    return (height, width) if orientation in _SIDEWAYS else (width, height)


def _is_worth_showing(found: Preview, longest: int) -> bool:
    side = max(found.width, found.height)
    return side >= SMALLEST_PREVIEW or side * 2 >= longest


def _embedded(raw: RawPy) -> Preview | None:
    """The largest picture inside; what LibRaw cannot hand out is as good as none."""
    import rawpy

    try:
        thumb = raw.extract_thumb()
        if isinstance(thumb.data, bytes):
            image = vips().Image.jpegload_buffer(thumb.data)
            return Preview(thumb.data, None, image.width, image.height)
    except (rawpy.LibRawError, rawpy.NotSupportedError, vips().Error):
        return None
    return _of_pixels(thumb.data)


def _developed(raw: RawPy) -> Preview:
    return _of_pixels(
        raw.postprocess(half_size=True, use_camera_wb=True, output_bps=8, user_flip=0)
    )


def _of_pixels(array: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Preview:
    pixels = vips().Image.new_from_array(np.ascontiguousarray(array), interpretation="srgb")
    return Preview(b"", pixels.copy_memory(), pixels.width, pixels.height)
