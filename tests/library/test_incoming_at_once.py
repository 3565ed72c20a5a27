"""Whatever is killed or goes on at the same time: each file that is sent is taken in exactly once."""

import pickle
import subprocess
import sys
import threading
import time
from pathlib import Path
from random import Random

import pytest
from django.db import connection

from portal.library.folder.library import FolderLibrary
from portal.library.types import Album, AssetFilter, Incoming, TakenIn
from tests.library.conftest import fill
from tests.library.files import write_photo, write_video
from tests.library.sending import sent, shown, take
from tests.library.test_incoming_files import names_below

pytestmark = pytest.mark.django_db(transaction=True)
KILLS = 20


@pytest.fixture
def library(folder_library: FolderLibrary, photos: Path) -> FolderLibrary:
    fill(photos)
    folder_library.refresh()
    return folder_library


@pytest.fixture
def summer(library: FolderLibrary) -> Album:
    return library.albums()[0]


@pytest.fixture
def staged(tmp_path: Path) -> Path:
    return tmp_path / "staged"


KILLED = """
import django; django.setup()
import pickle, sys
from pathlib import Path
from django.db import connection
connection.settings_dict["NAME"] = {database!r}
from portal.library.folder.library import FolderLibrary
library = FolderLibrary.over([Path({photos!r}), Path({incoming!r})], Path({store!r}), quota=1)
files = pickle.loads(Path({files!r}).read_bytes())
print("ready", flush=True)
library.take_in(files)
print("done", flush=True)
"""


def killed_somewhere(library: FolderLibrary, files: list[Incoming], after: float) -> bool:
    """Take these in, in a process of its own that is killed soon; whether it was not done yet."""
    told = library.store.root.with_name("files")
    told.write_bytes(pickle.dumps(files))
    script = KILLED.format(
        database=str(connection.settings_dict["NAME"]), photos=str(library.roots[0].path),
        incoming=str(library.roots[1].path), store=str(library.store.root), files=str(told),
    )  # fmt: skip
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    time.sleep(after)
    process.kill()
    return "done" not in process.communicate()[0]


@pytest.mark.timeout(180)
def test_a_kill_at_any_moment_brings_each_file_exactly_once(
    library: FolderLibrary, incoming: Path, summer: Album, staged: Path
) -> None:
    random, kills, files = Random(5), 0, list[Incoming]()  # noqa: S311 - dice, not a secret
    for number in range(KILLS):
        moving = sent(write_video(staged / f"{number}.mov", seconds=2), summer)
        still = write_photo(staged / f"{number}.jpg", size=(1200, 900))
        image = write_photo(staged / f"p{number}.jpg")
        files += [sent(still, summer, live_video_key=moving.key), moving]
        files.append(sent(image, summer, filename="image.jpg"))
        kills += killed_somewhere(library, files, random.uniform(0, 0.15))
    assert kills > KILLS / 4

    answers = library.take_in(files)
    assert all(isinstance(answer, TakenIn) and not answer.was_there for answer in answers)
    for file in files:
        file.path.unlink()
    library.refresh()
    assert library.totals(AssetFilter()).count == 5 + 2 * KILLS
    assert len(names_below(incoming)) == 3 * KILLS
    live = [asset for asset in shown(library, summer) if asset.live_video_id]
    assert len(live) == 1 + KILLS
    library.take_out([file.key for file in files])
    assert library.album(summer.id).count == summer.count
    assert not [name for name in names_below(incoming) if not name.startswith(".bin/")]


def test_files_come_in_while_the_library_is_looked_at(
    library: FolderLibrary, photos: Path, incoming: Path, summer: Album, staged: Path
) -> None:
    for number in range(60):
        write_photo(photos / f"Summer/more {number}.jpg")
    files = [sent(write_photo(staged / f"{n}.jpg"), summer) for n in range(40)]
    reports: list[object] = []

    def look() -> None:
        try:
            reports.append(library.refresh())
        finally:
            connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    for start in range(0, 40, 8):
        take(library, *files[start : start + 8])
    thread.join()
    assert reports
    library.refresh()
    assert library.album(summer.id).count == summer.count + 100
    assert len(names_below(incoming)) == 40
