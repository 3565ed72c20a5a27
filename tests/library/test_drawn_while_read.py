"""A JPEG is decoded once: what a look has read of it gives its pictures too."""

import errno
import os
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from portal.library.folder.ahead import AHEAD
from portal.library.folder.library import FolderLibrary
from portal.library.types import AssetFilter, Rendition
from tests.library.files import write_photo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def drawing(folder_library: FolderLibrary) -> FolderLibrary:
    folder_library.draws_ahead = True
    return folder_library


def test_photos_are_ready_as_soon_as_they_are_listed(drawing: FolderLibrary, photos: Path) -> None:
    write_photo(photos / "A/one.jpg", size=(3000, 2000))
    write_photo(photos / "A/two.png")
    drawing.refresh()
    assert drawing.status().renditions_waiting == 1, "only what is no JPEG waits"
    one, two = sorted(drawing.assets(AssetFilter()), key=lambda asset: asset.filename)
    assert all(drawing.store.path(one.id, which).stat().st_size for which in AHEAD)
    assert not drawing.store.path(two.id, Rendition.PREVIEW).exists()
    assert drawing.make_renditions(60) == 0
    assert drawing.store.path(two.id, Rendition.PREVIEW).exists()


def test_they_are_the_pictures_that_would_be_made_later(
    drawing: FolderLibrary, photos: Path
) -> None:
    write_photo(photos / "A/one.jpg", size=(3000, 2000))
    drawing.refresh()
    (asset,) = drawing.assets(AssetFilter())
    for which, size in zip(AHEAD, ((375, 250), (750, 500), (1440, 960)), strict=True):
        path = drawing.store.path(asset.id, which)
        before = path.read_bytes()
        assert Image.open(BytesIO(before)).size == size
        path.unlink()
        after = drawing.rendition(asset.id, which).path.read_bytes()
        pixels = [np.asarray(Image.open(BytesIO(data)), int) for data in (before, after)]
        assert np.abs(pixels[0] - pixels[1]).mean() < 2


def test_a_full_disk_does_not_hold_up_the_look(
    drawing: FolderLibrary, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_photo(photos / "A/one.jpg")

    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        assert drawing.refresh().added == 1
    assert drawing.status().renditions_waiting == 1
    assert drawing.make_renditions(60) == 0
    assert drawing.status().renditions_waiting == 0


def test_what_a_power_cut_left_empty_is_made_again(drawing: FolderLibrary, photos: Path) -> None:
    write_photo(photos / "A/one.jpg")
    drawing.refresh()
    (asset,) = drawing.assets(AssetFilter())
    path = drawing.store.path(asset.id, Rendition.PREVIEW)
    path.write_bytes(b"")
    with Image.open(drawing.rendition(asset.id, Rendition.PREVIEW).path) as picture:
        assert picture.size == (48, 32)
