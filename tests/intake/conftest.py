"""A portal of two web processes that takes uploads, and guests who send."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.intake.portal import Portal
from tests.intake.tus import Tus

StartPortal = Callable[..., Portal]


@pytest.fixture(scope="session")
def start_portal(
    tmp_path_factory: pytest.TempPathFactory, static_files: None
) -> Iterator[StartPortal]:
    """Start web processes: ``start_portal(2, LOGGIA_STAGING_SIZE="1M")``."""
    started: list[Portal] = []

    def start_one(count: int, data: Path | None = None, **variables: str) -> Portal:
        folder = data or tmp_path_factory.mktemp("intake") / "data"
        portal = Portal(folder, variables)
        started.append(portal)
        portal.start(count)
        return portal

    yield start_one
    for portal in started:
        portal.stop()


@pytest.fixture(scope="session")
def portal(start_portal: StartPortal) -> Portal:
    return start_portal(2)


@pytest.fixture
def visit() -> Iterator[Callable[[str], Tus]]:
    """Open a link in a browser of one's own."""
    guests: list[Tus] = []

    def open_one(link: str) -> Tus:
        guests.append(Tus(link))
        return guests[-1]

    yield open_one
    for guest in guests:
        guest.client.close()


@pytest.fixture
def guest(portal: Portal, visit: Callable[[str], Tus]) -> Tus:
    """A guest of a link of their own."""
    return visit(portal.link())


@pytest.fixture
def link(portal: Portal) -> Callable[..., str]:
    def make(**changes: Any) -> str:
        return portal.link(**changes)

    return make
