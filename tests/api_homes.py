"""Running portals over each home of photos, with the same photos in them, for tests of the API."""

import hashlib
import socket
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.immich import start_immich_server
from tests.running import MANAGE, RunningLoggia, environment, wait_until

SUMMER = ["A b & ü.jpg", "IMG_1.jpg", "Late.png", "Noon.jpg", "Waves.mov"]  # as owners see it
GARDEN = ["Fence.jpg", "Rose.jpg", "Tulip.jpg"]
Start = Callable[..., RunningLoggia]


@dataclass(frozen=True)
class Home:
    """``api`` is the address of the API, ``api_2`` the same with durations as Immich 2 writes them.

    ``key`` is an owner's key for everything.
    """

    loggia: RunningLoggia
    photos: Path
    key: str
    http: httpx.Client
    api_2: str

    @classmethod
    @contextmanager
    def of(cls, loggia: RunningLoggia, photos: Path) -> Iterator["Home"]:
        key = loggia.manage("apikey", "create", "clients").split()[-1]
        headers = {"x-api-key": key}
        url = f"{loggia.url}/api"
        with (
            httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=60) as http,
            another_web_process(loggia, LOGGIA_API_DURATION="2") as url_2,
        ):
            yield cls(loggia, photos, key, http, f"{url_2}/api")

    @property
    def api(self) -> str:
        return f"{self.loggia.url}/api"

    def albums(self) -> dict[str, str]:
        """Ids by name."""
        return {each["albumName"]: each["id"] for each in self.http.get("/albums").json()}

    def assets(self, **wanted: Any) -> dict[str, dict[str, Any]]:
        """By name."""
        found = self.http.post("/search/metadata", json={"size": 1000} | wanted).json()
        return {each["originalFileName"]: each for each in found["assets"]["items"]}

    def album_assets(self, name: str) -> dict[str, dict[str, Any]]:
        return self.assets(albumIds=[self.albums()[name]])

    def link(self, album: str, **fields: Any) -> dict[str, Any]:
        """Make a link to an album."""
        wanted = {"type": "ALBUM", "albumId": self.albums()[album]} | fields
        answer = self.http.post("/shared-links", json=wanted)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made


@contextmanager
def another_web_process(loggia: RunningLoggia, **variables: str) -> Iterator[str]:
    """Serve the same portal at another address, with other settings of its API."""
    listener = socket.create_server(("127.0.0.1", 0))
    fd = listener.fileno()
    process = subprocess.Popen(
        [sys.executable, str(MANAGE), "web", "--fd", str(fd)],
        env=environment(loggia.data, **loggia.variables, **variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[fd],
    )
    host, port = listener.getsockname()
    listener.close()
    yield f"http://{host}:{port}"
    process.terminate()
    process.wait(15)


def make_photos(folder: Path) -> Path:
    """Two albums: pictures, a video, a live photo, and a name that programs stumble over."""
    from tests.library.files import write_photo, write_video  # brings the picture libraries

    summer, garden = folder / "Summer", folder / "Garden"
    for hour, name in enumerate(("A b & ü.jpg", "Noon.jpg", "Late.png")):
        write_photo(summer / name, taken=f"2024-07-01 1{hour}:00:00", size=(320, 240))
    content_id = str(uuid4()).upper()
    write_photo(summer / "IMG_1.jpg", taken="2024-07-02 10:00:00", content_id=content_id)
    write_video(summer / "IMG_1.mov", content_id=content_id)
    write_video(summer / "Waves.mov", seconds=2)
    for name in GARDEN:
        write_photo(garden / name, taken="2023-05-05 12:00:00")
    return folder


def wait_for_photos(home: Home) -> Home:
    wait_until(lambda: {*SUMMER, *GARDEN} <= home.assets().keys(), 60, home.loggia.log)
    return home


@pytest.fixture(scope="session")
def photos_of_homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_photos(tmp_path_factory.mktemp("photos"))


@contextmanager
def over_a_folder(start: Start, photos: Path) -> Iterator[Home]:
    with Home.of(start(photos=photos), photos) as home:
        yield wait_for_photos(home)


@contextmanager
def over_immich(start: Start, photos: Path) -> Iterator[Home]:
    immich = start_immich_server("--photos", str(photos))
    upstream = {"LOGGIA_IMMICH_URL": immich.url, "LOGGIA_IMMICH_API_KEY": immich.api_key}
    with Home.of(start(**upstream), photos) as home:
        yield wait_for_photos(home)
    immich.stop()


@pytest.fixture(scope="session")
def folder_home(photos_of_homes: Path, start_lasting_loggia: Start) -> Iterator[Home]:
    with over_a_folder(start_lasting_loggia, photos_of_homes) as home:
        yield home


@pytest.fixture(scope="session")
def immich_home(photos_of_homes: Path, start_lasting_loggia: Start) -> Iterator[Home]:
    with over_immich(start_lasting_loggia, photos_of_homes) as home:
        yield home


@pytest.fixture(params=["folder", "immich"])
def home(request: pytest.FixtureRequest) -> Home:
    """One portal over each home of photos, for all tests of a process."""
    found: Home = request.getfixturevalue(f"{request.param}_home")
    return found


def sha1(content: bytes) -> str:
    """As Immich tells it."""
    return b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()


def unique(word: str) -> str:
    """A name or a slug that no other test uses."""
    return f"{word}-{uuid4().hex[:10]}"
