"""Files as they lie in staging when their last byte is there, and a library that may take them."""

import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from portal.library import get_library
from portal.library.interface import Library
from portal.library.renditions import RenditionStore
from portal.library.types import Album
from sharing.contributions import tasks
from sharing.contributions.contributors import contributor_of
from sharing.contributions.models import State, Upload
from sharing.links import LinkSettings, share_album
from sharing.models import SharedLink
from tests.memory_library import MemoryLibrary

Send = Callable[..., Upload]


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryLibrary]:
    """A library in memory stands where the folder library would."""
    made = MemoryLibrary(RenditionStore(tmp_path / "renditions"))
    stand_in: Library = made
    home = SimpleNamespace(FolderLibrary=SimpleNamespace(from_settings=lambda: stand_in))
    monkeypatch.setitem(sys.modules, "portal.library.folder.library", home)
    get_library.cache_clear()
    yield made
    get_library.cache_clear()


@pytest.fixture
def album(library: MemoryLibrary) -> Album:
    return library.add_album("2025/Summer", 3)


@pytest.fixture(autouse=True)
def staging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "staging"
    folder.mkdir()
    monkeypatch.setattr(settings, "STAGING_DIR", folder)
    return folder


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_user("olga", "olga@example.org")


@pytest.fixture
def link(owner: User, album: Album) -> SharedLink:
    """What is sent by it is held for review."""
    return share_album(owner, album.id, LinkSettings(allow_upload=True, slug="summer"))


@pytest.fixture
def straight_link(owner: User, album: Album) -> SharedLink:
    wanted = LinkSettings(allow_upload=True, holds_uploads=False, slug="straight")
    return share_album(owner, album.id, wanted)


@pytest.fixture
def send(link: SharedLink, staging: Path) -> Send:
    """Leave a file in staging as the intake does: ``send(path, visitor="Anna", link=…)``."""

    def stage(path: Path, visitor: str = "Anna", link: SharedLink = link, **facts: Any) -> Upload:
        values = {
            "state": State.ARRIVED,
            "arrived_at": timezone.now(),
            "filename": path.name,
            "size": path.stat().st_size,
        }
        upload = Upload.objects.create(
            owner=link.owner,
            link=link,
            link_name=str(link),
            album_id=link.album_id,
            portal_album=link.portal_album,
            contributor=contributor_of(link, visitor, visitor),
            **{**values, **facts},
        )
        upload.staged.write_bytes(path.read_bytes())
        return upload

    return stage


@pytest.fixture
def send_and_check(send: Send) -> Send:
    """The same, and have it looked into."""

    def stage(path: Path, *args: Any, **facts: Any) -> Upload:
        upload = send(path, *args, **facts)
        tasks.check()
        upload.refresh_from_db()
        return upload

    return stage


def back_by(upload: Upload, moment: datetime, *columns: str) -> None:
    """Let something have happened earlier."""
    Upload.objects.filter(pk=upload.pk).update(**dict.fromkeys(columns, moment))
    upload.refresh_from_db()


def staged_files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}
