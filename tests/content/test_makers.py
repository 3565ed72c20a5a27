"""Raw files of every maker are known and show the picture that the camera put inside."""

from pathlib import Path

import pytest
from PIL import Image

from portal.library.content.reading import read_content
from portal.library.content.rendering import render
from portal.library.interface import ContentUnreadable
from portal.library.types import AssetKind, Rendition
from tests.content import rawboxes

MEDIA_TYPES = {
    "cr2": "image/x-canon-cr2",
    "cr3": "image/x-canon-cr3",
    "raf": "image/x-fuji-raf",
    "rw2": "image/x-panasonic-rw2",
}
MAKES = {"cr2": "Canon", "cr3": "Canon", "raf": "FUJIFILM", "rw2": "Panasonic"}


def preview_of(path: Path) -> Image.Image:
    content, target = read_content(path), path.with_name("preview.jpg")
    render(path, content.kind, content.media_type, {Rendition.PREVIEW: target})
    with Image.open(target) as picture:
        picture.load()
    return picture


@pytest.mark.parametrize("maker", rawboxes.MAKERS)
def test_it_is_known_and_shown(tmp_path: Path, maker: str) -> None:
    path = tmp_path / "misnamed.jpg"
    path.write_bytes(rawboxes.MAKERS[maker]())
    content = read_content(path)
    assert (content.kind, content.media_type) == (AssetKind.IMAGE, MEDIA_TYPES[maker])
    assert content.exif.make == MAKES[maker]
    assert content.shown_side == 1200
    picture = preview_of(path)
    assert picture.size == (1200, 800)
    assert picture.getpixel((5, 400)) == pytest.approx((5, 63, 122), abs=8)
    assert picture.getpixel((1194, 400)) == pytest.approx((122, 63, 5), abs=8)


def test_one_that_libraw_does_not_know_is_shown_upright(tmp_path: Path) -> None:
    path = tmp_path / "a.cr3"
    path.write_bytes(rawboxes.cr3(turn=6))
    content = read_content(path)
    assert (content.width, content.height) == (800, 1200)
    assert preview_of(path).size == (800, 1200)


# A file of Panasonic's says where its pixels begin, not where they end.
CUTS = [(maker, share) for maker in rawboxes.MAKERS for share in (0.001, 0.005)]
CUTS += [(maker, 0.5) for maker in rawboxes.MAKERS if maker != "rw2"]


@pytest.mark.parametrize(("maker", "share"), CUTS)
def test_one_that_was_cut_off_is_refused(tmp_path: Path, maker: str, share: float) -> None:
    path, data = tmp_path / "a.raw", rawboxes.MAKERS[maker]()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ContentUnreadable, match=r"cut off|damaged"):
        read_content(path)
