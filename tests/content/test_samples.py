"""Real cameras' files, compared with what exiftool says of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps

from portal.library.content.reading import SUFFIXES, read_content
from portal.library.content.rendering import render
from portal.library.types import Rendition


def said(told: dict[str, Any], *names: str) -> Any:
    tags = {
        tag.partition(":")[2]: value
        for tag, value in reversed(told.items())
        if "IFD" in tag or "GPS" in tag or "XMP" in tag
    }
    return next((tags[name] for name in names if tags.get(name)), None)


def test_exiftool_says_the_same(samples: Path, exiftool: Callable[[Path], dict[str, Any]]) -> None:
    files = [path for path in sorted(samples.rglob("*")) if path.suffix in SUFFIXES]
    assert len(files) > 15
    for path in files:
        told, content = exiftool(path), read_content(path)
        exif = content.exif
        assert exif.make == str(said(told, "Make") or "").strip(), path
        assert exif.model == str(said(told, "Model") or "").strip(), path
        for ours, name in (
            (exif.exposure_time, "ExposureTime"),
            (exif.f_number, "FNumber"),
            (exif.iso, "ISO"),
            (exif.focal_length, "FocalLength"),
        ):
            assert ours == pytest.approx(said(told, name)), (path, name)
        for ours, name in ((exif.latitude, "GPSLatitude"), (exif.longitude, "GPSLongitude")):
            place = told.get(f"Composite:{name}")
            assert ours == (pytest.approx(place, abs=1e-6) if place else None), (path, name)
        if taken := said(told, "DateTimeOriginal"):
            assert content.taken_at.strftime("%Y:%m:%d %H:%M:%S") == taken, path
        assert (content.width, content.height) == upright(path), path


def upright(path: Path) -> tuple[int, int]:
    """What Pillow, which stands on other decoders, makes of it."""
    import pillow_heif

    pillow_heif.register_heif_opener()
    with Image.open(path) as image:
        return ImageOps.exif_transpose(image).size


def test_every_sample_is_rendered(samples: Path, tmp_path: Path) -> None:
    for path in sorted(samples.rglob("*")):
        if path.suffix not in SUFFIXES:
            continue
        content = read_content(path)
        targets = {
            which: tmp_path / f"{path.name}.{which}"
            for which in (Rendition.THUMBNAIL, Rendition.THUMBNAIL_2X, Rendition.PREVIEW)
        }
        render(path, content.kind, content.media_type, targets)
        assert all(target.stat().st_size > 200 for target in targets.values())
