import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from PIL import Image
from pytest_django.fixtures import Settings

from portal.library import get_library
from portal.library.interface import Library
from portal.library.types import Album
from sharing.contributions.models import Contributor, State, Upload
from sharing.links import LinkSettings, share_album
from sharing.models import SharedLink
from tests.memory_library import MemoryLibrary


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryLibrary]:
    """A library in memory stands where the folder library would."""
    stand_in: Library = MemoryLibrary()
    home = SimpleNamespace(FolderLibrary=SimpleNamespace(from_settings=lambda: stand_in))
    monkeypatch.setitem(sys.modules, "portal.library.folder.library", home)
    get_library.cache_clear()
    assert isinstance(stand_in, MemoryLibrary)
    yield stand_in
    get_library.cache_clear()


@pytest.fixture
def album(library: MemoryLibrary) -> Album:
    return library.add_album("2025/Summer", 7)


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user("olga", password="owner's secret")


@pytest.fixture
def link(owner: User, album: Album) -> SharedLink:
    return share_album(owner, album.id, LinkSettings())


@pytest.fixture
def owner_client(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def other_client(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("otto"))
    return client


@pytest.fixture
def staging(tmp_path: Path, settings: Settings) -> Path:
    """An empty folder for what guests send."""
    folder = tmp_path / "staging"
    folder.mkdir()
    settings.STAGING_DIR = folder
    return folder


@pytest.fixture
def send(staging: Path) -> Callable[..., Upload]:
    """Have a guest send a file by a link: ``send(link, "Anna", state=State.HELD, size=9)``."""
    numbers = iter(range(1, 1_000_000))

    def send_one(link: SharedLink, sender: str = "Anna", **facts: Any) -> Upload:
        number = next(numbers)
        contributor, _is_new = Contributor.objects.get_or_create(
            link=link, visitor=sender, defaults={"name": sender}
        )
        known: dict[str, Any] = {
            "filename": f"DSC_{number:04}.jpg",
            "link_name": str(link),
            "size": 1000 + number,
            "state": State.HELD,
            "sha1": number.to_bytes(20, "big"),
            "kind": "IMAGE",
            "width": 400,
            "height": 300,
        }
        upload = Upload.objects.create(
            owner=link.owner,
            link=link,
            album_id=link.album_id,
            contributor=contributor,
            **known | facts,
        )
        upload.staged.write_bytes(b"x" * 10)
        Image.new("RGB", (40, 30), "teal").save(upload.look, "WEBP")
        return upload

    return send_one
