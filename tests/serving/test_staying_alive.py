"""What fails again and again is tried again, more and more slowly, and stops nothing else."""

import logging
import threading

import pytest
from pytest_django.fixtures import Settings

from portal.serving.supervisor import Child
from portal.serving.sweeper import Sweeper

swept = threading.Event()


def fail() -> None:
    raise ValueError("a sweep of tomorrow's code")


def sweep() -> None:
    swept.set()


def test_a_child_that_ends_at_once_is_started_ever_more_rarely() -> None:
    child = Child("web 1", [], {})
    child.started_at = float("inf")
    pauses = [child.plan_restart() for _ in range(9)]
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_a_child_that_has_lived_for_a_while_is_started_again_soon() -> None:
    child = Child("web 1", [], {}, failures=8)
    child.started_at = float("-inf")
    assert child.plan_restart() == 0.5


def test_a_sweep_that_fails_is_logged_and_the_others_go_on(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.LOGGIA_SWEEPS = [f"{__name__}.fail", f"{__name__}.sweep"]
    swept.clear()
    sweeper = Sweeper()
    with caplog.at_level(logging.ERROR):
        sweeper.start()
        assert swept.wait(10)
        sweeper.stop()
    assert f"{__name__}.fail failed, and will be tried again" in caplog.text
