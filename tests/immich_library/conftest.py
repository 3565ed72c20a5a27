"""A client of the stand-in."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from portal.library.immich.client import ImmichClient, Server
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
