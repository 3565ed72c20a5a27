import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from portal.library import get_library
from portal.library.types import Album, Asset, AssetKind, Exif
from sharing.links import LinkSettings, share_album, share_assets
from sharing.models import SharedLink
from sharing.showing.grid import grid_of
from tests.memory_library import MemoryLibrary

EXIF = Exif(
    make="Canon",
    model="Canon EOS R6",
    lens="RF24-105mm F4 L IS USM",
    exposure_time=1 / 250,
    f_number=5.6,
    iso=200,
    focal_length=48.0,
    latitude=47.376912,
    longitude=-8.541734,
    description="Evening at the lake",
)


@dataclass
class GuestLibrary(MemoryLibrary):
    """Photos as a camera leaves them, the moving halves of live photos included."""

    def add(self, album: Album, **changes: object) -> Asset:
        number = len(self.members[album.id])
        asset = Asset(
            id=uuid4(),
            kind=AssetKind.IMAGE,
            filename=f"DSC_20250712_{number:03}.HEIC",
            media_type="image/heic",
            size=3_400_000,
            width=4000,
            height=3000,
            taken_at=datetime(2025, 7, 12, 14, 3) + timedelta(minutes=number),  # noqa: DTZ001
            utc_offset=timedelta(hours=2),
            sha1=b"\x11" * 20,
            thumbhash=bytes.fromhex("1708"),
            exif=EXIF,
        )
        asset = replace(asset, **changes)  # type: ignore[arg-type]
        self.place(asset, album.id)
        return asset

    def empty_album(self, name: str) -> Album:
        return self.album(self.add_empty_album(name))


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[GuestLibrary]:
    stand_in = GuestLibrary()
    home = SimpleNamespace(FolderLibrary=SimpleNamespace(from_settings=lambda: stand_in))
    monkeypatch.setitem(sys.modules, "portal.library.folder.library", home)
    get_library.cache_clear()
    grid_of.cache_clear()
    yield stand_in
    get_library.cache_clear()
    grid_of.cache_clear()


@pytest.fixture
def album(library: GuestLibrary) -> Album:
    return library.empty_album("Private/2025/Summer")


@pytest.fixture
def photo(library: GuestLibrary, album: Album) -> Asset:
    return library.add(album)


@pytest.fixture
def video(library: GuestLibrary, album: Album) -> Asset:
    return library.add(
        album,
        kind=AssetKind.VIDEO,
        filename="MVI_20250712.MOV",
        media_type="video/quicktime",
        duration=timedelta(seconds=75),
        exif=replace(EXIF, description=""),
    )


@pytest.fixture
def live_photo(library: GuestLibrary, album: Album) -> Asset:
    return library.add(album, live_video_id=uuid4(), exif=replace(EXIF, description=""))


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user("olga", email="olga@example.org")


@pytest.fixture
def share(owner: User, album: Album) -> Callable[..., SharedLink]:
    """Make a link to the album: ``share(allow_download=False)``."""

    def make(**settings: object) -> SharedLink:
        return share_album(owner, album.id, LinkSettings(**settings))  # type: ignore[arg-type]

    return make


@pytest.fixture
def share_chosen(owner: User) -> Callable[..., SharedLink]:
    def make(*assets: Asset, **settings: object) -> SharedLink:
        wanted = LinkSettings(**settings)  # type: ignore[arg-type]
        return share_assets(owner, [asset.id for asset in assets], wanted)

    return make


@pytest.fixture
def guest() -> Client:
    return Client()
