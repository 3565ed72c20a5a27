"""From whatever colours a picture came in to the sRGB that every screen understands."""

from portal.library.content.engine import Image, vips

_SRGB = "sRGB IEC61966-2"
_WHITE = [255, 255, 255]


def to_srgb(image: Image) -> Image:
    """Eight-bit sRGB, three bands or four with alpha, by the embedded profile where it is sound."""
    image = _by_profile(image)
    if image.interpretation != "srgb":
        image = image.colourspace("srgb")
    if image.format != "uchar":
        image = image.cast("uchar")
    if image.bands > 4:
        image = image.extract_band(0, n=4)
    return image.copy_memory()


def on_white(image: Image) -> Image:
    return image.flatten(background=_WHITE) if image.hasalpha() else image


def _by_profile(image: Image) -> Image:
    if not image.get_typeof("icc-profile-data"):
        return _from_cmyk(image) if image.interpretation == "cmyk" else image
    if _is_srgb(bytes(image.get("icc-profile-data"))):
        return image
    try:
        return image.icc_transform(
            "srgb", embedded=True, intent="relative", black_point_compensation=True, depth=8
        ).copy_memory()
    except vips().Error:  # a broken profile, or one for another number of channels
        return _from_cmyk(image) if image.interpretation == "cmyk" else image


def _from_cmyk(image: Image) -> Image:
    """By the printing profile that libvips brings along, being the likeliest."""
    return image.icc_transform("srgb", input_profile="cmyk", intent="relative", depth=8)


def _is_srgb(profile: bytes) -> bool:
    head = profile[:8192]
    return _SRGB.encode() in head or _SRGB.encode("utf-16-be") in head
