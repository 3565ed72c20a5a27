"""Pictures of a stand-in for Immich, with the rows that a mirror of it would hold."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from portal.library.immich.client import ImmichClient, Server
from portal.library.immich.models import StoredAsset
from portal.library.immich.pictures import Pictures
from portal.library.immich.recording import WRITTEN, row_of
from portal.library.immich.schemas import read_asset
from portal.library.types import Rendition
from tests.immich import Immich


def mirror(client: ImmichClient, asset_id: str) -> StoredAsset:
    """Write down what a look at Immich would find of one asset."""
    told = row_of(read_asset(client.get(f"/assets/{asset_id}")))
    StoredAsset.objects.bulk_create(
        [told], update_conflicts=True, unique_fields=["id"], update_fields=WRITTEN
    )
    return told


@dataclass
class Gallery:
    """A stand-in and what is kept of it in ``folder``."""

    immich: Immich
    folder: Path
    quota: int = 2**30
    clients: list[ImmichClient] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pictures = self.another_process()

    def another_process(self) -> Pictures:
        """One that shares files and nothing in memory."""
        client = ImmichClient(Server.with_key(self.immich.url, self.immich.api_key))
        self.clients.append(client)
        renditions, locks = self.folder / "renditions", self.folder / "locks"
        return Pictures.of(client, renditions, locks, quota=self.quota, reserve=0, at_once=8)

    def row(self, filename: str) -> StoredAsset:
        """What the mirror has of one asset."""
        found = {each.filename: each for each in self.immich.world.assets.values()}[filename]
        told = mirror(self.clients[0], found.id)
        self.immich.control.clear_requests()
        return told

    def look(self, row: StoredAsset, rendition: Rendition = Rendition.THUMBNAIL) -> bytes:
        return self.pictures.get(row, rendition).path.read_bytes()

    def is_here(self, row: StoredAsset, rendition: Rendition = Rendition.THUMBNAIL) -> bool:
        return self.pictures.store.path(row.pk, rendition).exists()

    def asked(self, pattern: str = "") -> list[str]:
        return [f"{seen['path']}?{seen['query']}" for seen in self.immich.control.requests(pattern)]


@pytest.fixture
def open_gallery(
    start_immich: Callable[..., Immich], tmp_path: Path, db: None
) -> Iterator[Callable[..., Gallery]]:
    opened: list[Gallery] = []

    def open_one(quota: int = 2**30, **plan: Any) -> Gallery:
        opened.append(Gallery(start_immich(**plan), tmp_path, quota))
        return opened[-1]

    yield open_one
    for gallery in opened:
        for client in gallery.clients:
            client.close()


@pytest.fixture
def gallery(open_gallery: Callable[..., Gallery]) -> Gallery:
    return open_gallery()
