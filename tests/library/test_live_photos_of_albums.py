"""Who may see an album sees what lies in it: no moving half that lies in another one only."""

from collections.abc import Callable
from pathlib import Path
from shutil import copyfile

import pytest

from portal.library.folder.library import FolderLibrary
from portal.library.interface import Library
from portal.library.types import Album, AssetFilter
from tests.library.files import write_photo, write_video

pytestmark = pytest.mark.django_db(transaction=True)
AlbumNamed = Callable[[Library, str], Album]


@pytest.fixture
def library_of_copies(folder_library: FolderLibrary, photos: Path) -> FolderLibrary:
    """``At home`` has a live photo, ``To share`` only a copy of its still."""
    still = write_photo(photos / "At home/IMG_1.jpg")
    write_video(photos / "At home/IMG_1.mov", seconds=2)
    (photos / "To share").mkdir()
    copyfile(still, photos / "To share/IMG_1.jpg")
    folder_library.refresh()
    return folder_library


def test_a_copied_still_does_not_bring_its_moving_half(
    library_of_copies: FolderLibrary, album_named: AlbumNamed
) -> None:
    library = library_of_copies
    at_home = AssetFilter(album_named(library, "At home").id)
    to_share = AssetFilter(album_named(library, "To share").id)
    (live,), (still,) = library.assets(at_home), library.assets(to_share)
    assert live.id == still.id
    assert live.live_video_id
    assert still.live_video_id is None
    assert library.contains(at_home, live.live_video_id)
    assert not library.contains(to_share, live.live_video_id)
    of_one = AssetFilter(to_share.album_id, frozenset({still.id}))
    assert library.assets(of_one)[0].live_video_id is None


def test_once_the_moving_half_is_copied_too_it_is_there(
    library_of_copies: FolderLibrary, photos: Path, album_named: AlbumNamed
) -> None:
    copyfile(photos / "At home/IMG_1.mov", photos / "To share/IMG_1.mov")
    library_of_copies.refresh()
    to_share = AssetFilter(album_named(library_of_copies, "To share").id)
    (live,) = library_of_copies.assets(to_share)
    assert live.live_video_id
    assert library_of_copies.contains(to_share, live.live_video_id)


def test_a_photo_chosen_by_itself_comes_whole(library_of_copies: FolderLibrary) -> None:
    (everywhere,) = library_of_copies.assets(AssetFilter())
    (chosen,) = library_of_copies.assets(AssetFilter(ids=frozenset({everywhere.id})))
    assert chosen.live_video_id
