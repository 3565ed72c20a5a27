"""kill -9 and libraries that go away, while guests send: each photo is there once, as it was sent."""

import json
import os
import random
import signal
import sqlite3
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from hashlib import sha1
from pathlib import Path

import httpx
import pytest

from tests.faults.conftest import picture
from tests.immich import Immich
from tests.library.files import write_photo, write_video
from tests.running import RunningLoggia, start, wait_until
from tests.serving.conftest import pids

COUNT, KILLS, PIECE = 20, 20, 200_000
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@dataclass
class Sender:
    """A tus client that sends pieces, and when its server dies asks the next one how much is there."""

    page: str
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)

    def send(self, name: str, content: bytes) -> None:
        said = f"filename {b64encode(name.encode()).decode()}"
        made = self._insist(
            "POST",
            f"{self.page}/uploads/",
            {"Upload-Length": str(len(content)), "Upload-Metadata": said},
        )
        address = str(httpx.URL(self.page).join(made["location"]))
        while (at := int(self._insist("HEAD", address, {})["upload-offset"])) < len(content):
            headers = {"Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream"}
            with suppress(httpx.TransportError):
                self._ask("PATCH", address, headers, content[at : at + PIECE])

    def _insist(self, method: str, address: str, headers: dict[str, str]) -> httpx.Headers:
        give_up_at = time.monotonic() + 60
        while True:
            with suppress(httpx.TransportError):
                answer = self._ask(method, address, headers)
                if answer.is_success:
                    return answer.headers
                assert answer.status_code in {423, 503}, answer.status_code
            assert time.monotonic() < give_up_at
            time.sleep(0.1)

    def _ask(
        self, method: str, address: str, headers: dict[str, str], content: bytes = b""
    ) -> httpx.Response:
        headers = {"Tus-Resumable": "1.0.0"} | headers
        with httpx.Client(trust_env=False, timeout=30, cookies=self.cookies) as client:
            answer = client.request(method, address, headers=headers, content=content)
            self.cookies.update(client.cookies)
        return answer


@dataclass(frozen=True)
class Portal:
    """A running portal that takes uploads straight into its album "Party"."""

    loggia: RunningLoggia
    incoming: Path
    page: str

    def states(self) -> list[str]:
        return [str(row[0]) for row in self.ask("SELECT state FROM contributions_upload")]

    def ask(self, question: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.loggia.data / "loggia.sqlite3", timeout=30)) as database:
            return database.execute(question).fetchall()

    def all_are_done(self, count: int) -> bool:
        return self.states().count("done") == count

    def kept(self) -> list[str]:
        """Checksums of the files that the library keeps of what was sent."""
        files = [one for one in self.incoming.rglob("*") if one.is_file()]
        return sorted(checksum(one.read_bytes()) for one in files)

    def in_album(self) -> list[str]:
        """Checksums of the visible assets that were sent, by the library's own index."""
        rows = self.ask("SELECT lower(hex(sha1)) FROM folder_storedasset WHERE removed_at IS NULL")
        return sorted(str(row[0]) for row in rows)

    def staged(self) -> list[str]:
        return [one.name for one in (self.loggia.data / "staging").iterdir() if not one.suffix]


def checksum(content: bytes) -> str:
    return sha1(content, usedforsecurity=False).hexdigest()


@pytest.fixture
def open_portal(tmp_path: Path) -> Iterator[Callable[..., Portal]]:
    running: list[RunningLoggia] = []

    def make(album: str = "Party", **variables: str) -> Portal:
        """Start it, or start it again."""
        if not running:
            write_photo(tmp_path / "photos/Party/first.jpg")
        incoming = tmp_path / "incoming"
        folders = {"LOGGIA_PHOTOS": str(tmp_path / "photos"), "LOGGIA_INCOMING": str(incoming)}
        more = variables or folders
        loggia = start(tmp_path / "data", LOGGIA_SCAN_INTERVAL="1h", **more)
        running.append(loggia)
        if len(running) > 1:
            return Portal(loggia, incoming, "")
        loggia.manage("scan")
        options = ("--allow-upload", "--no-review", "--json", "--album", album)
        made = json.loads(loggia.manage("link", "create", *options))
        return Portal(loggia, incoming, str(made["url"]))

    yield make
    for loggia in running:
        if loggia.process.poll() is None:
            loggia.stop()


def photos(count: int) -> dict[str, bytes]:
    """Photos that take a while to look into, each another."""
    return {f"IMG_{n:04}.jpg": picture((3000, 2000), f"sent {n}") for n in range(count)}


def kill_some(portal: Portal, chance: random.Random, kind: str) -> None:
    """Any process of a kind; of workers the one that waits, the one that works, or their guard."""
    processes = pids(portal.loggia, kind)
    if processes:
        with suppress(ProcessLookupError):
            os.kill(chance.choice(processes), signal.SIGKILL)


def test_twenty_kills_of_web_and_workers_while_twenty_files_are_sent(
    open_portal: Callable[..., Portal],
) -> None:
    portal, chance = open_portal(), random.Random(20261121)  # noqa: S311 - the same each time
    sent, sender = photos(COUNT), Sender(portal.page)

    def send_all() -> None:
        for name, content in sent.items():
            sender.send(name, content)
            time.sleep(chance.uniform(0, 0.5))

    with ThreadPoolExecutor(1) as guest:
        sending = guest.submit(send_all)
        for _kill in range(KILLS):
            time.sleep(chance.uniform(0.2, 1.5))
            kill_some(portal, chance, chance.choice(["web", "worker"]))
        sending.result(120)
    wait_until(lambda: portal.all_are_done(COUNT), 180, portal.loggia.log)
    expected = sorted(checksum(content) for content in sent.values())
    assert portal.kept() == expected
    assert [one for one in portal.in_album() if one in set(expected)] == expected
    assert set(portal.states()) <= {"done", "arriving"}  # of begun ones the answer was cut off
    assert len(portal.staged()) <= portal.states().count("arriving")


def test_the_whole_portal_killed_in_the_middle_goes_on_where_it_was(
    open_portal: Callable[..., Portal],
) -> None:
    portal = open_portal()
    sent, sender = photos(8), Sender(portal.page)
    film = write_video(portal.incoming.parent / "film.mov", seconds=4).read_bytes()
    for name, content in [*sent.items(), ("film.mov", film)]:
        sender.send(name, content)
    portal.loggia.kill()
    wait_until(lambda: not portal.loggia.processes(), 5)
    again = open_portal()
    wait_until(lambda: portal.all_are_done(9), 180, again.loggia.log)
    assert portal.kept() == sorted(map(checksum, [*sent.values(), film]))
    assert portal.staged() == []


def test_an_incoming_disk_that_is_pulled_out_is_waited_for(
    open_portal: Callable[..., Portal],
) -> None:
    portal = open_portal()
    sender, sent = Sender(portal.page), photos(4)
    names = list(sent)
    sender.send(names[0], sent[names[0]])
    wait_until(lambda: portal.all_are_done(1), 60, portal.loggia.log)
    elsewhere = portal.incoming.with_name("pulled-out")
    portal.incoming.rename(elsewhere)
    portal.incoming.touch()  # a disk that is not mounted is no folder to write to
    for name in names[1:]:
        sender.send(name, sent[name])
    wait_until(lambda: portal.states().count("accepted") == 3, 60, portal.loggia.log)
    wait_until(lambda: portal.ask("SELECT 1 FROM contributions_upload WHERE reason > ''"), 30)
    assert len(portal.staged()) == 3
    portal.incoming.unlink()
    elsewhere.rename(portal.incoming)
    wait_until(lambda: portal.all_are_done(4), 60, portal.loggia.log)
    assert portal.kept() == sorted(map(checksum, sent.values()))
    assert portal.staged() == []


def test_an_immich_that_goes_down_and_workers_that_are_killed_cost_no_photo_and_double_none(
    open_portal: Callable[..., Portal], immich: Immich
) -> None:
    portal = open_portal(
        "Small 20", LOGGIA_IMMICH_URL=immich.url, LOGGIA_IMMICH_API_KEY=immich.api_key
    )
    sent, sender, chance = photos(8), Sender(portal.page), random.Random(5)  # noqa: S311
    names = list(sent)
    for name in names[:4]:
        sender.send(name, sent[name])
    immich.control.down(300)
    for name in names[4:]:
        sender.send(name, sent[name])
        kill_some(portal, chance, "worker")
    wait_until(
        lambda: portal.ask("SELECT 1 FROM contributions_upload WHERE reason > ''"), 60,
        portal.loggia.log,
    )  # fmt: skip
    assert portal.staged()
    immich.control.down(0)
    wait_until(lambda: portal.all_are_done(8), 180, portal.loggia.log)
    expected = sorted(checksum(content) for content in sent.values())
    there = [str(asset["sha1"]) for asset in immich.control.truth() if not asset["is_trashed"]]
    assert sorted(one for one in there if one in set(expected)) == expected
    assert portal.staged() == []
