import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from downloads.models import Download, Size
from downloads.services import request_download
from portal.library import get_library
from portal.library.renditions import RenditionStore
from sharing.access import Access, enter
from sharing.links import LinkSettings, share_album
from sharing.models import SharedLink
from tests.downloads.files_library import FilesLibrary
from tests.downloads.server import Server

VISITOR = "v" * 32


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FilesLibrary]:
    """A library in memory stands where the folder library would."""
    (tmp_path / "photos").mkdir()
    monkeypatch.setattr(settings, "RENDITIONS_DIR", tmp_path / "renditions")
    stand_in = FilesLibrary(RenditionStore(tmp_path / "renditions"), root=tmp_path / "photos")
    home = SimpleNamespace(FolderLibrary=SimpleNamespace(from_settings=lambda: stand_in))
    monkeypatch.setitem(sys.modules, "portal.library.folder.library", home)
    get_library.cache_clear()
    yield stand_in
    get_library.cache_clear()


@pytest.fixture
def make_link(transactional_db: None, library: FilesLibrary) -> Callable[..., SharedLink]:
    def make(**wanted: Any) -> SharedLink:
        owner, _ = User.objects.get_or_create(username="olga")
        return share_album(owner, library.album_id, LinkSettings(**wanted))

    return make


@pytest.fixture
def link(make_link: Callable[..., SharedLink], library: FilesLibrary) -> SharedLink:
    """A link to an album of three photos."""
    for number in range(3):
        library.add(f"IMG_{number}.jpg", f"photo {number} ".encode() * 5000)
    return make_link(slug="summer")


@pytest.fixture
def access(link: SharedLink) -> Access:
    return enter(link, {})


@pytest.fixture
def work() -> Callable[[], int]:
    """Do what is queued, and what that queues, as the workers would; returns how many tasks."""

    def run(most: int = 100) -> int:
        done = 0
        while queued := list(OrmQ.objects.order_by("pk")):
            for row in queued:
                row.delete()
                task = SignedPackage.loads(row.payload)
                module, _, name = task["func"].rpartition(".")
                getattr(import_module(module), name)(*task["args"])
                done += 1
            assert done <= most
        return done

    return run


@pytest.fixture
def fetch_ready(access: Access, work: Callable[[], int]) -> Callable[..., Download]:
    """Ask for a download, let the workers do their part, and return it as it is then."""

    def fetch(of: Access | None = None, visitor: str = VISITOR, **wanted: Any) -> Download:
        download = request_download(of or access, visitor, "192.0.2.1", **wanted)
        work()
        download.refresh_from_db()
        return download

    return fetch


@pytest.fixture
def large() -> Size:
    return Size.LARGE


@pytest.fixture
def guest() -> Client:
    client = Client()
    client.cookies["loggia_visitor"] = VISITOR
    return client


@pytest.fixture
def server(transactional_db: None) -> Iterator[Server]:
    """A real ASGI server with the archives and event streams, on a port of its own."""
    running = Server()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def browser(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.address, cookies={"loggia_visitor": VISITOR}) as client:
        yield client
