"""A look that is cut short loses a batch at most, and the next one goes on."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from portal.leases.models import Lease, hold
from portal.library.folder import scan
from portal.library.folder.library import FolderLibrary
from portal.library.index.looking import LEASE, Heart
from portal.library.interface import LibraryUnavailable
from portal.library.types import AssetFilter
from tests.library.files import write_photo

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_look_with_little_time_ends_early_and_says_what_is_left(
    folder_library: FolderLibrary, photos: Path
) -> None:
    for number in range(40):
        write_photo(photos / f"A/{number}.jpg")

    reports = [folder_library.refresh(seconds=0.05)]
    assert folder_library.status().last_refresh is None
    while reports[-1].unread:
        reports.append(folder_library.refresh(seconds=0.05))

    assert len(reports) > 1
    assert sum(report.added for report in reports) == 40
    assert folder_library.status().last_refresh is not None


def test_nothing_is_taken_for_gone_before_all_that_is_new_is_read(
    folder_library: FolderLibrary, photos: Path, tmp_path: Path
) -> None:
    for number in range(20):
        write_photo(photos / f"A/{number}.jpg", size=(400, 400))
    folder_library.refresh()
    album = folder_library.albums()[0]
    for number in range(20):  # another disk: new inodes, so each file must be read
        target = photos / f"B/{number}.jpg"
        target.parent.mkdir(exist_ok=True)
        target.write_bytes((photos / f"A/{number}.jpg").read_bytes())
        (photos / f"A/{number}.jpg").unlink()

    while folder_library.refresh(seconds=0.02).unread:
        assert folder_library.totals(AssetFilter()).count == 20
        assert folder_library.album(album.id).count == 20

    assert folder_library.album(album.id).name == "B"
    assert folder_library.totals(AssetFilter()).count == 20


def test_only_one_look_runs_at_a_time(folder_library: FolderLibrary, photos: Path) -> None:
    write_photo(photos / "A/one.jpg")
    with hold(LEASE, seconds=60):
        assert folder_library.status().is_refreshing
        with pytest.raises(LibraryUnavailable, match="already"):
            folder_library.refresh()
    assert folder_library.refresh().added == 1


def test_a_look_whose_lease_was_taken_over_stops(
    folder_library: FolderLibrary, photos: Path
) -> None:
    with hold(LEASE, seconds=60) as lease:
        heart = Heart(lease, scan.LEASE_SECONDS)
        Lease.objects.all().delete()
        heart.last -= scan.LEASE_SECONDS
        with pytest.raises(LibraryUnavailable):
            heart.beat()


def test_an_album_that_lost_something_to_a_killed_look_is_reported_by_the_next(
    folder_library: FolderLibrary, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_photo(photos / "A/one.jpg")
    write_photo(photos / "A/two.jpg")
    folder_library.refresh()
    album = folder_library.albums()[0]
    (photos / "A/two.jpg").unlink()

    def die(_scan: object, *_rest: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, contextlib.suppress(KeyboardInterrupt):
        patch.setattr(scan.Scan, "_report", die)
        folder_library.refresh()
    assert folder_library.album(album.id).count == 1

    report = folder_library.refresh()
    assert report.shrunk_albums == {album.id}
    assert len(report.lost_assets) == 1
    assert folder_library.refresh().lost_assets == report.lost_assets
    folder_library.acknowledge(report)
    after = folder_library.refresh()
    assert after.shrunk_albums == after.lost_assets == frozenset()


KILLED = """
import django; django.setup()
from django.db import connection
connection.settings_dict["NAME"] = {database!r}
from pathlib import Path
from portal.library.folder import scan
from portal.library.folder.library import FolderLibrary
scan.BATCH_FILES = 5
FolderLibrary.over([Path({photos!r}), Path("nowhere")], Path({renditions!r}), quota=1).refresh()
"""


def test_a_killed_look_keeps_its_batches_and_the_next_one_reads_only_the_rest(
    folder_library: FolderLibrary, photos: Path, tmp_path: Path
) -> None:
    for number in range(120):
        write_photo(photos / f"A/{number:03}.jpg", size=(900, 700))
    program = KILLED.format(
        database=str(connection.settings_dict["NAME"]),
        photos=str(photos),
        renditions=str(tmp_path / "renditions"),
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "LOGGIA_DATA": str(tmp_path / "data"),
    }
    look = subprocess.Popen([sys.executable, "-c", program], env=environment)
    deadline = time.monotonic() + 30
    while folder_library.totals(AssetFilter()).count < 10 and time.monotonic() < deadline:
        time.sleep(0.005)
    look.send_signal(signal.SIGKILL)
    look.wait()
    kept = folder_library.totals(AssetFilter()).count
    assert 10 <= kept < 120

    Lease.objects.all().delete()  # else the next look waits until the killed one's has expired
    report = folder_library.refresh()
    assert report.unchanged == kept
    assert report.added == 120 - kept
