"""A client of the stand-in."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from portal.library.immich.client import ImmichClient, Server
from portal.library.immich.library import ImmichLibrary
from tests.immich import Immich

HASTE = httpx.Timeout(2.0, connect=2.0)


@pytest.fixture
def client_at() -> Iterator[Callable[[str, str], ImmichClient]]:
    made: list[ImmichClient] = []

    def make(url: str, key: str) -> ImmichClient:
        made.append(ImmichClient(Server.with_key(url, key), timeout=HASTE))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def client_of(client_at: Callable[[str, str], ImmichClient]) -> Callable[..., ImmichClient]:
    def make(immich: Immich, key: str = "") -> ImmichClient:
        return client_at(immich.url, key or immich.api_key)

    return make


@pytest.fixture
def client(immich: Immich, client_of: Callable[..., ImmichClient]) -> ImmichClient:
    return client_of(immich)


@pytest.fixture
def mirror_of(tmp_path: Path, transactional_db: None) -> Iterator[Callable[..., ImmichLibrary]]:
    """A library over a stand-in, which has not looked at it yet."""
    made: list[ImmichLibrary] = []

    def make(immich: Immich, key: str = "") -> ImmichLibrary:
        server = Server.with_key(immich.url, key or immich.api_key)
        library = ImmichLibrary.at(server, tmp_path / "fetched", tmp_path / "locks", quota=2**30)
        made.append(library)
        return library

    yield make
    for each in made:
        each.close()


@pytest.fixture
def mirror(immich: Immich, mirror_of: Callable[..., ImmichLibrary]) -> ImmichLibrary:
    """A library that has looked at its stand-in once."""
    library = mirror_of(immich)
    library.refresh()
    return library
