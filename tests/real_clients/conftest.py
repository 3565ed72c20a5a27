"""One portal over each home of photos, with the same photos in it, for all tests of clients."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.immich import start_immich_server
from tests.library.files import write_photo
from tests.real_clients.clients import IMMICHPY, Calls, immichpy, sdk
from tests.real_clients.homes import Home, make_photos, wait_for_photos
from tests.running import RunningLoggia

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_photos(tmp_path_factory.mktemp("photos"))


@pytest.fixture(scope="session")
def folder_home(photos: Path, start_lasting_loggia: Callable[..., RunningLoggia]) -> Iterator[Home]:
    with Home.of(start_lasting_loggia(photos=photos), photos) as home:
        yield wait_for_photos(home)


@pytest.fixture(scope="session")
def immich_home(photos: Path, start_lasting_loggia: Callable[..., RunningLoggia]) -> Iterator[Home]:
    immich = start_immich_server("--photos", str(photos))
    upstream = {"LOGGIA_IMMICH_URL": immich.url, "LOGGIA_IMMICH_API_KEY": immich.api_key}
    with Home.of(start_lasting_loggia(**upstream), photos) as home:
        yield wait_for_photos(home)
    immich.stop()


@pytest.fixture(params=["folder", "immich"])
def home(request: pytest.FixtureRequest) -> Home:
    found: Home = request.getfixturevalue(f"{request.param}_home")
    return found


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
