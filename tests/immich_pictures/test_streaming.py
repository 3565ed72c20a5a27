"""Originals and videos reach a guest's browser through us, in slices, whole or not at all."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from portal.library.immich.client import Server as Upstream
from portal.library.immich.library import ImmichLibrary
from portal.library.types import Rendition
from portal.media.app import MediaApp
from portal.media.delivering import Delivering
from portal.media.memory import MemoryCache
from portal.media.shelf import Shelf
from portal.media.table import GrantTable
from portal.media.tickets import MediaSigner
from tests.immich import Immich
from tests.immich_pictures.conftest import mirror
from tests.media.conftest import MemoryGrants
from tests.media.server import Server

pytestmark = pytest.mark.django_db(transaction=True)
LONG = 300 * 2**20


class Door:
    """A web process in front of the stand-in, with one link to everything."""

    def __init__(self, immich: Immich, folder: Path) -> None:
        self.immich = immich
        self.library = ImmichLibrary.at(
            Upstream.with_key(immich.url, immich.api_key), folder / "renditions", folder / "locks",
            quota=2**30,
        )  # fmt: skip
        self.grants, self.link = MemoryGrants(), uuid4()
        self.grants.put(self.link)
        table = GrantTable(self.grants, self.grants.signed_in)
        shelf = Shelf(self.library.pictures.store, lambda: self.library, MemoryCache(2**20))
        self.server = Server(MediaApp(table, Delivering(shelf)), table)

    def add(self, filename: str, least: int = 0) -> str:
        asset_id = self.immich.control.add_asset(filename, least=least)
        self.mirror(asset_id)
        return asset_id

    def mirror(self, asset_id: str) -> None:
        """What the next look would do."""
        mirror(self.library.client, asset_id)

    def path(self, asset_id: str, rendition: Rendition = Rendition.ORIGINAL) -> str:
        return MediaSigner(self.link, 1).url(UUID(asset_id), rendition)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.ask("GET", path, **headers)

    def ask(self, method: str, path: str, **headers: str) -> httpx.Response:
        url = f"http://127.0.0.1:{self.server.port}{path}"
        return httpx.request(method, url, headers=headers, trust_env=False, timeout=20)

    def truth(self, asset_id: str) -> bytes:
        contents = self.immich.world.assets[asset_id].contents
        return b"".join(contents.pieces(0, contents.size))

    def running(self) -> int:
        return len(self.immich.server.app.traffic._running)

    def close(self) -> None:
        self.server.stop()
        self.library.close()


@pytest.fixture
def door(immich: Immich, tmp_path: Path) -> Iterator[Door]:
    door = Door(immich, tmp_path)
    yield door
    door.close()


@pytest.mark.parametrize("filename", ["One.jpg", "Two.mp4"])
@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("bytes=0-", 0, None), ("bytes=100-70000", 100, 70001), ("bytes=-99", -99, None)],
)
def test_a_range_is_that_part_of_the_original(
    door: Door, filename: str, asked: str, start: int, stop: int | None
) -> None:
    asset_id = door.add(filename, least=200_000)
    whole = door.truth(asset_id)
    got = door.get(door.path(asset_id), range=asked)
    assert (got.status_code, got.content) == (206, whole[start:stop])


def test_the_whole_comes_with_a_strong_tag_and_no_word_of_immich(door: Door) -> None:
    asset_id = door.add("One.jpg", least=200_000)
    got = door.get(door.path(asset_id))
    assert got.content == door.truth(asset_id)
    assert not got.headers["etag"].startswith("W/")
    told = str(got.headers).lower()
    assert not [word for word in ("immich", "express", door.immich.api_key) if word in told]


def test_beyond_the_end_is_said_by_ourselves(door: Door) -> None:
    path = door.path(door.add("One.jpg"))
    door.immich.control.clear_requests()
    assert door.get(path, range="bytes=99999999-").status_code == 416
    assert door.ask("HEAD", path).headers["content-length"]
    assert not door.immich.control.requests("original")


def test_an_original_whose_size_immich_does_not_tell_is_measured(door: Door) -> None:
    asset_id = door.add("One.jpg", least=200_000)
    door.immich.control.change_asset(asset_id, {"has_size": False})
    door.mirror(asset_id)
    assert door.get(door.path(asset_id)).content == door.truth(asset_id)


def test_a_video_plays_from_what_immich_made_for_playing(door: Door) -> None:
    asset_id = door.add("Old.mov")
    other = door.add("Other.mp4", least=150_000)
    door.immich.world.assets[asset_id].playback = door.immich.world.assets[other].contents
    got = door.get(door.path(asset_id, Rendition.PLAYBACK), range="bytes=1000-1999")
    assert (got.status_code, got.content) == (206, door.truth(other)[1000:2000])
    assert got.headers["content-type"] == "video/mp4"
    assert door.get(door.path(asset_id)).content == door.truth(asset_id)


def test_seeking_opens_and_closes_promptly(door: Door) -> None:
    asset_id = door.add("Long.mp4", least=LONG)
    path = door.path(asset_id, Rendition.PLAYBACK)
    for offset in (0, LONG // 2, LONG // 4):
        connection = door.server.connect()
        with connection:
            request = f"GET {path} HTTP/1.1\r\nHost: x\r\nRange: bytes={offset}-\r\n\r\n"
            connection.sendall(request.encode())
            assert connection.recv(100).startswith(b"HTTP/1.1 206")
        wait_until(lambda: door.running() == 0)
    assert sum(seen["sent"] for seen in door.immich.control.requests("playback")) < LONG // 2


@pytest.mark.parametrize("fault", ["close", "reset", "500", "401", "404", "html"])
def test_a_fault_over_there_is_never_a_file_that_looks_whole(door: Door, fault: str) -> None:
    asset_id = door.add("Two.mp4", least=3_000_000)
    path = door.path(asset_id)
    door.immich.control.fault(fault, path="original")
    assert outcome(door, path) in {"404", "503", "broken off"}
    assert door.get(path).content == door.truth(asset_id)


def test_slices_of_two_files_are_never_put_together(door: Door) -> None:
    """An external library's file may be replaced, and its checksum tells nothing."""
    asset_id = door.add("Two.mp4", least=1_000_000)
    path = door.path(asset_id)
    first = door.get(path, range="bytes=0-99")
    door.immich.control.replace_bytes(asset_id)
    tag = first.headers["etag"]
    assert door.get(path, range="bytes=100-", if_range=tag).status_code != 206
    door.mirror(asset_id)
    time.sleep(1.1)  # the place of an original is believed for a second
    assert door.get(path).content == door.truth(asset_id)


def test_what_was_trashed_is_not_there(door: Door) -> None:
    asset_id = door.add("One.jpg")
    door.immich.control.trash([asset_id])
    door.mirror(asset_id)
    assert door.get(door.path(asset_id)).status_code == 404


def test_an_immich_without_ranges_still_gives_the_beginning(door: Door) -> None:
    asset_id = door.add("Two.mp4", least=1_000_000)
    door.immich.control.fault("no-range", times=None)
    got = door.get(door.path(asset_id), range="bytes=500-999")
    assert got.content == door.truth(asset_id)[500:1000]


def outcome(door: Door, path: str) -> str:
    try:
        return str(door.get(path).status_code)
    except httpx.TransportError:
        return "broken off"


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 3
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)
