import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.test import Client

from portal.library import get_library
from portal.library.interface import Library
from portal.library.types import Album
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
