"""The disk with the photos is pulled out while guests are there, and comes back."""

from collections.abc import Callable
from contextlib import suppress
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


def test_photos_that_are_unplugged_for_a_while_are_all_there_again(
    loggia: RunningLoggia, photos: Path, visit: Callable[[str], Guest]
) -> None:
    page = make_link(loggia, "Unplugged")
    guest, preparing, owner = visit(page), visit(page), visit(page)
    sign_in(owner.client, loggia.url, ADMIN, PASSWORD)
    guest.ask()
    archive = guest.archive(within=20)
    whole = guest.client.get(archive)
    known, pictures = assets_of(loggia), guest.pictures()
    # What has been seen once stays visible; a picture nobody has made yet could not be.
    assert {guest.client.get(picture).status_code for picture in pictures} == {200}
    preparing.ask("large")
    wait_until(lambda: preparing.files_done() >= 2, 20, loggia.log)

    elsewhere = photos.with_name(f"{photos.name}-unplugged")
    photos.rename(elsewhere)
    try:
        # Before anybody has looked: the portal notices by itself.
        assert guest.client.get(archive).status_code == 503
        resumed = {"Range": "bytes=5000-", "If-Range": whole.headers["etag"]}
        with suppress(httpx.TransportError):  # its length was promised: it may only break
            assert guest.client.get(archive, headers=resumed).status_code != 206
        done = manage(loggia.data, "scan", **loggia.variables)
        assert done.returncode == 1
        assert "is not there. Is its disk connected?" in done.stderr
        assert f"{COUNT} photos" in guest.look().text
        assert {guest.client.get(picture).status_code for picture in pictures} == {200}
        assert "Is its disk connected?" in owner.client.get(f"{loggia.url}/status/").text
        wait_until(lambda: readiness(loggia) == (503, "cannot be reached"), 10)
        assert guest.client.get(archive).status_code == 503
    finally:
        elsewhere.rename(photos)

    loggia.manage("scan")
    assert assets_of(loggia) == known
    wait_until(lambda: readiness(loggia) == (200, "ok"), 10)
    address = guest.archive(within=30)
    assert address == archive
    again = guest.client.get(address, headers=resumed)
    assert (again.status_code, again.content) == (206, whole.content[5000:])
    assert all_come_home(preparing, loggia) == COUNT
    assert "Traceback" not in loggia.said()
