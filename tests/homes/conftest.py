"""A portal over each home of photos in turn, set up by its settings, with an album “Summer” in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from portal.library import get_library
from portal.library.folder.library import FolderLibrary
from portal.library.immich.library import ImmichLibrary
from portal.library.interface import Library
from portal.library.types import Album
from sharing.links import LinkSettings, share_album
from sharing.models import SharedLink
from sharing.tasks import rescan
from tests.finishing.conftest import Send, send, send_and_check, staging
from tests.immich import Immich, start_immich
from tests.library.conftest import HASTE
from tests.library.files import write_photo

__all__ = ["Home", "Send", "send", "send_and_check", "staging", "start_immich"]


@dataclass(frozen=True)
class Home:
    """``pull_the_plug`` and ``plug_in`` take it away and bring it back."""

    library: Library
    pull_the_plug: Callable[[], object]
    plug_in: Callable[[], object]


@pytest.fixture(params=["folder", "2.7.5", "3.2.0"])
def home(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    transactional_db: None,
) -> Iterator[Home]:
    monkeypatch.setattr(settings, "LOGGIA_DATA", tmp_path)
    monkeypatch.setattr(settings, "RENDITIONS_DIR", tmp_path / "renditions")
    get_library.cache_clear()
    if request.param == "folder":
        yield over_a_folder(tmp_path, monkeypatch)
    else:
        start: Callable[..., Immich] = request.getfixturevalue("start_immich")
        immich = start(assets=3, videos=0, live_photos=0, has_oddities=False)
        immich.control.set_version(request.param)
        immich.control.rename_album(immich.control.albums()["Everything"], "Summer")
        library = over_immich(immich, monkeypatch)
        yield Home(library, immich.stop, immich.start)
        library.close()
    get_library.cache_clear()


def over_a_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    photos, incoming = folder / "photos", folder / "incoming"
    for number in range(3):
        write_photo(photos / f"Summer/{number}.jpg")
    monkeypatch.setattr(settings, "LOGGIA_PHOTOS", photos)
    monkeypatch.setattr(settings, "LOGGIA_INCOMING", incoming)
    library = get_library()
    assert isinstance(library, FolderLibrary)
    library.patience = HASTE
    rescan()
    # A file in the way of the folder: it can neither be made nor written to
    return Home(library, lambda: incoming.write_bytes(b""), incoming.unlink)


def over_immich(immich: Immich, monkeypatch: pytest.MonkeyPatch) -> ImmichLibrary:
    monkeypatch.setattr(settings, "LOGGIA_IMMICH_URL", immich.url)
    monkeypatch.setattr(settings, "LOGGIA_IMMICH_API_KEY", immich.api_key)
    library = get_library()
    assert isinstance(library, ImmichLibrary)
    rescan()
    return library


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_user("olga")


@pytest.fixture
def album(home: Home) -> Album:
    return next(album for album in home.library.albums() if album.name == "Summer")


@pytest.fixture
def link(owner: User, album: Album) -> SharedLink:
    wanted = LinkSettings(allow_upload=True, holds_uploads=False, slug="summer")
    return share_album(owner, album.id, wanted)
