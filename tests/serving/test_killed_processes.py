"""kill -9 of any process: what it leaves behind, and what takes its place."""

import os
import signal
from pathlib import Path

import pytest

from tests.running import RunningLoggia, answers, manage, wait_until
from tests.serving.conftest import main_process, pids, pool

QUEUE = (
    "from django_q.tasks import async_task; async_task({task!r}, {argument!r}, cluster={lane!r})"
)


def queue(loggia: RunningLoggia, task: str, argument: object, lane: str = "short") -> None:
    """Queue a task as any process of the portal would."""
    loggia.manage("shell", "--no-imports", "-c", QUEUE.format(**locals()))


def does_tasks(loggia: RunningLoggia, lane: str, sign: Path) -> bool:
    queue(loggia, "os.mkdir", str(sign), lane)
    wait_until(sign.exists, 20, loggia.log)
    return sign.is_dir()


def test_a_killed_web_process_is_replaced(loggia: RunningLoggia) -> None:
    (before,) = pids(loggia, "web")
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: pids(loggia, "web") not in ([], [before]), 10, loggia.log)
    wait_until(lambda: answers(loggia), 20, loggia.log)
    assert "web 1 was killed by signal 9" in loggia.said()


@pytest.mark.parametrize("lane", ["short", "long"])
def test_a_killed_lane_takes_its_pool_along_and_is_replaced(
    loggia: RunningLoggia, lane: str, tmp_path: Path
) -> None:
    main, workers = main_process(loggia, lane), set(pool(loggia, lane))
    os.kill(main, signal.SIGKILL)
    wait_until(lambda: not workers & loggia.processes().keys(), 2, loggia.log)
    assert does_tasks(loggia, lane, tmp_path / "done")


def test_a_worker_killed_while_it_waits_does_not_block_its_lane(
    loggia: RunningLoggia, tmp_path: Path
) -> None:
    """Waiting, it holds the lock of the queue that all workers read from."""
    before = pool(loggia, "short")
    os.kill(before[0], signal.SIGKILL)  # the worker is forked first
    wait_until(lambda: not set(before) & loggia.processes().keys(), 5, loggia.log)
    assert does_tasks(loggia, "short", tmp_path / "done")


def test_a_lane_forks_before_any_picture_library_is_loaded(loggia: RunningLoggia) -> None:
    """A process that forks after libvips started its threads hangs."""
    for lane in ("short", "long"):
        loaded = Path(f"/proc/{main_process(loggia, lane)}/maps").read_text()
        assert not [name for name in ("libvips", "libav", "libheif") if name in loaded]


def test_children_never_read_the_terminal(loggia: RunningLoggia) -> None:
    children = set(loggia.processes()) - {loggia.process.pid}
    assert {str(Path(f"/proc/{pid}/fd/0").readlink()) for pid in children} == {"/dev/null"}


def test_children_do_not_hold_the_lock_of_the_data_folder(loggia: RunningLoggia) -> None:
    for pid in set(loggia.processes()) - {loggia.process.pid}:
        opened = {
            str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir() if file.exists()
        }
        assert not [name for name in opened if name.endswith("serve.lock")]


def test_a_second_serve_on_the_same_data_folder_is_refused(
    loggia: RunningLoggia, photos: Path
) -> None:
    second = manage(loggia.data, "serve", LOGGIA_PHOTOS=str(photos), LOGGIA_BIND="127.0.0.1:0")
    assert second.returncode == 1
    assert second.stderr.startswith(f"loggia: Loggia is running on {loggia.data} already")
    assert second.stderr.count("\n") == 1
    assert second.stdout == ""


def test_a_port_in_use_is_refused(loggia: RunningLoggia, photos: Path, tmp_path: Path) -> None:
    address = loggia.url.removeprefix("http://")
    other = manage(tmp_path / "data", "serve", LOGGIA_PHOTOS=str(photos), LOGGIA_BIND=address)
    assert other.returncode == 1
    assert other.stderr == (
        f"loggia: LOGGIA_BIND={address}: another program uses this port."
        " Stop it, or choose another port.\n"
    )
    assert not (tmp_path / "data" / "loggia.sqlite3").exists()
