"""Files that cannot be taken in are listed with a reason and stop nothing."""

import os
import threading
import time
from pathlib import Path

import pytest

from portal.library.folder.library import FolderLibrary
from portal.library.folder.reading import Patience
from portal.library.types import AssetFilter, Page
from tests.library.files import age, write_photo, write_video

pytestmark = pytest.mark.django_db(transaction=True)


def problems(library: FolderLibrary) -> dict[str, str]:
    return {problem.path: problem.reason for problem in library.problems(Page())}


def test_fake_truncated_and_empty_files_are_listed(
    folder_library: FolderLibrary, photos: Path
) -> None:
    write_photo(photos / "A/good.jpg")
    whole = write_photo(photos / "A/cut.jpg", size=(640, 480)).read_bytes()
    (photos / "A/cut.jpg").write_bytes(whole[: len(whole) // 2])
    (photos / "A/fake.jpg").write_text("<html>no picture</html>")
    (photos / "A/empty.png").touch()
    film = write_video(photos / "A/cut.mov").read_bytes()
    (photos / "A/cut.mov").write_bytes(film[:200])

    report = folder_library.refresh()

    assert (report.added, report.problems) == (1, 4)
    assert set(problems(folder_library)) == {"A/cut.jpg", "A/fake.jpg", "A/empty.png", "A/cut.mov"}
    assert all(problems(folder_library).values())
    assert folder_library.status().problems == 4


def test_a_problem_file_is_tried_again_only_when_it_changes(
    folder_library: FolderLibrary, photos: Path
) -> None:
    good = write_photo(photos / "good.jpg").read_bytes()
    path = photos / "A/bad.jpg"
    path.parent.mkdir()
    path.write_bytes(b"x" * len(good))
    folder_library.refresh()
    first_seen = folder_library.problems(Page())[0].seen_at
    status = path.stat()

    # Good by now, but with the size and time of before: nobody opens it.
    path.write_bytes(good[:-1] + b"y")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert folder_library.refresh().problems == 1
    assert folder_library.problems(Page())[0].seen_at == first_seen

    os.utime(path)
    report = folder_library.refresh()
    assert (report.added, report.problems) == (1, 0)
    assert problems(folder_library) == {}


def test_a_problem_that_is_deleted_is_a_problem_no_more(
    folder_library: FolderLibrary, photos: Path
) -> None:
    write_photo(photos / "good.jpg")
    (photos / "bad.jpg").write_text("bad")
    folder_library.refresh()
    (photos / "bad.jpg").unlink()
    assert folder_library.refresh().problems == 0


def test_a_photo_that_is_ruined_is_hidden_and_listed_and_can_be_mended(
    folder_library: FolderLibrary, photos: Path
) -> None:
    write_photo(photos / "A/other.jpg")
    path = write_photo(photos / "A/one.jpg")
    good = path.read_bytes()
    folder_library.refresh()
    before = folder_library.assets(AssetFilter())

    path.write_bytes(b"ruined")
    report = folder_library.refresh()
    assert (report.removed, report.problems) == (1, 1)
    assert len(report.shrunk_albums) == 1
    assert folder_library.totals(AssetFilter()).count == 1

    path.write_bytes(good)
    assert folder_library.refresh().problems == 0
    assert {a.id for a in folder_library.assets(AssetFilter())} == {a.id for a in before}


def test_a_restored_file_with_its_old_time_is_a_problem_no_more(
    folder_library: FolderLibrary, photos: Path
) -> None:
    write_photo(photos / "A/other.jpg")
    path = write_photo(photos / "A/one.jpg")
    age(path)
    good, status = path.read_bytes(), path.stat()
    folder_library.refresh()
    path.write_bytes(b"ruined")
    folder_library.refresh()

    path.write_bytes(good)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    report = folder_library.refresh()
    assert (report.added, report.problems) == (1, 0)


def test_problems_come_newest_first_and_in_pages(
    folder_library: FolderLibrary, photos: Path
) -> None:
    for name in ("a", "b", "c"):
        (photos / f"{name}.jpg").write_text("bad")
        folder_library.refresh()
    paths = [problem.path for problem in folder_library.problems(Page())]
    assert paths == ["c.jpg", "b.jpg", "a.jpg"]
    assert [p.path for p in folder_library.problems(Page(1, 1))] == ["b.jpg"]
    assert folder_library.problems(Page(3, 10)) == []


def test_a_file_that_is_still_being_written_is_waited_for(
    folder_library: FolderLibrary, photos: Path
) -> None:
    whole = write_photo(photos / "made.jpg", size=(200, 200)).read_bytes()
    (photos / "made.jpg").unlink()
    path = photos / "growing.jpg"
    path.write_bytes(whole[:100])
    folder_library.patience = Patience(between_looks=0.2, at_most=10)

    def write() -> None:
        step = len(whole) // 8
        for start in range(100, len(whole), step):
            with path.open("ab") as file:
                file.write(whole[start : start + step])
            time.sleep(0.08)

    writer = threading.Thread(target=write)
    writer.start()
    report = folder_library.refresh()
    writer.join()

    assert (report.added, report.problems, report.growing) == (1, 0, 0)
    assert folder_library.assets(AssetFilter())[0].size == len(whole)


def test_a_file_that_never_rests_is_left_for_the_next_look(
    folder_library: FolderLibrary, photos: Path
) -> None:
    write_photo(photos / "A/settled.jpg")
    path = write_photo(photos / "A/restless.jpg")
    folder_library.patience = Patience(between_looks=0.1, at_most=0.5)
    stop = threading.Event()

    def disturb() -> None:
        while not stop.wait(0.02):
            os.utime(path)

    writer = threading.Thread(target=disturb)
    writer.start()
    report = folder_library.refresh()
    stop.set()
    writer.join()

    assert (report.added, report.growing, report.problems) == (1, 1, 0)
    assert folder_library.refresh().added == 1
