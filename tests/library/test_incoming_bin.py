"""What is not wanted after all, and what was never finished, goes from the incoming folder in time."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from portal.library.folder.library import FolderLibrary
from portal.library.folder.models import Arrival
from portal.library.types import Album
from tests.library.files import write_photo
from tests.library.sending import sent, take
from tests.library.test_incoming_files import library, names_below, staged, summer

__all__ = ["library", "staged", "summer"]

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_taken_back_lies_in_the_bin_for_a_month(
    library: FolderLibrary, incoming: Path, summer: Album, staged: Path
) -> None:
    files = [sent(write_photo(staged / f"{n}/one.jpg"), summer) for n in range(2)]
    take(library, *files)
    library.take_out([file.key for file in files])
    today = timezone.localdate()

    assert names_below(incoming) == [
        f".bin/{today}/Summer/one (2).jpg", f".bin/{today}/Summer/one.jpg",
    ]  # fmt: skip
    (incoming / f".bin/{today}").rename(incoming / f".bin/{today - timedelta(days=30)}")
    (incoming / ".bin/of somebody else's making").mkdir()
    library.refresh()
    assert len(names_below(incoming)) == 2
    (incoming / f".bin/{today - timedelta(days=30)}").rename(
        incoming / f".bin/{today - timedelta(days=31)}"
    )
    library.refresh()
    assert names_below(incoming) == []
    assert (incoming / ".bin/of somebody else's making").is_dir()


def test_what_a_killed_call_left_behind_does_not_stay(
    library: FolderLibrary, incoming: Path, summer: Album, staged: Path
) -> None:
    files = [sent(write_photo(staged / f"{n}.jpg"), summer) for n in range(2)]
    take(library, *files)
    parts = [incoming / f"Summer/.{file.key.hex}.part" for file in files]
    for part in parts:
        part.touch()
    Arrival.objects.update(done_at=None, asset_id=None)
    library.take_out([files[0].key])
    assert [part.exists() for part in parts] == [False, True]
    assert names_below(incoming / "Summer") == [parts[1].name, "1.jpg"]

    Arrival.objects.update(begun_at=timezone.now() - timedelta(days=2))
    library.refresh()
    assert names_below(incoming / "Summer") == ["1.jpg"]
    Arrival.objects.update(begun_at=timezone.now() - timedelta(days=91))
    library.refresh()
    assert not Arrival.objects.exists()
