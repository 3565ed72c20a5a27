"""What monitors are told: alive without a database, ready only when all of it answers."""

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django.fixtures import Settings

from portal import health
from portal.health import NO_ANSWER, Readiness
from portal.leases.models import attend
from portal.library import get_library
from portal.serving.heartbeat import Heartbeat, post_of
from portal.serving.lanes import lane_names
from tests.running import RunningLoggia, wait_until

ALL_OK = dict.fromkeys(("data", "database", "migrations", "workers", "library"), "ok")


@pytest.fixture
def workers(transactional_db: None) -> None:
    for lane in lane_names():
        attend(post_of(lane), 30)


@pytest.fixture(autouse=True)
def _asked_anew(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.LOGGIA_PHOTOS = tmp_path
    get_library.cache_clear()
    health.readiness._began_at = float("-inf")
    yield
    get_library.cache_clear()


def ask() -> tuple[int, dict[str, str]]:
    response = Client().get("/readyz")
    answer = response.json()
    assert answer["ready"] is (response.status_code == 200)
    assert "no-store" in response["Cache-Control"]
    return response.status_code, answer["checks"]


def test_a_living_process_says_so_without_a_database() -> None:
    response = Client().get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.usefixtures("workers")
def test_a_portal_that_has_all_it_needs_is_ready() -> None:
    assert ask() == (200, ALL_OK)


@pytest.mark.django_db(transaction=True)
def test_lanes_without_a_worker_are_named() -> None:
    Heartbeat("short").beat()
    assert ask() == (503, ALL_OK | {"workers": "not running: long"})


@pytest.mark.usefixtures("workers")
def test_a_lane_that_was_silent_for_too_long_does_not_count() -> None:
    attend(post_of("long"), -1)
    assert ask() == (503, ALL_OK | {"workers": "not running: long"})


@pytest.mark.usefixtures("workers")
def test_photos_that_are_away_are_told_without_their_path(
    settings: Settings, tmp_path: Path
) -> None:
    settings.LOGGIA_PHOTOS = tmp_path / "unplugged"
    assert ask() == (503, ALL_OK | {"library": "cannot be reached"})


@pytest.mark.usefixtures("workers")
def test_a_data_folder_that_takes_no_file_is_told(settings: Settings, tmp_path: Path) -> None:
    settings.LOGGIA_DATA = tmp_path / "gone"
    assert ask() == (503, ALL_OK | {"data": "cannot be written"})


def test_what_hangs_is_named_and_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.2)
    let_go = threading.Event()
    asked: list[str] = []

    def hang() -> str:
        asked.append("disk")
        let_go.wait(10)
        return "ok"

    readiness = Readiness({"quick": lambda: "ok", "disk": hang, "after": lambda: "ok"})
    for _ in range(3):
        answer = readiness.look()
        assert answer == {"quick": "ok", "disk": NO_ANSWER, "after": NO_ANSWER}
        readiness._began_at -= health.FRESH_FOR
    assert asked == ["disk"]
    let_go.set()


def test_a_database_that_fails_leaves_what_follows_unanswered() -> None:
    def fail() -> str:
        raise OperationalError("unable to open database file")

    readiness = Readiness({"data": lambda: "ok", "database": fail, "library": lambda: "ok"})
    assert readiness.look() == {"data": "ok", "database": NO_ANSWER, "library": NO_ANSWER}


def test_asking_often_costs_one_look() -> None:
    looks: list[int] = []

    def look() -> str:
        looks.append(1)
        return "ok"

    readiness = Readiness({"disk": look})
    assert {readiness.look()["disk"] for _ in range(50)} == {"ok"}
    assert len(looks) == 1


def test_a_started_portal_becomes_ready(running_loggia: RunningLoggia) -> None:
    def answer() -> httpx.Response:
        return httpx.get(f"{running_loggia.url}/readyz", trust_env=False)

    wait_until(lambda: answer().status_code == 200, 30, running_loggia.log)
    assert answer().json() == {"ready": True, "checks": ALL_OK}
    assert httpx.get(f"{running_loggia.url}/healthz", trust_env=False).text == "ok\n"
