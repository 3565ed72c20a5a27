"""A folder of photos, and the library over it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from portal.fake_immich.keys import API_KEY
from portal.library.folder.library import FolderLibrary
from portal.library.folder.reading import Patience
from portal.library.immich.client import Server
from portal.library.immich.library import ImmichLibrary
from portal.library.interface import Library
from portal.library.renditions import RenditionStore
from portal.library.types import Album, Asset, AssetFilter
from tests.library.files import write_photo, write_video
from tests.library.remembered import remembered
from tests.memory_library import MemoryLibrary

if TYPE_CHECKING:  # the picture libraries come only with a test that needs them
    from portal.fake_immich.world import World

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


@pytest.fixture
def immich_library(photos: Path, tmp_path: Path, db: None) -> Iterator[ImmichLibrary]:
    with over_immich(photos, tmp_path, (2, 7, 5)) as library:
        yield library


@pytest.fixture
def immich_3_library(photos: Path, tmp_path: Path, db: None) -> Iterator[ImmichLibrary]:
    with over_immich(photos, tmp_path, (3, 2, 0)) as library:
        yield library


@pytest.fixture
def memory_library(photos: Path, tmp_path: Path) -> MemoryLibrary:
    """What tests elsewhere put in a library's place: it is held to the same contract."""
    return remembered(photos, RenditionStore(tmp_path / "renditions"))


@contextmanager
def over_immich(
    photos: Path, folder: Path, version: tuple[int, int, int]
) -> Iterator[ImmichLibrary]:
    """A library over a stand-in of Immich that has what lies in the folder now."""
    from portal.fake_immich.app import FakeImmich
    from portal.fake_immich.folder import world_of
    from portal.fake_immich.making import Plan
    from portal.fake_immich.running import ThreadedServer

    world = world_of(photos, Plan(version=version))
    upload(world)
    server = ThreadedServer(FakeImmich(world))
    server.start()
    home = Server.with_key(server.url, API_KEY)
    library = ImmichLibrary.at(home, folder / "fetched", folder / "locks", quota=2**30)
    yield library
    library.close()
    server.stop()


def upload(world: "World") -> None:
    """As Immich's apps do: one content is one asset, and a phone names its pairs."""
    first: dict[bytes, str] = {}
    for asset in list(world.assets.values()):
        kept = first.setdefault(asset.sha1, asset.id)
        if kept != asset.id:
            del world.assets[asset.id]
            for album in world.albums.values():
                if album.asset_ids.pop(asset.id, kept) is None:
                    album.asset_ids[kept] = None
    names = {asset.filename: asset for asset in world.assets.values()}
    if {"two.jpg", "two.mov"} <= set(names):
        still, moving = names["two.jpg"], names["two.mov"]
        still.live_video_id, moving.visibility = moving.id, "hidden"
        for album in world.albums.values():
            album.asset_ids.pop(moving.id, None)


@pytest.fixture(params=["folder", "immich", "immich_3", "memory"])
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
