"""Portals to break: photos that take a while to work on, and guests who are there meanwhile."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path
from threading import Event, Thread
from zipfile import ZipFile

import httpx
import pytest
from PIL import Image

from tests.running import RunningLoggia, wait_until
from tests.visiting import Guest

COUNT = 32  # photos in each album

Paint = Callable[..., Path]


@pytest.fixture(scope="session")
def paint(tmp_path_factory: pytest.TempPathFactory) -> Paint:
    """Make a folder of albums: ``paint(40, (3000, 2000), "Summer")``; no two files are the same."""

    def make(count: int, size: tuple[int, int], *albums: str) -> Path:
        root = tmp_path_factory.mktemp("photos")
        for album in albums:
            (root / album).mkdir()
            for number in range(count):
                content = picture(size, f"{album} {number}")
                (root / album / f"IMG_{number:04}.jpg").write_bytes(content)
        return root

    return make


@pytest.fixture(scope="session")
def photos(paint: Paint) -> Path:
    """An album for each kind of fault, so that each has pictures nobody has asked for yet."""
    return paint(COUNT, (3000, 2000), "Killed", "Locked", "Unplugged")


@pytest.fixture(scope="session")
def loggia(start_lasting_loggia: Callable[..., RunningLoggia], photos: Path) -> RunningLoggia:
    """A portal that outlives what is done to it."""
    running = start_lasting_loggia(
        photos=photos, LOGGIA_WEB_PROCESSES="2", LOGGIA_SCAN_INTERVAL="1h"
    )
    running.manage("scan")
    return running


@pytest.fixture
def visit() -> Iterator[Callable[[str], Guest]]:
    """Open a link as a guest of one's own: ``visit(page)``."""
    guests: list[Guest] = []

    def open_one(page: str) -> Guest:
        guests.append(Guest(page))
        return guests[-1]

    yield open_one
    for guest in guests:
        guest.client.close()


def picture(size: tuple[int, int], said: str) -> bytes:
    """A JPEG that takes work to decode; its comment makes it another than all others."""
    if size not in _painted:
        noise = Image.effect_noise((size[0] // 4, size[1] // 4), 80).resize(size)
        file = BytesIO()
        noise.convert("RGB").save(file, "JPEG", quality=85)
        _painted[size] = file.getvalue()
    comment = b"\xff\xfe" + (len(said) + 2).to_bytes(2, "big") + said.encode()
    whole = _painted[size]
    return whole[:2] + comment + whole[2:]


_painted: dict[tuple[int, int], bytes] = {}


def make_link(loggia: RunningLoggia, album: str) -> str:
    """Make a link to an album; returns its whole address."""
    made = json.loads(loggia.manage("link", "create", "--json", "--album", album))
    return str(made["url"])


def ask_database(data: Path, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(data / "loggia.sqlite3")) as database:
        return database.execute(question).fetchall()


def rendered(loggia: RunningLoggia, name: str = "large") -> dict[Path, int]:
    """Finished renditions with the time each was written."""
    found = (loggia.data / "renditions").rglob(f"[!.]*.{name}.*")  # parts begin with a dot
    return {path: path.stat().st_mtime_ns for path in found}


@contextmanager
def somebody_looking(page: str) -> Iterator[list[httpx.Response]]:
    """A guest who reloads page and pictures all the time, and comes again when a line breaks.

    Yields what has been answered so far.
    """
    answers: list[httpx.Response] = []
    leaving = Event()
    thread = Thread(target=_look, args=(Guest(page), answers, leaving))
    thread.start()
    try:
        yield answers
    finally:
        leaving.set()
        thread.join(30)


def _look(guest: Guest, answers: list[httpx.Response], leaving: Event) -> None:
    with guest.client:
        pictures = guest.pictures()[:5]
        while not leaving.is_set():
            for address in [guest.page, *pictures]:
                try:
                    answers.append(guest.client.get(address))
                except httpx.TransportError:
                    leaving.wait(0.05)


def all_come_home(guest: Guest, loggia: RunningLoggia) -> int:
    """Wait for a download, retry once what failed, and count the files in its archive."""
    wait_until(lambda: re.search(r"/retry|/archives/", guest.dock()), 60, loggia.log)
    if retry := re.findall(r'action="([^"]+/retry)"', guest.dock()):
        guest.press(retry[0])
        wait_until(lambda: "/retry" not in guest.dock(), 40, loggia.log)
    return len(files_in(guest.client.get(guest.archive(within=40)).content))


def files_in(archive: bytes) -> list[bytes]:
    """The files of an archive, each compared with its checksum, in one order."""
    with ZipFile(BytesIO(archive)) as opened:
        return sorted(opened.read(name) for name in opened.namelist())


def originals_in(photos: Path, album: str) -> list[bytes]:
    return sorted(path.read_bytes() for path in (photos / album).iterdir())
