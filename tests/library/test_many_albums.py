"""Libraries of very many folders: what each costs may not grow with their number."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.leases.models import is_held
from portal.library.folder import record, scan
from portal.library.folder.library import FolderLibrary
from portal.library.folder.membership import bring_up_to_date
from portal.library.folder.models import LibraryState
from portal.library.folder.settling import Settled, Touched, settle
from portal.library.index.chunks import chunks
from portal.library.index.looking import LEASE
from portal.library.types import AssetFilter
from tests.library.files import write_photo

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 160


@pytest.fixture
def many_albums(folder_library: FolderLibrary, photos: Path) -> FolderLibrary:
    for number in range(MANY):
        write_photo(photos / f"2024/{number:03}/photo.jpg", size=(8, 6))
    folder_library.refresh()
    return folder_library


def test_counting_many_albums_takes_a_few_queries(many_albums: FolderLibrary) -> None:
    albums = [album.id for album in many_albums.albums()]
    assert len(albums) == MANY
    with CaptureQueriesContext(connection) as captured:
        bring_up_to_date(albums)
    assert len(captured) < 10


def test_many_albums_are_listed_in_one_query(many_albums: FolderLibrary) -> None:
    with CaptureQueriesContext(connection) as captured:
        names = [album.name for album in many_albums.albums()]
    assert names == [f"2024/{number:03}" for number in range(MANY)]
    assert len(captured) == 1


def test_albums_whose_parent_was_renamed_keep_their_ids(
    many_albums: FolderLibrary, photos: Path
) -> None:
    before = {album.name: album.id for album in many_albums.albums()}
    (photos / "2024").rename(photos / "A good year")
    with CaptureQueriesContext(connection) as captured:
        report = many_albums.refresh()
    assert (report.added, report.moved, report.removed) == (0, MANY, 0)
    after = {album.name.replace("A good year", "2024"): album.id for album in many_albums.albums()}
    assert after == before
    assert len(captured) < MANY


Settling = Callable[[Touched], Settled]


@pytest.fixture
def in_small_steps(monkeypatch: pytest.MonkeyPatch) -> Callable[[Settling], None]:
    """Let what follows a look be settled ten at a time, each step by the given function."""

    def settle_by(step: Settling) -> None:
        monkeypatch.setattr(record, "settle", step)
        monkeypatch.setattr(record, "chunks", lambda items: chunks(items, 10))

    return settle_by


def test_a_look_that_has_much_to_record_keeps_its_lease(
    many_albums: FolderLibrary,
    photos: Path,
    in_small_steps: Callable[[Settling], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held: list[bool] = []

    def slowly(touched: Touched) -> Settled:
        time.sleep(0.1)
        held.append(is_held(LEASE))
        return settle(touched)

    monkeypatch.setattr(scan, "LEASE_SECONDS", 0.6)
    in_small_steps(slowly)
    (photos / "2024").rename(photos / "2025")
    assert many_albums.refresh().moved == MANY
    assert held == [True] * len(held)
    assert len(held) > 20


@pytest.mark.parametrize("steps", [3, 14, 25])
def test_a_look_killed_while_it_settles_is_made_good_by_the_next(
    many_albums: FolderLibrary,
    photos: Path,
    in_small_steps: Callable[[Settling], None],
    monkeypatch: pytest.MonkeyPatch,
    steps: int,
) -> None:
    before = {album.name: album.id for album in many_albums.albums()}
    (photos / "2024").rename(photos / "2025")
    (photos / "2025/007/photo.jpg").unlink()
    left = iter(range(steps))

    def killed(touched: Touched) -> Settled:
        if next(left, None) is None:
            raise SystemExit
        return settle(touched)

    in_small_steps(killed)
    with pytest.raises(SystemExit):
        many_albums.refresh()
    monkeypatch.undo()

    many_albums.refresh()
    after = {album.name.replace("2025", "2024"): album.id for album in many_albums.albums()}
    assert after == {name: pk for name, pk in before.items() if name != "2024/007"}
    assert many_albums.totals(AssetFilter()).count == many_albums.status().images == MANY - 1
    assert not LibraryState.load().is_unsettled
