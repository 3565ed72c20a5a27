"""What every library does with files that are sent to it, whatever its home."""

from collections.abc import Callable
from datetime import UTC
from hashlib import sha1
from pathlib import Path
from uuid import uuid4

import pytest

from portal.library.interface import Library
from portal.library.types import Album, Asset, AssetFilter, AssetKind, TakenIn
from tests.library.files import write_photo, write_video
from tests.library.sending import WHEN, ids_in, refused, sent, shown, take
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


def test_a_photo_is_in_the_library_and_its_album_at_once(
    library: Library, summer: Album, staged: Path
) -> None:
    path = write_photo(staged / "IMG_1.jpg")
    data = path.read_bytes()
    [answer] = library.take_in([sent(path, summer)])
    path.unlink()

    assert isinstance(answer, TakenIn)
    assert not answer.was_there
    asset = library.asset(answer.asset_id)
    assert (asset.filename, asset.kind, asset.size) == ("IMG_1.jpg", AssetKind.IMAGE, len(data))
    assert asset.sha1 == sha1(data, usedforsecurity=False).digest()
    assert asset in shown(library, summer)
    assert content_of(library, library.original(asset.id)) == data
    after = library.album(summer.id)
    assert (after.images, after.size) == (summer.images + 1, summer.size + len(data))
    assert after.version != summer.version


def test_without_a_date_of_its_own_a_photo_keeps_that_of_its_file(
    library: Library, summer: Album, staged: Path
) -> None:
    [asset_id] = take(library, sent(write_photo(staged / "undated.jpg"), summer))
    assert library.asset(asset_id).taken_at == WHEN.astimezone(UTC).replace(tzinfo=None)


def test_the_same_key_brings_nothing_twice(library: Library, summer: Album, staged: Path) -> None:
    files = [sent(write_photo(staged / f"{number}.jpg"), summer) for number in range(3)]
    first = take(library, *files)
    for file in files:
        file.path.unlink()

    assert take(library, *files) == first
    assert library.album(summer.id).count == summer.count + 3
    assert not [a for a in library.take_in(files) if not isinstance(a, TakenIn) or a.was_there]


def test_a_look_at_the_home_finds_nothing_new_in_what_was_taken_in(
    library: Library, summer: Album, staged: Path
) -> None:
    still, half = write_photo(staged / "a.jpg"), write_video(staged / "a.mov", seconds=2)
    moving = sent(half, summer)
    take(library, sent(still, summer, live_video_key=moving.key), moving)
    take(library, sent(write_photo(staged / "b.jpg")))
    before = [asset.id for asset in library.assets(ALL)]

    report = library.refresh()
    assert (report.added, report.moved, report.removed) == (0, 0, 0)
    assert (report.shrunk_albums, report.lost_assets) == (frozenset(), frozenset())
    assert {asset.id for asset in library.assets(ALL)} == set(before)


def test_what_the_library_has_elsewhere_goes_into_the_album_too(
    library: Library, winter: Album, asset_named: AssetNamed, staged: Path
) -> None:
    asset = asset_named(library, "three.png")
    staged.mkdir()
    copy = staged / "theirs.png"
    copy.write_bytes(content_of(library, library.original(asset.id)))
    count = library.totals(ALL).count
    [answer] = library.take_in([sent(copy, winter)])

    assert isinstance(answer, TakenIn)
    assert answer.was_there
    assert answer.asset_id == asset.id
    assert asset.id in ids_in(library, winter)
    assert library.totals(ALL).count == count


def test_what_the_album_shows_already_changes_nothing(
    library: Library, summer: Album, asset_named: AssetNamed, staged: Path
) -> None:
    asset = asset_named(library, "three.png")
    staged.mkdir()
    copy = staged / "same.png"
    copy.write_bytes(content_of(library, library.original(asset.id)))
    [answer] = library.take_in([sent(copy, summer)])

    assert answer == TakenIn(answer.key, asset.id, was_there=True)
    assert library.album(summer.id).count == summer.count


def test_one_content_sent_twice_at_once_is_one_asset(
    library: Library, summer: Album, staged: Path
) -> None:
    path = write_photo(staged / "one.jpg")
    answers = library.take_in([sent(path, summer), sent(path, summer, filename="other.jpg")])

    [asset_id] = {answer.asset_id for answer in answers if isinstance(answer, TakenIn)}
    assert asset_id in ids_in(library, summer)
    assert library.album(summer.id).count == summer.count + 1


def test_without_an_album_it_is_in_the_library_alone(
    library: Library, summer: Album, winter: Album, staged: Path
) -> None:
    [asset_id] = take(library, sent(write_photo(staged / "alone.jpg")))

    assert library.contains(ALL, asset_id)
    assert not library.contains(AssetFilter(album_id=summer.id), asset_id)
    assert not library.contains(AssetFilter(album_id=winter.id), asset_id)


def test_two_halves_become_a_live_photo(library: Library, summer: Album, staged: Path) -> None:
    moving = sent(write_video(staged / "IMG_7.mov", seconds=2), summer)
    still = sent(write_photo(staged / "IMG_7.jpg"), summer, live_video_key=moving.key)
    still_id, moving_id = take(library, still, moving)

    assert library.asset(still_id).live_video_id == moving_id
    assert still_id in ids_in(library, summer)
    assert moving_id not in ids_in(library, summer)
    assert library.contains(AssetFilter(album_id=summer.id), moving_id)
    assert library.album(summer.id).videos == summer.videos
    assert content_of(library, library.original(moving_id)) == moving.path.read_bytes()


def test_a_still_finds_the_half_that_came_before_it(
    library: Library, summer: Album, staged: Path
) -> None:
    moving = sent(write_video(staged / "IMG_7.mov", seconds=2), summer)
    [moving_id] = take(library, moving)
    moving.path.unlink()
    still = sent(write_photo(staged / "IMG_7.jpg"), summer, live_video_key=moving.key)
    [still_id] = take(library, still)

    assert library.asset(still_id).live_video_id == moving_id
    assert ids_in(library, summer) & {still_id, moving_id} == {still_id}
    assert library.album(summer.id).videos == summer.videos


def test_an_album_that_is_not_there_takes_nothing(
    library: Library, summer: Album, staged: Path
) -> None:
    count = library.totals(ALL).count
    stray = sent(write_photo(staged / "stray.jpg"), summer, album_id=uuid4())
    answer = refused(library, stray)

    assert answer.is_final
    assert "album" in answer.reason
    assert library.totals(ALL).count == count


def test_a_file_that_is_not_what_was_promised_is_not_taken(
    library: Library, summer: Album, staged: Path
) -> None:
    file = sent(write_photo(staged / "one.jpg"), summer)
    damaged = bytearray(file.path.read_bytes())
    damaged[-20] ^= 0x55
    file.path.write_bytes(damaged)
    answer = refused(library, file)

    assert not answer.is_final
    assert answer.reason
    library.refresh()
    assert library.album(summer.id).count == summer.count


def test_others_are_taken_in_though_one_is_not_there(
    library: Library, summer: Album, staged: Path
) -> None:
    gone, here = (sent(write_photo(staged / f"{name}.jpg"), summer) for name in ("gone", "here"))
    gone.path.unlink()
    first, second = library.take_in([gone, here])

    assert not isinstance(first, TakenIn)
    assert not first.is_final
    assert isinstance(second, TakenIn)
    assert library.album(summer.id).count == summer.count + 1


NAMES = [
    "../../etc/passwd", "/etc/passwd.jpg", r"C:\photos\CON.jpg", "CON", "aux.tar.jpg", ".hidden.jpg",
    "📷🎉.jpg", "x" * 300 + ".jpg", "", "..", "a\0b\n.jpg", "photo.html", "Ünïcode – ‚x‘.JPG",
    'q?u*e<s>t|i:o"n.jpg', " . .jpg", "😀" * 100 + ".jpg",
]  # fmt: skip


def test_names_are_made_safe(library: Library, summer: Album, staged: Path) -> None:
    files = [
        sent(write_photo(staged / f"{number}.jpg"), summer, filename=name)
        for number, name in enumerate(NAMES)
    ]
    names = [library.asset(asset_id).filename for asset_id in take(library, *files)]

    assert all(len(name.encode()) < 255 for name in names)
    assert all(name.lower().endswith(".jpg") for name in names)
    assert not [name for name in names if {"/", "\\", "\0", "\n", "<", "?"} & set(name)]
    assert not [name for name in names if name.startswith((".", "CON", "aux."))]
    assert {"passwd.jpg", "📷🎉.jpg", "Ünïcode – ‚x‘.JPG"} <= set(names)
    assert not [path for path in staged.parent.parent.rglob("passwd*") if path.parent == staged]


def test_ten_files_of_one_name_are_ten_photos(
    library: Library, summer: Album, staged: Path
) -> None:
    files = [
        sent(write_photo(staged / f"{number}.jpg"), summer, filename="image.jpg")
        for number in range(10)
    ]
    assert len(set(take(library, *files))) == 10
    assert library.album(summer.id).images == summer.images + 10


def test_a_photo_and_a_film_of_one_name_by_chance_stay_two(
    library: Library, summer: Album, staged: Path
) -> None:
    film = sent(write_video(staged / "IMG_1.mov", seconds=2), summer)
    still = sent(write_photo(staged / "IMG_1.jpg"), summer)
    film_id, still_id = take(library, film, still)

    assert {film_id, still_id} <= ids_in(library, summer)
    assert library.asset(still_id).live_video_id is None


def test_whoever_holds_a_lease_is_called_now_and_then(
    library: Library, summer: Album, staged: Path
) -> None:
    class LeaseLost(Exception):
        pass

    def lose() -> None:
        raise LeaseLost

    beats: list[int] = []
    file, other = (sent(write_photo(staged / f"{name}.jpg"), summer) for name in "ab")
    library.take_in([file], lambda: beats.append(1))
    assert beats
    with pytest.raises(LeaseLost):
        library.take_in([other], lose)
    take(library, other)
    assert library.album(summer.id).count == summer.count + 2


def test_contents_are_known_where_they_can_be_seen(
    library: Library, summer: Album, winter: Album, asset_named: AssetNamed, staged: Path
) -> None:
    one, live = asset_named(library, "three.png"), asset_named(library, "two.jpg")
    assert live.live_video_id
    half = library.asset(live.live_video_id)
    known = {asset.sha1: asset.id for asset in (one, live, half) if asset.sha1}
    assert len(known) == 3
    asked = [*known, b"\0" * 20]

    assert library.known(AssetFilter(album_id=summer.id), asked) == known
    assert library.known(AssetFilter(album_id=winter.id), asked) == {}
    assert library.known(ALL, asked) == known
    assert library.known(AssetFilter(ids=frozenset({one.id})), asked) == {one.sha1: one.id}
    assert library.known(AssetFilter(ids=frozenset()), asked) == {}
    assert library.known(ALL, []) == {}

    file = sent(write_photo(staged / "new.jpg"), winter)
    [asset_id] = take(library, file)
    assert library.known(AssetFilter(album_id=winter.id), [file.sha1]) == {file.sha1: asset_id}


def test_very_many_contents_may_be_asked_for(library: Library, asset_named: AssetNamed) -> None:
    one = asset_named(library, "three.png")
    assert one.sha1
    many = [number.to_bytes(20) for number in range(2_000)]
    assert library.known(ALL, [*many, one.sha1]) == {one.sha1: one.id}
