"""A byte path over real files, with links and a library that live in memory."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from portal.library.interface import LibraryError, NotInLibrary
from portal.library.renditions import MEDIA_TYPES, RenditionStore
from portal.library.types import RemoteFile, Rendition, StoredFile
from portal.media.app import MediaApp
from portal.media.delivering import Delivering
from portal.media.grants import Grant
from portal.media.memory import MemoryCache
from portal.media.remote import Read
from portal.media.shelf import Shelf
from portal.media.table import GrantTable
from portal.media.tickets import MediaSigner
from tests.media.server import Server


class MemoryGrants:
    """The ``Grants`` port over a dict; counts what it is asked."""

    def __init__(self) -> None:
        self.links: dict[UUID, Grant] = {}
        self.look_ups = 0
        self.trouble: Exception | None = None
        self.sessions: set[str] = set()
        self.session_questions = 0

    def find(self, scope: UUID) -> Grant | None:
        self.look_ups += 1
        if self.trouble:
            raise self.trouble
        return self.links.get(scope)

    def revised_since(self, moment: datetime) -> list[Grant]:
        if self.trouble:
            raise self.trouble
        return list(self.links.values())

    def signed_in(self, cookies: Collection[str]) -> Collection[str]:
        self.session_questions += 1
        if self.trouble:
            raise self.trouble
        return self.sessions.intersection(cookies)

    def put(self, scope: UUID, epoch: int = 1, **facts: Any) -> None:
        grant: dict[str, Any] = {"is_open": True, "expires_at": None, **facts}
        self.links[scope] = Grant(scope, epoch, **grant)


async def nothing(remote: RemoteFile, offset: int, length: int) -> AsyncGenerator[bytes, None]:
    raise NotInLibrary("There is no other server.")
    yield b""


@dataclass
class FileLibrary:
    """The part of the ``Library`` protocol that the byte path uses, over files in a folder."""

    store: RenditionStore
    files: dict[UUID, StoredFile] = field(default_factory=dict)
    contents: dict[UUID, bytes] = field(default_factory=dict)
    trouble: LibraryError | None = None
    made: int = 0
    remote: dict[UUID, RemoteFile] = field(default_factory=dict)
    read: Read = nothing

    def original(self, asset_id: UUID) -> StoredFile:
        if asset_id not in self.files:
            raise NotInLibrary("There is no such photo.")
        return self.files[asset_id]

    def stream(self, asset_id: UUID, rendition: Rendition) -> StoredFile | RemoteFile:
        return self.remote.get(asset_id) or self.original(asset_id)

    def rendition(self, asset_id: UUID, rendition: Rendition) -> StoredFile:
        self.made += 1
        if self.trouble:
            raise self.trouble
        if asset_id not in self.contents:
            raise NotInLibrary("There is no such photo.")
        path = self.store.path(asset_id, rendition)
        return stored(path, self.contents[asset_id], MEDIA_TYPES[rendition])


def stored(path: Path, content: bytes, media_type: str) -> StoredFile:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    status = path.stat()
    return StoredFile(path, status.st_size, status.st_mtime_ns, media_type)


@dataclass
class Site:
    """The whole byte path, one open link, and ways to ask it."""

    folder: Path
    grants: MemoryGrants
    library: FileLibrary
    memory: MemoryCache
    table: GrantTable
    app: MediaApp
    link: UUID

    def signer(self, epoch: int = 1, binding: str = "") -> MediaSigner:
        return MediaSigner(self.link, epoch, binding)

    def picture(
        self, content: bytes = b"a picture", rendition: Rendition = Rendition.THUMBNAIL
    ) -> str:
        """The URL of a rendition that is there already."""
        asset_id = uuid4()
        stored(self.library.store.path(asset_id, rendition), content, "")
        return self.signer().url(asset_id, rendition)

    def original(
        self, content: bytes, media_type: str = "image/jpeg", filename: str = ""
    ) -> tuple[str, Path]:
        """The URL of an original, and its file."""
        asset_id = uuid4()
        file = stored(self.folder / f"{asset_id}.jpg", content, media_type)
        self.library.files[asset_id] = file
        return self.signer().url(asset_id, Rendition.ORIGINAL, filename), file.path

    def get(self, url: str, **headers: str) -> httpx.Response:
        return self.ask("GET", url, **headers)

    def ask(self, method: str, url: str, **headers: str) -> httpx.Response:
        return self.ask_at_once([url], method, **headers)[0]

    def ask_at_once(
        self, urls: list[str], method: str = "GET", **headers: str
    ) -> list[httpx.Response]:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}

        async def all_of_them() -> list[httpx.Response]:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                asked = [client.request(method, url, headers=sent) for url in urls]
                return await asyncio.gather(*asked)

        return asyncio.run(all_of_them())


@pytest.fixture
def site(tmp_path: Path) -> Site:
    grants = MemoryGrants()
    link = uuid4()
    grants.put(link)
    store = RenditionStore(tmp_path / "renditions")
    library = FileLibrary(store)
    memory = MemoryCache(2**20)
    table = GrantTable(grants, grants.signed_in)
    shelf = Shelf(store, lambda: library, memory)  # type: ignore[arg-type,return-value]
    return Site(tmp_path, grants, library, memory, table, MediaApp(table, Delivering(shelf)), link)


@pytest.fixture
def serve(site: Site) -> Iterator[Callable[[], Server]]:
    """Serve the site on a real socket, as a web process does."""
    running: list[Server] = []

    def start() -> Server:
        running.append(Server(site.app, site.table))
        return running[-1]

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def open_files() -> Callable[[str], int]:
    """Counts this process's open files below a folder."""

    def count(folder: str) -> int:
        links = Path("/proc/self/fd")
        if not links.is_dir():
            pytest.skip("this system does not list open files in /proc")
        names = []
        for link in links.iterdir():
            with suppress(FileNotFoundError):  # closed since it was listed
                names.append(str(link.readlink()))
        return sum(name.startswith(folder) for name in names)

    return count
