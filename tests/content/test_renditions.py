"""Renditions are upright, in sRGB, of the promised size, and say nothing about their making."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from portal.library.content.formats import recognize
from portal.library.content.reading import read_content
from portal.library.content.rendering import render
from portal.library.content.sizes import rendition_size
from portal.library.interface import ContentUnreadable
from portal.library.renditions import MEDIA_TYPES
from portal.library.types import AssetKind, Rendition
from tests.content.conftest import gradient

PICTURES = (Rendition.THUMBNAIL, Rendition.THUMBNAIL_2X, Rendition.PREVIEW, Rendition.LARGE)
# Groups of exiftool that tell of the file on disk and of the picture's own shape
HARMLESS = ("File:", "System:", "ExifTool:", "Composite:ImageSize", "Composite:Megapixels", "RIFF:")
HARMLESS_TAGS = {
    "SourceFile",
    "JFIF:JFIFVersion",
    "JFIF:ResolutionUnit",
    "JFIF:XResolution",
    "JFIF:YResolution",
}


def made(source: Path, *which: Rendition) -> dict[Rendition, Path]:
    content = read_content(source)
    targets = {one: source.with_name("made") / f"{source.name}.{one}" for one in which}
    render(source, content.kind, content.media_type, targets)
    assert (
        sorted(
            path.name for path in source.with_name("made").iterdir() if path.name.startswith(".")
        )
        == []
    )
    return targets


def pixels(path: Path) -> Any:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


def assert_upright(path: Path) -> None:
    """The gradient of the fixtures: red grows to the right, green downwards."""
    seen = pixels(path)
    top_left, bottom_right = seen[4:12, 4:12].mean((0, 1)), seen[-12:-4, -12:-4].mean((0, 1))
    assert top_left[:2] == pytest.approx((20, 20), abs=26)
    assert bottom_right[:2] == pytest.approx((235, 235), abs=26)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.gif", "a.tif", "a.avif", "a.heic"])
def test_all_renditions_of_every_kind(picture: Callable[..., Path], name: str) -> None:
    targets = made(picture(name, (2400, 1600)), *PICTURES)
    sizes = {which: size_of(path) for which, path in targets.items()}
    assert sizes == {
        Rendition.THUMBNAIL: (375, 250),
        Rendition.THUMBNAIL_2X: (750, 500),
        Rendition.PREVIEW: (1440, 960),
        Rendition.LARGE: (2048, 1365),
    }
    for which, path in targets.items():
        assert recognize(path.read_bytes()).media_type == MEDIA_TYPES[which]
        assert_upright(path)


def test_small_pictures_are_never_enlarged(picture: Callable[..., Path]) -> None:
    for path in made(picture("a.jpg", (90, 60)), *PICTURES).values():
        assert size_of(path) == (90, 60)


@given(st.integers(1, 60_000), st.integers(1, 60_000))
def test_no_shape_makes_a_giant(width: int, height: int) -> None:
    for which, longest in zip(PICTURES, (1500, 3000, 1440, 2048), strict=True):
        size = rendition_size(which, width, height)
        assert min(size) >= 1
        assert max(size) <= min(longest, max(width, height))


def test_a_very_wide_panorama_stays_small(tmp_path: Path) -> None:
    Image.fromarray(gradient(30_000, 500)).save(tmp_path / "wide.jpg")
    targets = made(tmp_path / "wide.jpg", *PICTURES)
    assert size_of(targets[Rendition.THUMBNAIL]) == (1500, 25)
    assert size_of(targets[Rendition.PREVIEW]) == (1440, 24)
    assert sum(path.stat().st_size for path in targets.values()) < 300_000


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif"])
def test_every_exif_orientation_is_applied(tmp_path: Path, name: str, orientation: int) -> None:
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Pillow's numbers of the inverse turns
    image = Image.fromarray(gradient(300, 200))
    if orientation > 1:
        image = image.transpose(Image.Transpose(undo[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    options: dict[str, Any] = (
        {"tiffinfo": {0x0112: orientation}} if name == "a.tif" else {"exif": exif}
    )
    image.save(tmp_path / name, **options)
    content = read_content(tmp_path / name)
    assert (content.width, content.height) == (300, 200)
    path = made(tmp_path / name, Rendition.PREVIEW)[Rendition.PREVIEW]
    assert size_of(path) == (300, 200)
    assert_upright(path)


def test_turned_heic_is_upright(tmp_path: Path) -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = Image.fromarray(gradient(300, 200)).transpose(Image.Transpose.ROTATE_90)
    turned.save(tmp_path / "a.heic", exif=exif.tobytes())
    content = read_content(tmp_path / "a.heic")
    assert (content.width, content.height) == (300, 200)
    assert_upright(made(tmp_path / "a.heic", Rendition.PREVIEW)[Rendition.PREVIEW])


def plain(path: Path, **options: Any) -> Any:
    Image.new(options.pop("mode", "RGB"), (320, 240), options.pop("tint")).save(path, **options)
    preview = made(path, Rendition.PREVIEW)[Rendition.PREVIEW]
    return pixels(preview)[120, 160]


def test_colours_come_out_in_srgb(tmp_path: Path) -> None:
    grey = plain(tmp_path / "grey.png", mode="L", tint=90)
    assert grey == pytest.approx((90, 90, 90), abs=3)
    deep = Image.fromarray(np.full((240, 320), 90 * 257, np.uint16))
    deep.save(tmp_path / "deep.png")
    preview = made(tmp_path / "deep.png", Rendition.PREVIEW)[Rendition.PREVIEW]
    assert pixels(preview)[120, 160] == pytest.approx((90, 90, 90), abs=3)
    red, green, blue = plain(tmp_path / "print.jpg", mode="CMYK", tint=(0, 255, 255, 0))
    assert red > 180
    assert max(green, blue) < 90
    palette = plain(tmp_path / "palette.gif", mode="P", tint=0)
    assert palette == pytest.approx((0, 0, 0), abs=3)


def test_an_embedded_profile_is_applied(tmp_path: Path) -> None:
    """In a profile whose channels are swapped for sRGB's, the same numbers are other colours."""
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert plain(tmp_path / "a.jpg", tint=(200, 30, 40), icc_profile=srgb) == pytest.approx(
        (200, 30, 40), abs=6
    )
    # One for another colour space, and one that is rubbish: the numbers are taken as they are
    assert plain(tmp_path / "b.jpg", tint=(200, 30, 40), icc_profile=lab) == pytest.approx(
        (200, 30, 40), abs=6
    )
    assert plain(tmp_path / "c.jpg", tint=(200, 30, 40), icc_profile=b"x" * 300) == pytest.approx(
        (200, 30, 40), abs=6
    )


def test_display_p3_becomes_srgb(samples: Path, tmp_path: Path) -> None:
    """Compared with Little CMS's own conversion of a phone's HEIC."""
    from pillow_heif import open_heif

    source = samples / "formats" / "IMG_2682.heic"
    picture = open_heif(source).to_pillow()
    small = picture.resize((1440, 1080), Image.Resampling.LANCZOS)
    profile = ImageCms.ImageCmsProfile(io.BytesIO(picture.info["icc_profile"]))
    expected = ImageCms.profileToProfile(small, profile, ImageCms.createProfile("sRGB"))
    assert expected is not None
    target = tmp_path / "preview.jpg"
    render(source, AssetKind.IMAGE, "image/heic", {Rendition.PREVIEW: target})
    off = np.abs(pixels(target) - np.asarray(expected).astype(int)).mean()
    unconverted = np.abs(pixels(target) - np.asarray(small).astype(int)).mean()
    assert off < min(4, unconverted)


def test_transparency_is_kept_in_webp_and_white_in_jpeg(tmp_path: Path) -> None:
    image = Image.new("RGBA", (400, 300), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (0, 0, 200, 300))
    image.save(tmp_path / "a.png")
    targets = made(tmp_path / "a.png", Rendition.THUMBNAIL, Rendition.LARGE)
    with Image.open(targets[Rendition.THUMBNAIL]) as opened:
        thumbnail = np.asarray(opened)
    assert thumbnail.shape[2] == 4
    assert thumbnail[125, 300, 3] == 0
    assert pixels(targets[Rendition.LARGE])[150, 380] == pytest.approx((255, 255, 255), abs=2)
    # No dark seam where opaque meets transparent
    assert thumbnail[125, :160, 2].min() > 240


def test_no_metadata_survives(tmp_path: Path, exiftool: Callable[[Path], dict[str, Any]]) -> None:
    exif = Image.Exif()
    exif.update({0x010E: "Secret place", 0x010F: "Maker", 0x0112: 6, 0x013B: "Artist"})
    exif.get_ifd(0x8825).update({1: "N", 2: (50.0, 1.0, 2.0), 3: "E", 4: (8.0, 1.0, 2.0)})
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><secret/></x:xmpmeta>'
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(gradient(3000, 2000)).save(
        tmp_path / "a.jpg", exif=exif, xmp=xmp, icc_profile=profile, comment=b"Secret comment"
    )
    for path in made(tmp_path / "a.jpg", *PICTURES).values():
        assert b"ecret" not in path.read_bytes()
        told = {tag for tag in exiftool(path) if not tag.startswith(HARMLESS)} - HARMLESS_TAGS
        assert told == set()


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_turned_video_has_an_upright_poster(film: Callable[..., Path], rotation: int) -> None:
    turns = {0: 0, 90: 3, 180: 2, 270: 1}  # turned back, as a camera held sideways records
    frames = [np.rot90(gradient(320, 240), turns[rotation]).copy()] * 6
    source = film("a.mp4", frames=frames, rotation=rotation)
    content = read_content(source)
    assert (content.width, content.height) == (320, 240)
    path = made(source, Rendition.PREVIEW)[Rendition.PREVIEW]
    assert size_of(path) == (320, 240)
    assert_upright(path)


def test_a_poster_is_not_the_black_that_films_begin_with(film: Callable[..., Path]) -> None:
    black = np.zeros((120, 160, 3), np.uint8)
    source = film("a.mp4", frames=[black] * 30 + [gradient(160, 120)] * 30)
    assert_upright(made(source, Rendition.PREVIEW)[Rendition.PREVIEW])


def test_a_film_that_is_all_black_still_has_a_poster(film: Callable[..., Path]) -> None:
    source = film("a.mp4", frames=[np.zeros((120, 160, 3), np.uint8)] * 30)
    assert pixels(made(source, Rendition.THUMBNAIL)[Rendition.THUMBNAIL]).max() < 30


def test_forms_that_do_not_exist_are_refused(
    picture: Callable[..., Path], film: Callable[..., Path], tmp_path: Path
) -> None:
    for source, kind, media_type, which in (
        (picture("a.jpg"), AssetKind.IMAGE, "image/jpeg", Rendition.CLEAN),
        (film("a.mp4"), AssetKind.VIDEO, "video/mp4", Rendition.LARGE),
        (picture("a.jpg"), AssetKind.IMAGE, "image/jpeg", Rendition.ORIGINAL),
    ):
        with pytest.raises(ContentUnreadable, match="cannot be made"):
            render(source, kind, media_type, {which: tmp_path / "out"})


def test_nothing_is_left_behind_when_a_picture_fails(
    picture: Callable[..., Path], tmp_path: Path
) -> None:
    source = picture("a.jpg", (800, 600))
    source.write_bytes(source.read_bytes()[:-3000])
    out = tmp_path / "out"
    with pytest.raises(ContentUnreadable):
        render(source, AssetKind.IMAGE, "image/jpeg", {Rendition.PREVIEW: out / "a.jpg"})
    assert not out.exists() or list(out.iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"exists|directory"):
        render(
            picture("b.jpg"),
            AssetKind.IMAGE,
            "image/jpeg",
            {Rendition.PREVIEW: tmp_path / "file" / "b.jpg"},
        )
