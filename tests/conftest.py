"""Fixtures that every room's tests may use."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.running import RunningLoggia, start

# The stand-ins for an Immich server, and portals that are up for all tests of the API
pytest_plugins = ["tests.immich", "tests.api_homes"]
SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples"


LONG = {"api_conformity", "browser", "client", "finishing", "intake", "real_clients", "serving"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run files that start portals or wait for clocks first: else one of them ends alone."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow and item.path.parent.name not in LONG)


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


@pytest.fixture(scope="session", autouse=True)
def translations() -> None:
    """Catalogues are compiled where Loggia is set up; git has only what people write."""
    from django.conf import settings

    from portal.translating.compiling import compile_catalogues

    compile_catalogues(settings.BASE_DIR / "locale")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A request leaves its language active in the thread; the next test starts without one."""
    yield
    from django.utils.translation import deactivate

    deactivate()


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


def _starting(factory: pytest.TempPathFactory) -> Iterator[Callable[..., RunningLoggia]]:
    started: list[RunningLoggia] = []

    def start_one(photos: Path | None = None, **variables: str) -> RunningLoggia:
        own = {"LOGGIA_PHOTOS": str(photos)} if photos else {}
        loggia = start(factory.mktemp("loggia") / "data", **own, **variables)
        started.append(loggia)
        return loggia

    yield start_one
    for loggia in started:
        loggia.stop()


@pytest.fixture(scope="module")
def start_loggia(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., RunningLoggia]]:
    """Start real portals: ``start_loggia(photos=folder, LOGGIA_SCAN_INTERVAL="10s")``.

    They end with the tests of this file: each has a dozen processes that all look at their rows.
    """
    yield from _starting(tmp_path_factory)


@pytest.fixture(scope="session")
def start_lasting_loggia(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., RunningLoggia]]:
    """Likewise, for portals that the tests of many files share."""
    yield from _starting(tmp_path_factory)


@pytest.fixture(scope="session")
def running_loggia(start_lasting_loggia: Callable[..., RunningLoggia]) -> RunningLoggia:
    """One portal for the whole session, with the sample album it makes for itself."""
    return start_lasting_loggia()
