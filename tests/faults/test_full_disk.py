"""The disk of the data folder fills up: who looks goes on looking, what cannot be done is told."""

import ctypes
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.faults.conftest import COUNT, Paint, all_come_home, ask_database, make_link
from tests.running import RunningLoggia, start, wait_until
from tests.visiting import Guest

ROOM = 160 * 2**20  # bytes
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class Disk:
    """A small disk of its own where root may mount one; else files that must not grow any more.

    The stand-in is a limit on the size of files, put on the running processes: writing fails for
    them as on a full disk, with another number.
    """

    folder: Path
    is_mounted: bool
    limited: list[int] = field(default_factory=list)

    def fill(self, loggia: RunningLoggia) -> None:
        if not self.is_mounted:
            self.limited = list(loggia.processes())
            return self._limit(0)
        with (self.folder / "ballast").open("wb", buffering=0) as file, suppress(OSError):
            for size in (2**20, 4096, 1):
                with suppress(OSError):
                    while True:
                        file.write(bytes(size))
        return None

    def free(self) -> None:
        if self.is_mounted:
            (self.folder / "ballast").unlink()
        else:
            self._limit(resource.RLIM_INFINITY)

    def _limit(self, size: int) -> None:
        for pid in self.limited:
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    where, options = os.fsencode(folder), f"size={ROOM}".encode()
    is_mounted = os.geteuid() == 0 and libc.mount(b"tmpfs", where, b"tmpfs", 0, options) == 0
    yield Disk(folder, is_mounted)
    if is_mounted:
        assert libc.umount2(where, 2) == 0  # MNT_DETACH


@pytest.fixture
def loggia(disk: Disk, paint: Paint) -> Iterator[RunningLoggia]:
    photos = paint(COUNT, (3000, 2000), "Summer")
    running = start(disk.folder, LOGGIA_PHOTOS=str(photos), LOGGIA_SCAN_INTERVAL="1h")
    running.manage("scan", "--renditions")
    yield running
    running.stop()


def ready(loggia: RunningLoggia) -> tuple[int, str]:
    answer = httpx.get(f"{loggia.url}/readyz", trust_env=False)
    return answer.status_code, answer.json()["checks"]["data"]


def test_a_full_disk_is_told_and_nothing_is_lost(
    loggia: RunningLoggia, disk: Disk, visit: Callable[[str], Guest]
) -> None:
    page = make_link(loggia, "Summer")
    known, preparing, late = visit(page), visit(page), visit(page)
    known.ask()
    archive = known.archive(within=20)
    whole = known.client.get(archive)
    pictures = known.pictures()
    preparing.ask("large")
    wait_until(lambda: preparing.files_done() >= 2, 30, loggia.log)

    disk.fill(loggia)
    try:
        wait_until(lambda: ready(loggia) == (503, "cannot be written"), 10, loggia.log)
        assert {visit(page).look().status_code, known.look().status_code} == {200}
        assert {known.client.get(picture).status_code for picture in pictures} == {200}
        resumed = {"Range": "bytes=7000-", "If-Range": whole.headers["etag"]}
        assert known.client.get(archive, headers=resumed).content == whole.content[7000:]
        refused = late.try_to_ask()
        assert refused.status_code == 503
        assert "cannot save anything right now" in refused.text
    finally:
        disk.free()

    wait_until(lambda: ready(loggia) == (200, "ok"), 40, loggia.log)
    late.ask()
    assert late.client.get(late.archive(within=30)).status_code == 200
    assert all_come_home(preparing, loggia) == COUNT
    assert ask_database(loggia.data, "PRAGMA integrity_check") == [("ok",)]
    assert not list((loggia.data / "renditions").rglob("*.part*"))
