"""A folder of photos, and the library over it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from portal.library.folder.library import FolderLibrary
from portal.library.folder.reading import Patience
from portal.library.interface import Library
from portal.library.types import Album, Asset, AssetFilter
from tests.library.files import write_photo, write_video

HASTE = Patience(between_looks=0.01, at_most=0.3)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


@pytest.fixture
def incoming(tmp_path: Path) -> Path:
    return tmp_path / "incoming"


@pytest.fixture
def folder_library(
    photos: Path, incoming: Path, tmp_path: Path, transactional_db: None
) -> FolderLibrary:
    library = FolderLibrary.over([photos, incoming], tmp_path / "renditions", quota=2**30)
    library.patience = HASTE
    library.draws_ahead = False  # so that tests see pictures being made; some turn it on
    return library


@pytest.fixture(params=["folder"])
def library(request: pytest.FixtureRequest, transactional_db: None) -> Library:
    """Each home of photos in turn, with the albums that ``fill`` describes already in it.

    ``Summer`` has three photos (the second a live photo) and a video of ten seconds, ``Winter``
    one photo of its own and a copy of Summer's first.
    """
    folder: Path = request.getfixturevalue("photos")
    fill(folder)
    home: Library = request.getfixturevalue(f"{request.param}_library")
    home.refresh()
    return home


def fill(folder: Path) -> None:
    first = write_photo(folder / "Summer/one.jpg", taken="2024-07-01 10:00:00")
    write_photo(folder / "Summer/two.jpg", taken="2024-07-02 10:00:00")
    write_video(folder / "Summer/two.mov", seconds=2)
    write_photo(folder / "Summer/three.png", taken="2024-07-03 10:00:00", size=(32, 48))
    write_video(folder / "Summer/four.mov", seconds=10)
    write_photo(folder / "Winter/snow.jpg", taken="1965-01-31 08:00:00")
    (folder / "Winter/copy.jpg").write_bytes(first.read_bytes())


@pytest.fixture
def album_named() -> Callable[[Library, str], Album]:
    def find(library: Library, name: str) -> Album:
        return next(album for album in library.albums() if album.name == name)

    return find


@pytest.fixture
def names_in() -> Callable[[Library, str], list[str]]:
    """The file names that an album shows, in order."""

    def names(library: Library, name: str) -> list[str]:
        album = next(album for album in library.albums() if album.name == name)
        return [asset.filename for asset in library.assets(AssetFilter(album_id=album.id))]

    return names


@pytest.fixture
def asset_named() -> Callable[[Library, str], Asset]:
    def find(library: Library, filename: str) -> Asset:
        return next(a for a in library.assets(AssetFilter()) if a.filename == filename)

    return find
