from collections.abc import Iterator

import httpx
import pytest

from portal.fake_immich.app import FakeImmich
from portal.fake_immich.making import Plan, make
from portal.fake_immich.running import ThreadedServer
from tests.immich import Immich


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadedServer]:
    with ThreadedServer(FakeImmich(make(Plan()))) as running:
        yield running


@pytest.fixture
def immich(server: ThreadedServer) -> Immich:
    """One server for a whole module, with a fresh world for each test."""
    server.app.load(make(Plan()))
    return Immich(server)


@pytest.fixture
def client(immich: Immich) -> Iterator[httpx.Client]:
    """With the owner's key."""
    headers = {"x-api-key": immich.api_key, "accept-encoding": "identity"}
    with httpx.Client(base_url=immich.url, headers=headers, timeout=10) as client:
        yield client


@pytest.fixture
def picture(immich: Immich) -> str:
    """The id of an ordinary picture."""
    found: str = next(
        each["id"] for each in immich.control.truth() if each["filename"] == "IMG_0007.jpg"
    )
    return found
