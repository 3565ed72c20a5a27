"""The disk with the photos is pulled out while guests are there, and comes back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.faults.conftest import COUNT, all_come_home, ask_database, make_link
from tests.running import ADMIN, PASSWORD, RunningLoggia, manage, wait_until
from tests.visiting import Guest, sign_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def readiness(loggia: RunningLoggia) -> tuple[int, str]:
    answer = httpx.get(f"{loggia.url}/readyz", trust_env=False)
    return answer.status_code, answer.json()["checks"]["library"]


def assets_of(loggia: RunningLoggia) -> list[tuple[object, ...]]:
    return sorted(ask_database(loggia.data, "SELECT id, removed_at FROM folder_storedasset"))


@contextmanager
def unplugged(photos: Path) -> Iterator[None]:
    elsewhere = photos.with_name(f"{photos.name}-unplugged")
    photos.rename(elsewhere)
    try:
        yield
    finally:
        elsewhere.rename(photos)


def archive_breaks(guest: Guest, archive: str, resumed: dict[str, str]) -> None:
    """Before anybody has looked at the folder: the portal notices by itself."""
    assert guest.client.get(archive).status_code == 503
    with suppress(httpx.TransportError):  # its length was promised: it may only break
        assert guest.client.get(archive, headers=resumed).status_code != 206


def is_told(loggia: RunningLoggia, owner: Guest) -> None:
    done = manage(loggia.data, "scan", **loggia.variables)
    assert done.returncode == 1
    assert "is not there. Is its disk connected?" in done.stderr
    assert "Is its disk connected?" in owner.client.get(f"{loggia.url}/status/").text
    wait_until(lambda: readiness(loggia) == (503, "cannot be reached"), 10)


def test_photos_that_are_unplugged_for_a_while_are_all_there_again(
    loggia: RunningLoggia, photos: Path, visit: Callable[[str], Guest]
) -> None:
    page = make_link(loggia, "Unplugged")
    guest, preparing, owner = visit(page), visit(page), visit(page)
    sign_in(owner.client, loggia.url, ADMIN, PASSWORD)
    guest.ask()
    archive = guest.archive(within=20)
    whole = guest.client.get(archive)
    resumed = {"Range": "bytes=5000-", "If-Range": whole.headers["etag"]}
    known, pictures = assets_of(loggia), guest.pictures()
    # What has been seen once stays visible; a picture nobody has made yet could not be.
    assert {guest.client.get(picture).status_code for picture in pictures} == {200}
    preparing.ask("large")
    wait_until(lambda: preparing.files_done() >= 2, 20, loggia.log)

    with unplugged(photos):
        archive_breaks(guest, archive, resumed)
        is_told(loggia, owner)
        assert f"{COUNT} photos" in guest.look().text
        assert {guest.client.get(picture).status_code for picture in pictures} == {200}
        assert guest.client.get(archive).status_code == 503

    loggia.manage("scan")
    assert assets_of(loggia) == known
    wait_until(lambda: readiness(loggia) == (200, "ok"), 10)
    assert guest.archive(within=30) == archive
    again = guest.client.get(archive, headers=resumed)
    assert (again.status_code, again.content) == (206, whole.content[5000:])
    assert all_come_home(preparing, loggia) == COUNT
    assert "Traceback" not in loggia.said()
