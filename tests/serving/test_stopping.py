"""However serve ends, it ends whole and in time, and can start again."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import RunningLoggia, start, wait_until
from tests.serving.conftest import pool
from tests.serving.test_killed_processes import queue


@pytest.fixture
def fresh(tmp_path: Path, photos: Path) -> Iterator[RunningLoggia]:
    running = start(tmp_path / "data", LOGGIA_PHOTOS=str(photos))
    wait_until(lambda: pool(running, "short") and pool(running, "long"), 30, running.log)
    yield running
    running.stop()


def hang(loggia: RunningLoggia) -> socket.socket:
    """A request whose body never comes: the server waits for it inside the application."""
    host, port = loggia.url.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)))
    connection.sendall(
        b"POST /login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
        b"Content-Length: 1000\r\n\r\nusername"
    )
    return connection


def test_sigterm_ends_everything_within_ten_seconds_while_all_are_busy(
    fresh: RunningLoggia, tmp_path: Path
) -> None:
    for lane in ("short", "long"):
        queue(
            fresh, "os.system", f"touch {tmp_path}/{lane}; exec sleep 60", lane
        )  # deaf to signals
    wait_until((tmp_path / "long").exists, 20, fresh.log)
    with hang(fresh):
        asked_at = time.monotonic()
        assert fresh.stop() == 0
        assert time.monotonic() - asked_at < 10
    assert fresh.processes() == {}
    assert "Traceback" not in fresh.said()


def test_kill_nine_of_serve_leaves_nothing_and_the_next_start_works(
    fresh: RunningLoggia, photos: Path
) -> None:
    queue(fresh, "time.sleep", 60, "long")
    fresh.kill()
    wait_until(lambda: not fresh.processes(), 2, fresh.log)
    again = start(fresh.data, LOGGIA_PHOTOS=str(photos))
    assert again.stop() == 0
    assert "Password" not in again.said()
    assert again.processes() == {}
