"""However many look, Immich is asked for eight things at a time, and for each thing once."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from portal.library.immich.turns import Busy, Turns
from portal.library.types import Rendition, StoredFile
from tests.immich import Immich
from tests.immich_pictures import fetching_process
from tests.immich_pictures.conftest import Gallery


def test_two_processes_ask_for_eight_at_once_together(immich: Immich, tmp_path: Path) -> None:
    ids = [
        each.id for each in immich.world.assets.values() if each.owner_id == immich.world.owner.id
    ]
    immich.control.fault("delay", times=None, value=0.05, path="thumbnail")
    command = [sys.executable, "-m", fetching_process.__name__]
    arguments = [immich.url, immich.api_key, str(tmp_path), *ids]
    root = Path(__file__).parents[2]
    running = [
        subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, cwd=root) for _ in range(2)
    ]
    assert [int(process.communicate()[0]) for process in running] == [len(ids)] * 2
    assert immich.control.most_at_once("thumbnail") == 8


@pytest.mark.django_db(transaction=True)
def test_fifty_who_wait_for_one_picture_cost_one_request(
    transactional_gallery: Gallery,
) -> None:
    gallery = transactional_gallery
    row = gallery.row("IMG_0005.jpg")
    gallery.immich.control.fault("delay", times=None, value=0.3, path="thumbnail")
    processes = [gallery.another_process() for _number in range(2)]

    def look(number: int) -> StoredFile:
        try:
            return processes[number % 2].get(row, Rendition.THUMBNAIL)
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        found = set(pool.map(look, range(50)))
    assert len(found) == 1
    assert len(gallery.asked()) == 1


def test_who_waits_too_long_is_told_so(tmp_path: Path) -> None:
    turns = Turns(tmp_path, 1, patience=0.05)
    with turns.slot(), pytest.raises(Busy), turns.slot():
        pass
    with turns.slot():
        assert True, "what was let go of is free"


def test_long_work_leaves_half_of_the_places_to_thumbnails(tmp_path: Path) -> None:
    turns = Turns(tmp_path, 4, patience=0.05)
    with turns.slot(is_long=True), turns.slot(is_long=True):
        with pytest.raises(Busy), turns.slot(is_long=True):
            pass
        with turns.slot(), turns.slot():
            assert len(list(tmp_path.glob("slot-*"))) == 4


def test_one_after_another_and_never_two(tmp_path: Path) -> None:
    turns, running, most = Turns(tmp_path, 8), threading.Semaphore(1), []

    def work(_number: int) -> None:
        with turns.alone("one"):
            most.append(running.acquire(blocking=False))
            time.sleep(0.002)
            running.release()

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(work, range(60)))
    assert all(most)
    assert not list(tmp_path.glob("alone-*")), "no lock file stays behind"


@pytest.fixture
def transactional_gallery(transactional_db: None, open_gallery: Callable[..., Gallery]) -> Gallery:
    return open_gallery()
