"""What every library does when something is taken back that was sent to it."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from portal.library.interface import Library, NotInLibrary
from portal.library.types import Album, Asset, AssetFilter
from tests.library.files import write_photo, write_video
from tests.library.sending import ids_in, sent, take
from tests.library.test_contract import content_of

AlbumNamed = Callable[[Library, str], Album]
AssetNamed = Callable[[Library, str], Asset]
ALL = AssetFilter()


@pytest.fixture
def staged(tmp_path: Path) -> Path:
    return tmp_path / "staged"


@pytest.fixture
def summer(library: Library, album_named: AlbumNamed) -> Album:
    return album_named(library, "Summer")


@pytest.fixture
def winter(library: Library, album_named: AlbumNamed) -> Album:
    return album_named(library, "Winter")


def test_what_was_brought_is_gone_and_links_are_told(
    library: Library, summer: Album, staged: Path
) -> None:
    file, other = (sent(write_photo(staged / f"{name}.jpg"), summer) for name in "ab")
    asset_id, other_id = take(library, file, other)
    report = library.take_out([file.key])

    assert report.lost_assets == {asset_id}
    assert report.shrunk_albums == {summer.id}
    with pytest.raises(NotInLibrary):
        library.original(asset_id)
    assert ids_in(library, summer) & {asset_id, other_id} == {other_id}
    assert library.album(summer.id).count == summer.count + 1

    library.acknowledge(report)
    after = library.refresh()
    assert (after.added, after.removed) == (0, 0)
    assert (after.shrunk_albums, after.lost_assets) == (frozenset(), frozenset())
    assert not library.contains(ALL, asset_id)


def test_taking_out_twice_or_what_is_unknown_does_no_harm(
    library: Library, summer: Album, staged: Path
) -> None:
    file = sent(write_photo(staged / "a.jpg"), summer)
    take(library, file)
    library.acknowledge(library.take_out([file.key]))

    assert library.take_out([file.key, uuid4()]).lost_assets == frozenset()
    assert library.take_out([]).lost_assets == frozenset()
    assert library.album(summer.id).count == summer.count


def test_both_halves_of_a_live_photo_go(library: Library, summer: Album, staged: Path) -> None:
    moving = sent(write_video(staged / "a.mov", seconds=2), summer)
    still = sent(write_photo(staged / "a.jpg"), summer, live_video_key=moving.key)
    ids = take(library, still, moving)
    library.take_out([still.key, moving.key])

    assert not library.originals(ids)
    assert library.album(summer.id).count == summer.count
    assert library.album(summer.id).size == summer.size


def test_what_was_there_before_stays_and_leaves_the_album_it_was_put_into(
    library: Library, summer: Album, winter: Album, asset_named: AssetNamed, staged: Path
) -> None:
    asset = asset_named(library, "three.png")
    staged.mkdir()
    copy = staged / "theirs.png"
    copy.write_bytes(content_of(library, library.original(asset.id)))
    file = sent(copy, winter)
    take(library, file)
    report = library.take_out([file.key])

    assert report.lost_assets == frozenset()
    assert report.shrunk_albums == {winter.id}
    assert asset.id in ids_in(library, summer)
    assert asset.id not in ids_in(library, winter)


def test_what_the_album_had_already_stays_there(
    library: Library, summer: Album, asset_named: AssetNamed, staged: Path
) -> None:
    asset = asset_named(library, "three.png")
    staged.mkdir()
    copy = staged / "theirs.png"
    copy.write_bytes(content_of(library, library.original(asset.id)))
    file = sent(copy, summer)
    take(library, file)
    report = library.take_out([file.key])

    assert (report.lost_assets, report.shrunk_albums) == (frozenset(), frozenset())
    assert asset.id in ids_in(library, summer)


@pytest.mark.parametrize("first", [0, 1])
def test_what_two_have_sent_stays_until_both_take_it_back(
    library: Library, summer: Album, staged: Path, first: int
) -> None:
    path = write_photo(staged / "a.jpg")
    files = [sent(path, summer), sent(path, summer, filename="b.jpg")]
    [asset_id] = {*take(library, files[0]), *take(library, files[1])}

    assert library.take_out([files[first].key]).lost_assets == frozenset()
    assert asset_id in ids_in(library, summer)
    library.refresh()
    assert asset_id in ids_in(library, summer)
    assert library.take_out([files[1 - first].key]).lost_assets == {asset_id}
    assert asset_id not in ids_in(library, summer)


@pytest.mark.parametrize("first", [0, 1, 2])
def test_what_was_sent_to_two_albums_and_to_none_leaves_each_alone(
    library: Library, summer: Album, winter: Album, staged: Path, first: int
) -> None:
    path = write_photo(staged / "a.jpg")
    files = [sent(path, summer), sent(path, winter), sent(path)]
    albums = [summer, winter]
    [asset_id] = {take(library, file)[0] for file in files}

    assert library.take_out([files[first].key]).lost_assets == frozenset()
    assert library.contains(ALL, asset_id)
    here = [asset_id in ids_in(library, album) for album in albums]
    assert here == [number != first for number in range(2)]
    left = [file for number, file in enumerate(files) if number != first]
    assert library.take_out([left[0].key]).lost_assets == frozenset()
    assert library.take_out([left[1].key]).lost_assets == {asset_id}


def test_what_was_taken_back_may_be_sent_again(
    library: Library, summer: Album, staged: Path
) -> None:
    file = sent(write_photo(staged / "a.jpg"), summer)
    take(library, file)
    library.acknowledge(library.take_out([file.key]))

    [again] = take(library, file)
    assert again in ids_in(library, summer)
    [other] = take(library, sent(file.path, summer))
    assert other == again
    assert library.album(summer.id).count == summer.count + 1
