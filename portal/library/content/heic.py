"""HEIC and HEIF pictures, decoded by libheif: oriented, eight bits a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from portal.library.content.engine import Image, vips
from portal.library.content.wording import marked as _
from portal.library.interface import ContentUnreadable

if TYPE_CHECKING:
    from pillow_heif import HeifFile, HeifImage, HeifThumbnail

_DECODER_THREADS = 2
# libheif and its binding report damage as any of these
_ERRORS = (ValueError, RuntimeError, SyntaxError, EOFError, KeyError, IndexError, OSError)


def open_heic(data: bytes) -> HeifFile:
    """Read the headers; nothing is decoded yet. ``size`` is as seen, after rotation."""
    import pillow_heif

    pillow_heif.options.DECODE_THREADS = _DECODER_THREADS
    try:
        return pillow_heif.open_heif(data, convert_hdr_to_8bit=True)
    except _ERRORS as exc:
        raise ContentUnreadable(_("The picture is damaged and cannot be decoded.")) from exc


def pixels(picture: HeifFile | HeifImage | HeifThumbnail) -> Image:
    """Decode into a libvips image that carries the picture's colour profile."""
    try:
        array = np.ascontiguousarray(np.asarray(picture))
    except _ERRORS as exc:
        raise ContentUnreadable(_("The picture is damaged and cannot be decoded.")) from exc
    image = vips().Image.new_from_array(array, interpretation="srgb" if array.ndim > 2 else "b-w")
    profile = picture.info.get("icc_profile")
    return attach_profile(image, profile) if isinstance(profile, bytes) else image


def attach_profile(image: Image, profile: bytes) -> Image:
    image = image.copy()
    image.set_type(vips().GValue.blob_type, "icc-profile-data", profile)
    return image


def small_copy(picture: HeifFile) -> Image | None:
    """The small picture that cameras put beside the large one, if it shows the same.

    It saves decoding all of the large one, which takes a fifth of a second for twelve megapixels
    and would not tell more: libde265 reports no damage.
    """
    width, height = picture.size
    for index in range(len(picture.info.get("thumbnails") or [])):
        try:
            small = picture[0].get_thumbnail(index)
        except _ERRORS:
            continue
        # Makers forget to rotate it: then its shape differs (and of squares nobody can tell)
        is_same_way = abs(small.size[0] / small.size[1] / (width / height) - 1) < 0.02
        if is_same_way and abs(width / height - 1) > 0.05 and max(small.size) >= 100:
            return pixels(small)
    return None
