"""Clients of Immich at work on running portals."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.api_homes import Home
from tests.library.files import write_photo
from tests.real_clients.clients import IMMICHPY, Calls, immichpy, sdk


@pytest.fixture(scope="session")
def started() -> Iterator[dict[tuple[str, str, str], Calls]]:
    """Clients by kind, address and key: starting one takes longer than most tests."""
    clients: dict[tuple[str, str, str], Calls] = {}
    yield clients
    for each in clients.values():
        each.end()


Make = Callable[..., Calls]


@pytest.fixture
def get_client(started: dict[tuple[str, str, str], Calls]) -> Make:
    def get(kind: str, url: str, api_key: str = "") -> Calls:
        if (kind, url, api_key) not in started:
            make = sdk(url, api_key) if kind == "sdk" else immichpy(kind, url, api_key)
            started[kind, url, api_key] = make
        return started[kind, url, api_key]

    return get


@pytest.fixture(params=IMMICHPY)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def address(home: Home, version: str) -> str:
    """Version 4 was made for Immich 2, and reads durations as that writes them."""
    return home.api_2 if version.startswith("4.") else home.api


@pytest.fixture
def py(version: str, home: Home, get_client: Make) -> Calls:
    """immichpy with the owner's key."""
    return get_client(version, address(home, version), home.key)


@pytest.fixture
def guest(version: str, home: Home, get_client: Make) -> Calls:
    """immichpy without a key, for links."""
    return get_client(version, address(home, version))


@pytest.fixture
def js(home: Home, get_client: Make) -> Calls:
    """@immich/sdk with the owner's key."""
    return get_client("sdk", home.api, home.key)


@pytest.fixture
def js_guest(home: Home, get_client: Make) -> Calls:
    """@immich/sdk without a key, for links."""
    return get_client("sdk", home.api)


@pytest.fixture
def camera(tmp_path: Path) -> Path:
    """Three new photos, like no others."""
    for number in range(3):
        write_photo(tmp_path / "camera" / f"Küche {number} {uuid4().hex[:6]}.jpg", size=(60, 40))
    return tmp_path / "camera"
