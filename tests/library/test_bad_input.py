"""Whatever lies in a folder is shown, or listed with a reason, and never holds up the rest."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from downloads.models import Reason
from downloads.planning import trouble_with
from portal.library.content.engine import vips
from portal.library.folder.library import FolderLibrary
from portal.library.types import Asset, AssetFilter, Page, Rendition, StoredFile
from tests.content.raws import NEF, raw_file
from tests.library.files import write_photo, write_video

pytestmark = pytest.mark.django_db(transaction=True)
RED = (200, 40, 30)
PICTURES = (Rendition.THUMBNAIL, Rendition.THUMBNAIL_2X, Rendition.PREVIEW, Rendition.LARGE)


def plain(path: Path, size: tuple[int, int], mode: str = "RGB") -> None:
    Image.new("RGB", size, RED).convert(mode).save(path)


def moving(path: Path) -> None:
    frames = [Image.new("RGB", (60, 40), colour) for colour in (RED, "blue", "green")]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100, loop=0)


def deep(path: Path) -> None:
    pixels = np.full((40, 60, 3), [value * 257 for value in RED], np.uint16)
    image = vips().Image.new_from_array(pixels, interpretation="rgb16")
    image.write_to_file(str(path))


def lively(path: Path) -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    pixels = np.random.default_rng(7).integers(0, 256, (60, 90, 3), np.uint8)
    Image.fromarray(pixels).resize((600, 400)).save(path)


@pytest.fixture(autouse=True)
def as_in_daily_use(folder_library: FolderLibrary) -> None:
    folder_library.draws_ahead = True


ODD: dict[str, Callable[[Path], None]] = {
    "wide.jpg": lambda path: plain(path, (30_000, 400)),
    "tall.png": lambda path: plain(path, (300, 30_000)),
    "dot.jpg": lambda path: plain(path, (1, 1)),
    "dot.png": lambda path: plain(path, (1, 1)),
    "dot.gif": lambda path: plain(path, (1, 1)),
    "dot.webp": lambda path: plain(path, (1, 1)),
    "dot.tif": lambda path: plain(path, (1, 1)),
    "line.jpg": lambda path: plain(path, (1, 5000)),
    "moving.gif": moving,
    "moving.webp": moving,
    "print.jpg": lambda path: plain(path, (60, 40), "CMYK"),
    "deep.png": deep,
    "deep.tif": deep,
}


def only_asset(library: FolderLibrary) -> Asset:
    (asset,) = library.assets(AssetFilter())
    return asset


@pytest.mark.parametrize("name", ODD)
def test_odd_pictures_are_shown(folder_library: FolderLibrary, photos: Path, name: str) -> None:
    ODD[name](photos / name)
    assert folder_library.refresh().problems == 0
    assert folder_library.make_renditions(60) == 0

    asset = only_asset(folder_library)
    assert len(asset.thumbhash) > 4
    for rendition in PICTURES:
        with Image.open(folder_library.rendition(asset.id, rendition).path) as picture:
            assert getattr(picture, "n_frames", 1) == 1
            assert max(picture.size) <= 3000
            middle = picture.convert("RGB").getpixel((picture.width // 2, picture.height // 2))
        assert middle == pytest.approx(RED, abs=40 if name == "print.jpg" else 12)


WHOLE: dict[str, Callable[[Path], object]] = {
    "a.jpg": lambda path: write_photo(path, size=(600, 400)),
    "a.png": lambda path: write_photo(path, size=(600, 400)),
    "a.gif": lambda path: write_photo(path, size=(600, 400)),
    "a.webp": lambda path: write_photo(path, size=(600, 400)),
    "a.tif": lively,
    "a.heic": lively,
    "a.avif": lively,
    "a.mov": write_video,
    "a.nef": lambda path: path.write_bytes(raw_file(NEF, whole=(600, 400), preview=(300, 200))),
}


@pytest.mark.parametrize("name", WHOLE)
def test_damaged_files_are_shown_or_listed_and_hold_up_nothing(
    folder_library: FolderLibrary, photos: Path, name: str
) -> None:
    """Cut at several places, and with bits flipped at random ones."""
    made = photos.parent / name
    WHOLE[name](made)
    data, chance = made.read_bytes(), np.random.default_rng(list(name.encode()))
    for number in range(12):
        damaged = bytearray(data)
        for _bit in range(1 + number * 2):
            damaged[chance.integers(len(data))] ^= 1 << chance.integers(8)
        (photos / f"flipped {number}{made.suffix}").write_bytes(damaged)
        cut = data[: len(data) * number // 12]
        (photos / f"cut {number:02}{made.suffix}").write_bytes(cut)
    write_photo(photos / "sound.jpg")

    report = folder_library.refresh()

    assert (report.unread, report.growing) == (0, 0)
    assert folder_library.make_renditions(60) == 0
    shown = {asset.filename for asset in folder_library.assets(AssetFilter())}
    problems = folder_library.problems(Page(limit=100))
    assert "sound.jpg" in shown
    assert shown | {problem.path for problem in problems} == {
        path.name for path in photos.iterdir()
    }
    assert all(problem.reason.endswith(".") for problem in problems)
    assert not any(name.startswith("cut") for name in shown)
    again = folder_library.refresh()
    assert (again.added, again.removed, again.problems) == (0, 0, report.problems)


def test_a_file_that_a_decoder_trips_over_is_listed_and_the_rest_goes_on(
    folder_library: FolderLibrary, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pillow_heif

    def trip(*_arguments: object, **_options: object) -> None:
        raise AttributeError("a fault in a library that nobody foresaw")

    pillow_heif.register_heif_opener()
    Image.new("RGB", (60, 40), RED).save(photos / "early.heic")
    folder_library.refresh()
    Image.new("RGB", (60, 42), RED).save(photos / "late.heic")
    write_photo(photos / "sound.jpg")
    monkeypatch.setattr(pillow_heif, "open_heif", trip)

    assert folder_library.refresh().added == 1
    assert folder_library.make_renditions(60) == 0
    problems = folder_library.problems(Page())
    assert {Path(problem.path).name for problem in problems} == {"early.heic", "late.heic"}
    assert all("could not make sense" in problem.reason for problem in problems)
    shown = [asset.filename for asset in folder_library.assets(AssetFilter())]
    assert sorted(shown) == ["early.heic", "sound.jpg"]


def test_a_library_without_any_photo_is_whole(folder_library: FolderLibrary, photos: Path) -> None:
    (photos / "empty/folders").mkdir(parents=True)
    report = folder_library.refresh()
    assert (report.added, report.problems, report.unread) == (0, 0, 0)
    assert folder_library.albums() == []
    assert folder_library.totals(AssetFilter()).count == 0
    assert folder_library.make_renditions(1) == 0
    assert folder_library.status().trouble == ""


def test_a_file_dated_beyond_what_the_index_holds_is_a_photo_like_others(
    folder_library: FolderLibrary, photos: Path
) -> None:
    file = write_photo(photos / "from-afar.jpg")
    os.utime(file, (10_413_792_000, 10_413_792_000))  # in the year 2300
    if file.stat().st_mtime < 10_413_792_000:
        pytest.skip("this disk dates no file so late")
    assert folder_library.refresh().added == 1
    assert folder_library.refresh().unchanged == 1
    (asset,) = folder_library.assets(AssetFilter())
    folder_library.rendition(asset.id, Rendition.PREVIEW)
    stored = folder_library.original(asset.id)
    assert isinstance(stored, StoredFile)
    assert trouble_with(stored) is Reason.NONE
