"""A file that ends the process which opens it stops nothing else, and is left alone in the end."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from portal.leases.models import Lease
from portal.library.folder import attempts
from portal.library.folder.library import FolderLibrary
from portal.library.folder.models import Attempt
from portal.library.folder.roots import Look, Spot
from portal.library.interface import ContentUnreadable, Library
from portal.library.types import Asset, AssetFilter, Page, Rendition
from tests.library.files import write_photo

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[str], int]
AN_ID = uuid4()

# Stands for a fault inside an image library: whoever opens deadly.jpg is gone at once.
DEADLY = """
import django; django.setup()
import os, signal
from pathlib import Path
from uuid import UUID
from django.db import connection
connection.settings_dict["NAME"] = {database!r}
from portal.library.content import reading, rendering
from portal.library.folder.library import FolderLibrary
from portal.library.folder.reading import Patience
from portal.library.types import Rendition

def deadly(work):
    def opening(path, *rest):
        if path.name == "deadly.jpg":
            os.kill(os.getpid(), signal.SIGKILL)
        return work(path, *rest)
    return opening

reading.read_content = deadly(reading.read_content)
rendering.render = deadly(rendering.render)
library = FolderLibrary.over([Path({photos!r}), Path("nowhere")], Path({renditions!r}), quota=1)
library.patience = Patience(0.01, 0.3)
{work}
"""


@pytest.fixture
def in_a_process(folder_library: FolderLibrary, photos: Path, tmp_path: Path) -> Work:
    """Does something with the library in a process of its own; returns its exit code."""

    def run(work: str) -> int:
        Lease.objects.all().delete()  # else it waits until the killed process's has expired
        program = DEADLY.format(
            database=str(connection.settings_dict["NAME"]),
            photos=str(photos),
            renditions=str(tmp_path / "renditions"),
            work=work,
        )
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "LOGGIA_DATA": str(tmp_path / "data"),
        }
        command = [sys.executable, "-c", program]
        return subprocess.run(command, env=environment, timeout=60, check=False).returncode

    return run


def test_a_file_that_kills_its_reader_is_left_alone_after_three_times(
    in_a_process: Work, folder_library: FolderLibrary, photos: Path
) -> None:
    for number in range(20):
        write_photo(photos / f"A/{number:02}.jpg")
    write_photo(photos / "A/deadly.jpg")

    codes = [in_a_process("library.refresh()") for _ in range(4)]

    assert codes == [-signal.SIGKILL] * 3 + [0]
    assert folder_library.totals(AssetFilter()).count == 20
    (problem,) = folder_library.problems(Page())
    assert problem.path == "A/deadly.jpg"
    assert "ended" in problem.reason
    # The next looks open it no more, until it is another file.
    assert in_a_process("library.refresh()") == 0
    write_photo(photos / "A/deadly.jpg", size=(64, 64))
    assert folder_library.refresh().added == 1
    assert not folder_library.problems(Page())
    assert Attempt.objects.count() == attempts.MOST  # at what lay there; a week later they go


def test_its_neighbours_are_taken_in_by_the_look_after_the_first_death(
    in_a_process: Work, folder_library: FolderLibrary, photos: Path
) -> None:
    for number in range(12):
        write_photo(photos / f"A/{number:02}.jpg")
    write_photo(photos / "A/deadly.jpg")
    for _ in range(2):
        assert in_a_process("library.refresh()") == -signal.SIGKILL
    assert folder_library.totals(AssetFilter()).count == 12


def test_a_file_that_kills_its_renderer_is_left_alone_after_three_times(
    in_a_process: Work,
    folder_library: FolderLibrary,
    photos: Path,
    asset_named: Callable[[Library, str], Asset],
) -> None:
    for number in range(20):
        write_photo(photos / f"A/{number:02}.jpg")
    write_photo(photos / "A/deadly.jpg")
    folder_library.refresh()

    work = "while library.make_renditions(60): pass"
    codes = [in_a_process(work) for _ in range(4)]

    assert codes == [-signal.SIGKILL] * 3 + [0]
    assert folder_library.status().renditions_waiting == 0
    (problem,) = folder_library.problems(Page())
    assert problem.path == "A/deadly.jpg"
    deadly = asset_named(folder_library, "deadly.jpg")
    with pytest.raises(ContentUnreadable):
        folder_library.rendition(deadly.id, Rendition.THUMBNAIL)
    for number in range(20):
        neighbour = asset_named(folder_library, f"{number:02}.jpg")
        assert folder_library.rendition(neighbour.id, Rendition.THUMBNAIL).size


def test_a_file_that_kills_those_who_ask_for_it_is_refused_after_three_times(
    in_a_process: Work,
    folder_library: FolderLibrary,
    photos: Path,
    asset_named: Callable[[Library, str], Asset],
) -> None:
    write_photo(photos / "A/deadly.jpg")
    folder_library.refresh()
    deadly = asset_named(folder_library, "deadly.jpg")
    work = f"library.rendition(UUID({str(deadly.id)!r}), Rendition.LARGE)"
    assert [in_a_process(work) for _ in range(3)] == [-signal.SIGKILL] * 3
    with pytest.raises(ContentUnreadable, match="ended"):
        folder_library.rendition(deadly.id, Rendition.LARGE)


def test_an_attempt_under_way_is_no_death() -> None:
    name = attempts.reading(Spot(0, b"A", b"one.jpg"), Look(1, 2, 3))
    attempts.begin([name] * 5)
    assert attempts.deaths([name])[name] == 0
    attempts.survived([name])
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("ended", ["{host} 1 0", "{host} 4194305 5", "{host} 4194305 running"])
def test_an_attempt_of_a_process_that_is_no_more_is_a_death(ended: str) -> None:
    name = attempts.making(AN_ID, "large")
    host = socket.gethostname()
    Attempt.objects.create(name=name, process=ended.format(host=host), begun_at=timezone.now())
    assert attempts.deaths([name])[name] == 1


def test_of_another_machines_processes_nothing_is_said() -> None:
    name = attempts.making(AN_ID, "large")
    Attempt.objects.create(name=name, process="elsewhere 12 34", begun_at=timezone.now())
    assert attempts.deaths([name])[name] == 0


def test_after_a_week_a_file_has_another_chance() -> None:
    long_ago = timezone.now() - attempts.REMEMBERED_FOR * 1.1
    Attempt.objects.create(name="a" * 32, process="elsewhere 12 34", begun_at=long_ago)
    attempts.forget_old_attempts()
    assert not Attempt.objects.exists()
