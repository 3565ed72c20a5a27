"""Libraries of very many folders: what each costs may not grow with their number."""

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.library.folder.library import FolderLibrary
from portal.library.folder.membership import bring_up_to_date
from tests.library.files import write_photo

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 120


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
