"""What guests sent lies below a second root and joins the albums of the first."""

from collections.abc import Callable
from pathlib import Path

import pytest

from portal.library.folder.library import FolderLibrary
from portal.library.interface import Library
from portal.library.types import Album
from tests.library.files import write_photo

pytestmark = pytest.mark.django_db(transaction=True)
AlbumNamed = Callable[[Library, str], Album]


@pytest.mark.parametrize("incoming_first", [False, True])
def test_a_folder_of_incoming_photos_joins_the_album_of_its_name(
    folder_library: FolderLibrary, photos: Path, incoming: Path, incoming_first: bool
) -> None:
    write_photo(photos / "other.jpg")
    for folder in (incoming, photos) if incoming_first else (photos, incoming):
        write_photo(folder / "2024/Summer/one.jpg")
        folder_library.refresh()
    album = folder_library.albums()[0]
    assert (album.name, album.count) == ("2024/Summer", 2)


def test_incoming_photos_stay_with_an_album_that_is_renamed(
    folder_library: FolderLibrary, photos: Path, incoming: Path, album_named: AlbumNamed
) -> None:
    write_photo(photos / "Old/ours.jpg")
    write_photo(incoming / "Old/theirs.jpg")
    folder_library.refresh()
    old = album_named(folder_library, "Old")

    (photos / "Old").rename(photos / "New")
    folder_library.refresh()
    assert (folder_library.album(old.id).name, folder_library.album(old.id).count) == ("New", 2)

    write_photo(photos / "Old/another.jpg")
    folder_library.refresh()
    assert album_named(folder_library, "Old").count == 1


def test_trouble_with_incoming_photos_leaves_the_others_alone(
    folder_library: FolderLibrary, photos: Path, incoming: Path
) -> None:
    write_photo(photos / "A/ours.jpg")
    write_photo(incoming / "A/theirs.jpg")
    folder_library.refresh()
    incoming.rename(incoming.with_name("unplugged"))
    write_photo(photos / "A/new.jpg")

    assert folder_library.refresh().added == 1
    assert folder_library.albums()[0].count == 3
    assert str(incoming) in folder_library.status().trouble


def test_roots_within_each_other_are_not_taken_in_twice(
    photos: Path, tmp_path: Path, folder_library: FolderLibrary
) -> None:
    data = photos / "loggia data"
    library = FolderLibrary.over(
        [photos, data / "incoming"], data / "renditions", quota=1, own=[data]
    )
    library.patience = folder_library.patience
    write_photo(photos / "A/one.jpg")
    write_photo(data / "incoming/A/two.jpg")
    library.refresh()
    library.make_renditions(60)

    assert library.refresh().unchanged == 2
    assert [(album.name, album.count) for album in library.albums()] == [("A", 2)]
