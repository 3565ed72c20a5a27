"""kill -9 while guests look and download: nothing is stuck, wrong or lost afterwards."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.faults.conftest import (
    COUNT,
    Paint,
    all_come_home,
    ask_database,
    files_in,
    make_link,
    originals_in,
    rendered,
    somebody_looking,
)
from tests.running import RunningLoggia, start, wait_until
from tests.serving.conftest import main_process, pids
from tests.visiting import Guest

MANY = 480  # photos: enough that the look at them is still under way when everything is killed
pytestmark = [pytest.mark.slow, pytest.mark.timeout(480)]


@pytest.fixture
def guest(loggia: RunningLoggia, visit: Callable[[str], Guest]) -> Guest:
    return visit(make_link(loggia, "Killed"))


def a_part(guest: Guest, archive: str, of: float, then: Callable[[], None]) -> tuple[bytes, str]:
    """Read an archive until that much of it is here, do something, and keep what still comes.

    Returns the bytes that arrived and the archive's ETag.
    """
    got = bytearray()
    is_done = False
    with suppress(httpx.TransportError), guest.client.stream("GET", archive) as response:
        assert response.status_code == 200
        total = int(response.headers["content-length"])
        for piece in response.iter_raw(64 * 1024):
            got += piece
            if not is_done and len(got) >= total * of:
                is_done = True
                then()
    assert total * of <= len(got) < total
    return bytes(got), response.headers["etag"]


def the_rest(guest: Guest, archive: str, got: bytes, etag: str) -> bytes:
    """Resume a broken download as a browser does."""
    headers = {"Range": f"bytes={len(got)}-", "If-Range": etag}
    response = guest.client.get(archive, headers=headers)
    assert response.status_code == 206, response.status_code
    return got + response.content


def test_a_killed_web_process_costs_a_guest_one_reload_and_no_byte(
    loggia: RunningLoggia, guest: Guest, photos: Path
) -> None:
    guest.ask()
    archive = guest.archive(within=20)

    def kill_all() -> None:
        for pid in pids(loggia, "web"):
            os.kill(pid, signal.SIGKILL)

    with somebody_looking(guest.page) as answers:
        wait_until(lambda: len(answers) > 5, 10, loggia.log)
        got, etag = a_part(guest, archive, 0.3, kill_all)
        before = len(answers)
        wait_until(lambda: len(answers) > before + 10, 20, loggia.log)
    assert {answer.status_code for answer in answers} == {200}
    whole = the_rest(guest, archive, got, etag)
    assert files_in(whole) == originals_in(photos, "Killed")


def test_a_download_goes_on_within_30_seconds_of_its_workers_death(
    loggia: RunningLoggia, guest: Guest
) -> None:
    earlier = rendered(loggia).keys()

    def of_this() -> dict[Path, int]:
        return {path: at for path, at in rendered(loggia).items() if path not in earlier}

    guest.ask("large")
    wait_until(lambda: guest.files_done() >= 4, 30, loggia.log)
    finished = of_this()
    assert 0 < len(finished) < COUNT
    done = guest.files_done()
    os.kill(main_process(loggia, "long"), signal.SIGKILL)
    killed_at = time.monotonic()
    with somebody_looking(guest.page) as answers:
        wait_until(lambda: len(of_this()) > len(finished) + 2, 30, loggia.log)
        assert guest.files_done() >= done
        assert time.monotonic() - killed_at < 30
        assert all_come_home(guest, loggia) == COUNT
    assert {answer.status_code for answer in answers} == {200}
    again = of_this()
    assert {path: again[path] for path in finished} == finished, "finished files were made again"


@pytest.fixture
def cut_off(
    paint: Paint, tmp_path: Path
) -> Iterator[tuple[RunningLoggia, Callable[[], RunningLoggia]]]:
    """A portal that has just begun to look at many photos, and the way to start it again."""
    photos = paint(MANY, (3000, 2000), "Summer")
    variables = {"LOGGIA_PHOTOS": str(photos), "LOGGIA_SCAN_INTERVAL": "1h"}
    running = [start(tmp_path / "data", **variables)]

    def again() -> RunningLoggia:
        running.append(start(tmp_path / "data", **variables))
        return running[-1]

    yield running[0], again
    running[-1].stop()


def files_read(loggia: RunningLoggia) -> int:
    rows = ask_database(loggia.data, "SELECT files_read FROM folder_librarystate")
    return int(str(rows[0][0])) if rows else 0


def test_a_power_cut_in_the_middle_of_everything_loses_nothing(
    cut_off: tuple[RunningLoggia, Callable[[], RunningLoggia]],
    visit: Callable[[str], Guest],
) -> None:
    loggia, again = cut_off
    wait_until(lambda: files_read(loggia) >= 20, 60, loggia.log)
    page = make_link(loggia, "Summer")
    guest = visit(page)
    guest.ask()
    archive = guest.archive(within=40)
    ids = {str(row[0]) for row in ask_database(loggia.data, "SELECT id FROM folder_storedasset")}
    got, etag = a_part(guest, archive, 0.2, loggia.kill)
    assert files_read(loggia) < MANY, "the look was over too soon to break it off"
    wait_until(lambda: not loggia.processes(), 5)

    after = again()
    port = httpx.URL(after.url).port
    guest.page = str(httpx.URL(page).copy_with(port=port))
    archive = str(httpx.URL(archive).copy_with(port=port))
    assert files_in(the_rest(guest, archive, got, etag))
    wait_until(lambda: f"{MANY} photos" in guest.look().text, 240, after.log)
    now = {str(row[0]) for row in ask_database(after.data, "SELECT id FROM folder_storedasset")}
    assert ids < now
    assert len(now) == MANY
    assert ask_database(after.data, "PRAGMA integrity_check") == [("ok",)]
