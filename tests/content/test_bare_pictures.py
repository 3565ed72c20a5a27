"""A picture is passed on as it came only where it is certain that it tells nothing."""

from io import BytesIO

import pytest
from PIL import Image

from portal.library.content.bare import is_bare

SECRET = b"\xff\xe1" + (8 + 14).to_bytes(2, "big") + b"Exif\0\0" + b"where it was.."
HIDING_PLACES = {
    "in front": SECRET,
    "behind a byte that fills": b"\xff" + SECRET,
    "behind a marker without a length": b"\xff\x01" + SECRET,
    "behind a restart": b"\xff\xd0" + SECRET,
}


def plain_jpeg() -> bytes:
    file = BytesIO()
    Image.new("RGB", (64, 48), (40, 90, 160)).save(file, "JPEG")
    return file.getvalue()


def test_a_picture_without_more_is_bare() -> None:
    assert is_bare(plain_jpeg())


@pytest.mark.parametrize("hidden", HIDING_PLACES.values(), ids=HIDING_PLACES.keys())
def test_metadata_is_found_wherever_decoders_would_see_it(hidden: bytes) -> None:
    whole = plain_jpeg()
    assert not is_bare(whole[:2] + hidden + whole[2:])


def test_a_fill_byte_does_not_hide_a_segment_behind_a_length_of_its_own() -> None:
    """Read as a length, what follows would end at the next marker."""
    whole = plain_jpeg()
    segment = b"\xff\xe1\x00" + b"x" * (0xE100 - 2)
    crafted = whole[:2] + b"\xff" + segment + whole[2:]
    assert not is_bare(crafted)


def test_what_is_cut_or_goes_on_is_not_bare() -> None:
    whole = plain_jpeg()
    assert not is_bare(whole[:-2])
    assert not is_bare(whole + b"where it was")
