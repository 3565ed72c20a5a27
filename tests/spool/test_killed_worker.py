"""kill -9 of the worker that fetches: another goes on, and fetches nothing twice."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest

from tests.faults.conftest import ask_database, files_in, make_link
from tests.immich import ImmichProcess, start_immich_process
from tests.running import RunningLoggia, wait_until
from tests.serving.conftest import pids
from tests.visiting import Guest

__all__ = ["start_immich_process"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]
COUNT = 32  # of the album "Everything"


@dataclass(frozen=True)
class House:
    immich: ImmichProcess
    loggia: RunningLoggia
    guest: Guest

    def finished(self) -> set[str]:
        rows = ask_database(
            self.loggia.data, "SELECT asset_id FROM downloads_spoolfile WHERE stored_at NOT NULL"
        )
        return {str(row[0]) for row in rows}

    def has_parts(self) -> bool:
        """Whether a file is on its way, and some of it on the disk."""
        parts = (self.loggia.data / "spool").glob("*/*.part")
        return any(part.stat().st_size > 100_000 for part in parts)

    def bytes_done(self) -> int:
        rows = ask_database(self.loggia.data, "SELECT sum(bytes_done) FROM downloads_download")
        return int(str(rows[0][0] or 0))

    def requests(self) -> list[dict[str, str]]:
        return list(self.immich.control.requests(pattern="/original$"))


@pytest.fixture
def house(
    start_immich_process: Callable[..., ImmichProcess], start_loggia: Callable[..., RunningLoggia]
) -> Iterator[House]:
    """A portal before an Immich whose files come slowly, and a guest with a link to an album."""
    immich = start_immich_process("--file-size", "300k", "--faults", "slow=150000")
    loggia = start_loggia(LOGGIA_IMMICH_URL=immich.url, LOGGIA_IMMICH_API_KEY=immich.api_key)
    loggia.manage("scan")
    guest = Guest(make_link(loggia, "Everything"))
    with guest.client:
        yield House(immich, loggia, guest)
    loggia.stop()


def test_another_worker_takes_over_within_30_seconds_and_the_bar_goes_on(house: House) -> None:
    house.guest.ask()
    wait_until(lambda: len(house.finished()) >= 4, 60, house.loggia.log)
    wait_until(house.has_parts, 20, house.loggia.log)
    done = house.bytes_done()
    finished = house.finished()
    assert len(finished) < COUNT
    for pid in pids(house.loggia, "worker long"):
        os.kill(pid, signal.SIGKILL)
    killed_at = time.monotonic()
    before = len(house.requests())
    wait_until(lambda: len(house.requests()) > before, 30, house.loggia.log)
    assert time.monotonic() - killed_at < 30
    assert house.bytes_done() >= done, "the bar went back"
    house.immich.control.clear_faults()
    archive = house.guest.client.get(house.guest.archive(within=60)).content
    assert len(files_in(archive)) >= COUNT
    for asset in finished:
        path = f"/api/assets/{UUID(asset)}/original"
        asked = [one for one in house.requests() if one["path"] == path]
        assert len(asked) == 1, "a finished file was fetched again"
    resumed = [one for one in house.requests() if one["range"].startswith("bytes=")]
    assert resumed, "what was begun was not gone on with"
