"""Somebody else holds the database for 20 seconds: pages go on, and what must be saved waits."""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.faults.conftest import (
    COUNT,
    all_come_home,
    files_in,
    make_link,
    originals_in,
    somebody_looking,
)
from tests.running import ADMIN, PASSWORD, RunningLoggia, wait_until
from tests.visiting import Guest, sign_in, token_in

LOCKED_FOR = 20  # seconds
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Hold the database as a backup tool or a careless script might."""
    held = sqlite3.connect(data / "loggia.sqlite3", isolation_level=None, timeout=30)
    held.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        held.execute("ROLLBACK")
        held.close()


def make_link_by_hand(client: httpx.Client, loggia: RunningLoggia, slug: str) -> int:
    """Fill in the owner's form; returns the status of the answer."""
    albums = client.get(f"{loggia.url}/albums/").text
    album = re.findall(r'href="/albums/([0-9a-f-]{36})/"', albums)[0]
    form_at = f"{loggia.url}/links/new/?album={album}"
    token = token_in(client.get(form_at).text)
    form = {"csrfmiddlewaretoken": token, "slug": slug, "lifetime": "never"}
    return client.post(form_at, data=form, follow_redirects=False).status_code


def readers_go_on(loggia: RunningLoggia, looking: Guest, owner: Guest, pictures: list[str]) -> None:
    answers = [looking.client.get(picture).status_code for picture in pictures]
    assert answers == [200] * len(pictures)
    assert owner.client.get(f"{loggia.url}/status/").status_code == 200


def download_resumes(guest: Guest, archive: str, whole: httpx.Response) -> None:
    rest = {"Range": "bytes=1000-", "If-Range": whole.headers["etag"]}
    assert guest.client.get(archive, headers=rest).content == whole.content[1000:]


def test_pages_go_on_and_what_must_be_saved_waits(
    loggia: RunningLoggia, photos: Path, visit: Callable[[str], Guest]
) -> None:
    page = make_link(loggia, "Locked")
    looking, resuming, asking, preparing, owner = (visit(page) for _ in range(5))
    sign_in(owner.client, loggia.url, ADMIN, PASSWORD)
    resuming.ask()
    archive = resuming.archive(within=20)
    whole = resuming.client.get(archive)
    preparing.ask("large")
    wait_until(lambda: preparing.files_done() >= 2, 30, loggia.log)
    pictures = looking.pictures()

    with ThreadPoolExecutor(2) as waiting, somebody_looking(page) as answers:
        wait_until(lambda: len(answers) > 3, 10)
        before = len(answers)
        with locked(loggia.data):
            began = time.monotonic()
            link_made = waiting.submit(make_link_by_hand, owner.client, loggia, "made-meanwhile")
            asked = waiting.submit(asking.ask)
            readers_go_on(loggia, looking, owner, pictures)
            download_resumes(resuming, archive, whole)
            assert time.monotonic() - began < LOCKED_FOR / 2, "readers had to wait"
            assert not link_made.done()
            time.sleep(began + LOCKED_FOR - time.monotonic())
            assert len(answers) - before > 20
        assert link_made.result(20) == 302
        assert "dock" in asked.result(20)
    assert {answer.status_code for answer in answers} == {200}

    late = asking.client.get(asking.archive(within=30)).content
    assert files_in(late) == files_in(whole.content) == originals_in(photos, "Locked")
    assert all_come_home(preparing, loggia) == COUNT
    assert visit(f"{loggia.url}/s/made-meanwhile").look().status_code == 200
    assert "Traceback" not in loggia.said()
