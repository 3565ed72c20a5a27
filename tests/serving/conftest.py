from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import RunningLoggia, start, wait_until


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An owner's folder without any photo: starting is quick, and makes no sample."""
    return tmp_path_factory.mktemp("photos")


@pytest.fixture(scope="module")
def loggia(tmp_path_factory: pytest.TempPathFactory, photos: Path) -> Iterator[RunningLoggia]:
    if not Path("/proc/self/environ").exists():
        pytest.skip("processes are looked up in /proc, which this system does not have")
    running = start(tmp_path_factory.mktemp("serve") / "data", LOGGIA_PHOTOS=str(photos))
    wait_until(lambda: pool(running, "short") and pool(running, "long"), 30, running.log)
    yield running
    running.stop()


def pids(running: RunningLoggia, name: str) -> list[int]:
    """Processes of one kind (``serve``, ``web``, ``worker short``), the oldest first."""
    return sorted(pid for pid, line in running.processes().items() if f"manage.py {name}" in line)


def parent(pid: int) -> int:
    status = Path(f"/proc/{pid}/stat").read_text()
    return int(status.rpartition(")")[2].split()[1])


def pool(running: RunningLoggia, lane: str) -> list[int]:
    """The processes that a lane's main process forked."""
    found = pids(running, f"worker {lane}")
    return [pid for pid in found if parent(pid) in found]


def main_process(running: RunningLoggia, lane: str) -> int:
    (main,) = set(pids(running, f"worker {lane}")) - set(pool(running, lane))
    return main
