"""Fixtures that every room's tests may use."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.running import RunningLoggia, start

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples"


@pytest.fixture
def samples() -> Path:
    """Real camera files, where they are at hand; the suite proves the same without them."""
    if not SAMPLES.is_dir():
        pytest.skip("the folder of sample photos is not beside this checkout")
    return SAMPLES


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    """Pages name their scripts and styles by content, so these are collected first."""
    from portal.serving.statics import collect_static

    collect_static()


def need(program: str) -> str:
    """The path of a program that tests use: absent, a failure in CI and a skip elsewhere."""
    if path := shutil.which(program):
        return path
    if os.environ.get("CI"):
        pytest.fail(f"{program} is not installed, and CI must not go without it")
    pytest.skip(f"{program} is not installed")


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    return need


@pytest.fixture(scope="session")
def start_loggia(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., RunningLoggia]]:
    """Start real portals: ``start_loggia(photos=folder, LOGGIA_SCAN_INTERVAL="10s")``."""
    started: list[RunningLoggia] = []

    def start_one(photos: Path | None = None, **variables: str) -> RunningLoggia:
        own = {"LOGGIA_PHOTOS": str(photos)} if photos else {}
        loggia = start(tmp_path_factory.mktemp("loggia") / "data", **own, **variables)
        started.append(loggia)
        return loggia

    yield start_one
    for loggia in started:
        loggia.stop()


@pytest.fixture(scope="session")
def running_loggia(start_loggia: Callable[..., RunningLoggia]) -> RunningLoggia:
    """One portal for the whole session, with the sample album it makes for itself."""
    return start_loggia()
