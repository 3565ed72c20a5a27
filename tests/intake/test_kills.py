"""kill -9 while guests send: what was acknowledged is there, and every file arrives once."""

import hashlib
import json
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.intake.conftest import StartPortal
from tests.intake.pictures import picture
from tests.intake.sending import send_stubbornly
from tests.intake.tus import Tus
from tests.running import RunningLoggia, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
FILES, KILLS, SENDERS = 20, 20, 4
CHANCE = random.Random(7)  # noqa: S311 - chooses moments, no secrets


def contents(said: str) -> list[bytes]:
    return [picture(f"{said} {number}", 40_000 + number * 150_000) for number in range(FILES)]


def sent_by_some(link: str, files: list[bytes]) -> list[str]:
    """Send files as several guests at once; returns their addresses."""

    def send(number: int) -> str:
        guest = Tus(link)
        with guest.client:
            return send_stubbornly(guest, files[number], f"IMG_{number:04}.jpg")

    with ThreadPoolExecutor(SENDERS) as senders:
        return list(senders.map(send, range(len(files))))


class Killer(threading.Thread):
    """Kills something at random moments, as often as it may or until it is told to stop."""

    def __init__(self, kill: Callable[[], None], times: int = KILLS) -> None:
        super().__init__()
        self._kill, self._times = kill, times
        self.killed = 0
        self.stopping = threading.Event()

    def run(self) -> None:
        while self.killed < self._times and not self.stopping.wait(CHANCE.uniform(0.05, 0.6)):
            self._kill()
            self.killed += 1


def test_every_byte_is_the_senders_though_web_processes_die(start_portal: StartPortal) -> None:
    portal = start_portal(2)
    link, files = portal.link(), contents("web")
    killer = Killer(lambda: portal.kill(CHANCE.randrange(2)))
    killer.start()
    addresses = sent_by_some(link, files)
    killer.stopping.set()
    killer.join()
    assert killer.killed >= 3
    for address, content in zip(addresses, files, strict=True):
        assert portal.content(address) == content
        assert portal.row(address)["state"] == "arrived"


def test_every_file_is_in_the_library_once_whoever_dies(
    start_loggia: Callable[..., RunningLoggia], tmp_path: Path
) -> None:
    photos = tmp_path / "photos"
    (photos / "Summer").mkdir(parents=True)
    (photos / "Summer" / "first.jpg").write_bytes(picture("first"))
    loggia = start_loggia(photos=photos, LOGGIA_WEB_PROCESSES="2", LOGGIA_SCAN_INTERVAL="1h")
    loggia.manage("scan")
    link = loggia.manage(
        "link", "create", "--json", "--album", "Summer", "--allow-upload", "--no-review"
    )
    path = httpx.URL(json.loads(link)["url"]).path
    files = contents("all")
    killer = Killer(lambda: kill_one(loggia))
    killer.start()
    sent_by_some(f"{loggia.url}{path}", files)
    killer.join()
    assert killer.killed == KILLS
    incoming = loggia.data / "incoming"
    wanted = sorted(hashlib.sha1(content).hexdigest() for content in files)  # noqa: S324
    wait_until(lambda: len(pictures_in(incoming)) >= FILES, 150, loggia.log)
    wait_until(lambda: not staged_originals(loggia), 60, loggia.log)
    assert sorted(pictures_in(incoming)) == wanted
    page = httpx.get(f"{loggia.url}{path}", trust_env=False).text
    assert "21 photos" in page


def kill_one(loggia: RunningLoggia) -> None:
    """End a web process or a worker's, whichever chance takes."""
    pids = [
        pid
        for pid, command in loggia.processes().items()
        if " web " in f"{command} " or " worker " in f"{command} "
    ]
    if pids:
        with suppress(ProcessLookupError):
            os.kill(CHANCE.choice(pids), signal.SIGKILL)


def pictures_in(folder: Path) -> list[str]:
    found = [path for path in folder.rglob("*.jpg") if ".bin" not in path.parts]
    time.sleep(0.2)
    return [hashlib.sha1(path.read_bytes()).hexdigest() for path in found]  # noqa: S324


def staged_originals(loggia: RunningLoggia) -> list[Path]:
    return [path for path in (loggia.data / "staging").iterdir() if not path.suffix]
