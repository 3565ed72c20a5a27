"""The album of the first start."""

from datetime import date
from pathlib import Path

import pytest

from portal.library.content.reading import SUFFIXES, Content, read_content
from portal.library.content.sample import MARKER, make_sample
from portal.library.types import AssetKind


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos") / "Sample"
    make_sample(folder)
    return folder


@pytest.fixture(scope="module")
def contents(album: Path) -> dict[str, Content]:
    return {path.name: read_content(path) for path in album.iterdir() if path.suffix in SUFFIXES}


def test_it_is_a_small_journey(contents: dict[str, Content]) -> None:
    stills = [content for content in contents.values() if content.kind is AssetKind.IMAGE]
    assert len(stills) >= 11
    assert {content.taken_at.date() for content in stills} == {
        date(2025, 6, day) for day in (20, 21, 22)
    }
    shapes = {round(content.width / content.height, 1) for content in stills}
    assert len(shapes) >= 6
    for content in stills:
        assert content.utc_offset is not None
        exif = content.exif
        assert all((exif.make, exif.model, exif.lens, exif.description, exif.iso, exif.f_number))
        assert exif.latitude
        assert exif.longitude


def test_one_photo_is_alive(contents: dict[str, Content]) -> None:
    still, moving = contents["Dawn over the lake.jpg"], contents["Dawn over the lake.mov"]
    assert still.content_id == moving.content_id != ""
    assert still.taken_at == moving.taken_at
    film = contents["Sunset.mp4"]
    assert film.content_id == ""
    assert film.duration is not None
    assert 2 < film.duration.total_seconds() < 10


def test_it_is_marked_as_a_sample_and_nothing_is_left_beside_it(album: Path) -> None:
    assert (album / MARKER).is_file()
    assert list(album.parent.iterdir()) == [album]


def test_it_is_the_same_each_time(album: Path, tmp_path: Path) -> None:
    make_sample(tmp_path / "again")
    for path in album.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "photo.jpg").touch()
    with pytest.raises(OSError, match="not empty"):
        make_sample(tmp_path / "mine")
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "photo.jpg"]
