"""However serve ends, it ends whole and in time, and can start again."""

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.running import RunningLoggia, start, wait_until
from tests.serving.conftest import pool
from tests.serving.test_killed_processes import queue


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[RunningLoggia]:
    garden = tmp_path / "photos" / "garden"
    garden.mkdir(parents=True)
    Image.new("RGB", (600, 400), "olive").save(garden / "olives.jpg")
    running = start(tmp_path / "data", LOGGIA_PHOTOS=str(garden.parent))
    wait_until(lambda: pool(running, "short") and pool(running, "long"), 30, running.log)
    yield running
    running.stop()


@contextmanager
def half_a_request(loggia: RunningLoggia) -> Iterator[None]:
    """A request whose body never comes: the server waits for it inside the application."""
    host, port = loggia.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(
            b"POST /login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
            b"Content-Length: 1000\r\n\r\nusername"
        )
        yield


@contextmanager
def watched_download(loggia: RunningLoggia) -> Iterator[None]:
    """A guest who watches a download that has to wait for its turn."""
    loggia.manage("scan")
    page = json.loads(loggia.manage("link", "create", "--album", "garden", "--json"))["url"]
    with httpx.Client(trust_env=False, follow_redirects=True) as guest:
        token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', guest.get(page).text)[0]
        asked = {"csrfmiddlewaretoken": token, "size": "large"}
        dock = guest.post(f"{page}/downloads", data=asked).text
        (events,) = re.findall(r'sse-connect="([^"]+)"', dock)
        with guest.stream("GET", f"{loggia.url}{events}") as stream:
            assert stream.status_code == 200
            assert next(stream.iter_text())
            yield


def test_sigterm_ends_everything_within_ten_seconds_while_all_are_busy(
    fresh: RunningLoggia, tmp_path: Path
) -> None:
    for name, lane in (("one", "short"), ("two", "long"), ("three", "long")):
        task = f"touch {tmp_path}/{name}; exec sleep 60"
        queue(fresh, "os.system", task, lane)  # waits in C, deaf to signals
    wait_until((tmp_path / "three").exists, 20, fresh.log)
    with half_a_request(fresh), watched_download(fresh):
        asked_at = time.monotonic()
        assert fresh.stop() == 0
        assert time.monotonic() - asked_at < 10
    assert fresh.processes() == {}
    assert "Traceback" not in fresh.said()


def test_kill_nine_of_serve_leaves_nothing_and_the_next_start_works(
    fresh: RunningLoggia, tmp_path: Path
) -> None:
    queue(fresh, "time.sleep", 60, "long")
    fresh.kill()
    wait_until(lambda: not fresh.processes(), 2, fresh.log)
    again = start(fresh.data, LOGGIA_PHOTOS=str(tmp_path / "photos"))
    assert again.stop() == 0
    assert "Password" not in again.said()
    assert again.processes() == {}
