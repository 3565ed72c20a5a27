"""Downloads of originals that lie on a stand-in for an Immich, with the engine and the rows real."""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.db import connections

from downloads import fetching
from downloads.models import Download
from downloads.services import request_download
from portal.library import get_library
from portal.library.interface import LibraryUnavailable
from portal.library.renditions import RenditionStore
from portal.library.types import Asset, RemoteFile
from sharing.access import Access, enter
from tests.downloads.conftest import VISITOR, browser, guest, make_link, server, work
from tests.downloads.files_library import FilesLibrary
from tests.immich import Immich, immich, start_immich

__all__ = ["browser", "guest", "immich", "make_link", "server", "start_immich", "work"]
OTHER = "w" * 32


@dataclass
class RemoteLibrary(FilesLibrary):
    """Photos whose originals lie on the stand-in; sizes and checksums are known as it tells them."""

    immich: Immich = field(kw_only=True)
    external: set[UUID] = field(default_factory=set)
    versions: dict[UUID, str] = field(default_factory=dict)
    api_key: str = ""

    def put(self, name: str, length: int = 50_000, live: int = 0) -> Asset:
        """Put a photo of about this many bytes there, and into the album."""
        asset_id = UUID(self.immich.control.add_asset(filename=name, least=length))
        content = self.truth(asset_id)
        asset = self.add(name, content)
        del self.held[asset.id], self.files[asset.id]
        moving = None
        if live:
            moving = self.put(f"{Path(name).stem}.MOV", live).id
            self.hidden.add(moving)
        made = replace_id(asset, asset_id, moving)
        self.place(made, self.album_id)
        return made

    def truth(self, asset_id: UUID) -> bytes:
        """What the stand-in really holds."""
        contents = self.immich.world.assets[str(asset_id)].contents
        return b"".join(bytes(piece) for piece in contents.pieces(0, contents.size))

    def originals(self, asset_ids: Sequence[UUID]) -> Mapping[UUID, RemoteFile]:  # type: ignore[override]
        return {one: self._remote(one) for one in asset_ids if one in self.held}

    def _remote(self, asset_id: UUID) -> RemoteFile:
        asset = self.held[asset_id]
        return RemoteFile(
            asset_id=asset_id,
            size=asset.size,
            media_type=asset.media_type,
            version=self.versions.get(asset_id, "1"),
            sha1=None if asset_id in self.external else asset.sha1,
            url=f"{self.immich.url}/api/assets/{asset_id}/original",
            headers={"x-api-key": self.api_key or self.immich.api_key},
            filename=asset.filename,
        )

    def reach(self) -> None:
        import httpx

        with suppress(httpx.HTTPError):
            answer = httpx.get(f"{self.immich.url}/api/server/ping", timeout=2, trust_env=False)
            if answer.status_code == 200:
                return
        raise LibraryUnavailable("The Immich is away.")


def replace_id(asset: Asset, asset_id: UUID, moving: UUID | None) -> Asset:
    from dataclasses import replace

    return replace(asset, id=asset_id, live_video_id=moving)


@pytest.fixture
def library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, immich: Immich
) -> Iterator[RemoteLibrary]:
    (tmp_path / "photos").mkdir()
    monkeypatch.setattr(settings, "RENDITIONS_DIR", tmp_path / "renditions")
    monkeypatch.setattr(settings, "SPOOL_DIR", tmp_path / "spool")
    monkeypatch.setattr(settings, "LOGGIA_DISK_RESERVE", 0)
    monkeypatch.setattr(fetching, "AGAIN_AFTER", (0.1, 0.1))
    remote = RemoteLibrary(
        RenditionStore(tmp_path / "renditions"), root=tmp_path / "photos", immich=immich
    )
    home = SimpleNamespace(FolderLibrary=SimpleNamespace(from_settings=lambda: remote))
    monkeypatch.setitem(sys.modules, "portal.library.folder.library", home)
    get_library.cache_clear()
    yield remote
    get_library.cache_clear()


@pytest.fixture
def access(make_link: Callable[..., Any], library: RemoteLibrary) -> Access:
    return enter(make_link(slug="summer"), {})


@pytest.fixture
def ask(access: Access) -> Callable[..., Download]:
    """Ask for a download of all, or of some, as a visitor."""

    def ask_for(*assets: Asset, visitor: str = VISITOR, **wanted: Any) -> Download:
        ids = [asset.id for asset in assets] or None
        return request_download(access, visitor, "192.0.2.1", ids, **wanted)

    return ask_for


@pytest.fixture
def working(work: Callable[[], int]) -> Iterator[Callable[[], None]]:
    """Let the workers work in the background: ``working()`` starts them."""
    ending = threading.Event()
    threads: list[threading.Thread] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            while not ending.is_set():
                work()
                time.sleep(0.02)
        except BaseException as exc:  # noqa: BLE001 - told to the test below
            failures.append(exc)
        finally:
            connections.close_all()

    def start() -> None:
        threads.append(threading.Thread(target=run))
        threads[-1].start()

    yield start
    ending.set()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    if failures:
        raise failures[0]


def until(is_so: Callable[[], object], within: float = 15) -> None:
    deadline = time.monotonic() + within
    while not is_so():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


def fetched(immich: Immich, asset: Asset | None = None) -> int:
    """How many requests for originals the stand-in has seen."""
    return len(immich.control.requests(f"{asset.id if asset else ''}/original$"))


def unpack(archive: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(archive)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def spool_files() -> list[Path]:
    root = Path(settings.SPOOL_DIR)
    return sorted(path for path in root.rglob("*") if path.is_file())
