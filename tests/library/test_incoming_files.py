"""How the folder library keeps what is sent to it: as files that people can find and use."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from portal.library.folder.library import FolderLibrary
from portal.library.folder.models import Arrival, StoredAlbum
from portal.library.interface import LibraryUnavailable
from portal.library.types import Album, TakenIn
from tests.library.conftest import HASTE, fill
from tests.library.files import write_photo, write_video
from tests.library.sending import WHEN, ids_in, refused, sent, shown, take

pytestmark = pytest.mark.django_db(transaction=True)


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


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of a few megabytes, where this user may have one."""
    folder = Path(tempfile.mkdtemp(prefix="loggia-small-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    try:
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("only root may mount a small disk")
        yield folder
        subprocess.run(["umount", str(folder)], check=True)
    finally:
        folder.rmdir()


def names_below(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_files_lie_in_a_folder_of_the_album_s_name_and_the_owner_s_is_left_alone(
    library: FolderLibrary, photos: Path, incoming: Path, summer: Album, staged: Path
) -> None:
    before = names_below(photos)
    take(library, sent(write_photo(staged / "one.jpg"), summer))

    assert names_below(incoming) == ["Summer/one.jpg"]
    assert names_below(photos) == before


def test_on_the_same_disk_no_byte_is_copied_and_the_time_is_kept(
    library: FolderLibrary, incoming: Path, summer: Album, staged: Path
) -> None:
    path = write_photo(staged / "one.jpg")
    path.chmod(0o600)
    take(library, sent(path, summer))
    kept = incoming / "Summer/one.jpg"

    assert kept.samefile(path)
    assert kept.stat().st_mtime == WHEN.timestamp()
    assert kept.stat().st_mode & 0o777 == kept.parent.stat().st_mode & 0o666
    path.unlink()
    library.refresh()
    assert library.album(summer.id).count == summer.count + 1


def test_from_another_disk_a_file_is_copied(
    library: FolderLibrary, incoming: Path, summer: Album, small_disk: Path
) -> None:
    path = write_photo(small_disk / "one.jpg")
    [asset_id] = take(library, sent(path, summer))

    assert (incoming / "Summer/one.jpg").read_bytes() == path.read_bytes()
    assert not (incoming / "Summer/one.jpg").samefile(path)
    assert asset_id in ids_in(library, summer)
    assert names_below(incoming) == ["Summer/one.jpg"]


def test_a_renamed_album_goes_on_in_the_folder_where_it_was(
    library: FolderLibrary, photos: Path, incoming: Path, summer: Album, staged: Path
) -> None:
    take(library, sent(write_photo(staged / "one.jpg"), summer))
    (photos / "Summer").rename(photos / "Summer in Bled")
    library.refresh()
    take(library, sent(write_photo(staged / "two.jpg"), summer))

    assert names_below(incoming) == ["Summer/one.jpg", "Summer/two.jpg"]
    assert library.album(summer.id).name == "Summer in Bled"
    assert library.album(summer.id).count == summer.count + 2


def test_an_album_with_the_old_name_of_another_has_a_folder_of_its_own(
    library: FolderLibrary, photos: Path, incoming: Path, summer: Album, staged: Path
) -> None:
    take(library, sent(write_photo(staged / "one.jpg"), summer))
    (photos / "Summer").rename(photos / "Bled")
    library.refresh()
    write_photo(photos / "Summer/another.jpg")
    library.refresh()
    other = next(album for album in library.albums() if album.name == "Summer")
    assert other.id != summer.id
    take(library, sent(write_photo(staged / "two.jpg"), other))

    assert names_below(incoming) == ["Summer (2)/two.jpg", "Summer/one.jpg"]
    library.refresh()
    assert library.album(other.id).count == 2
    assert library.album(summer.id).count == summer.count + 1


def test_names_are_numbered_and_halves_share_theirs(
    library: FolderLibrary, incoming: Path, summer: Album, staged: Path
) -> None:
    (staged / "b").mkdir(parents=True)
    for folder in (staged, staged / "b"):
        moving = sent(write_video(folder / "IMG_1.mov", seconds=2), summer)
        still = sent(write_photo(folder / "IMG_1.jpg"), summer, live_video_key=moving.key)
        take(library, still, moving)
    take(library, sent(write_photo(staged / "IMG_1.png"), summer))

    assert names_below(incoming / "Summer") == [
        "IMG_1 (2).jpg", "IMG_1 (2).mov", "IMG_1 (3).png", "IMG_1.jpg", "IMG_1.mov",
    ]  # fmt: skip
    library.refresh()
    live = [asset for asset in shown(library, summer) if asset.live_video_id]
    assert len(live) == 3


def test_what_goes_into_no_album_joins_none_of_the_owner_s(
    library: FolderLibrary, photos: Path, incoming: Path, staged: Path
) -> None:
    month = f"{timezone.localdate():%Y-%m}"
    write_photo(photos / f"Guests/{month}/private.jpg")
    library.refresh()
    [asset_id] = take(library, sent(write_photo(staged / "one.jpg")))

    assert names_below(incoming) == [f"Guests/{month} (2)/one.jpg"]
    owned = next(album for album in library.albums() if album.name == f"Guests/{month}")
    assert asset_id not in ids_in(library, owned)


def test_a_full_disk_loses_nothing_and_goes_on_later(
    photos: Path, small_disk: Path, staged: Path, tmp_path: Path
) -> None:
    fill(photos)
    incoming = small_disk / "incoming"
    library = FolderLibrary.over([photos, incoming], tmp_path / "kept", quota=2**30)
    library.patience, library.draws_ahead = HASTE, False
    library.refresh()
    summer = library.albums()[0]
    files = [sent(write_photo(staged / f"{n}.jpg", size=(90, 60)), summer) for n in range(2)]
    large = sent(write_video(staged / "large.mov"), summer)
    with large.path.open("ab") as video:
        video.write(b"\0\0\0\0free" + bytes(5 * 2**20))
    large = sent(large.path, summer, key=large.key)

    with pytest.raises(LibraryUnavailable, match="full"):
        library.take_in([files[0], large, files[1]])
    assert names_below(incoming) == ["Summer/0.jpg", "Summer/1.jpg"]
    library.refresh()
    assert library.album(summer.id).count == summer.count + 2
    assert all(file.path.exists() for file in [*files, large])

    subprocess.run(["mount", "-o", "remount,size=20m", str(small_disk)], check=True)
    assert not [a for a in library.take_in([*files, large]) if not isinstance(a, TakenIn)]
    assert library.album(summer.id).count == summer.count + 3


def test_a_home_that_is_away_takes_nothing_and_keeps_what_it_has(
    library: FolderLibrary, incoming: Path, summer: Album, staged: Path
) -> None:
    file, other = (sent(write_photo(staged / f"{name}.jpg"), summer) for name in "ab")
    take(library, file)
    incoming.rename(incoming.with_name("unplugged"))
    with pytest.raises(LibraryUnavailable, match="disk connected"):
        library.take_in([other])
    incoming.mkdir()  # what is left of a disk that is not mounted
    with pytest.raises(LibraryUnavailable, match="disk connected"):
        library.take_in([other])
    with pytest.raises(LibraryUnavailable):
        library.take_out([file.key])
    assert names_below(incoming) == []

    incoming.rmdir()
    incoming.with_name("unplugged").rename(incoming)
    take(library, other)
    assert names_below(incoming) == ["Summer/a.jpg", "Summer/b.jpg"]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is write-protected for root")
def test_a_write_protected_home_says_so(
    library: FolderLibrary, incoming: Path, summer: Album, staged: Path
) -> None:
    incoming.mkdir()
    incoming.chmod(0o500)
    with pytest.raises(LibraryUnavailable, match="cannot be written"):
        library.take_in([sent(write_photo(staged / "a.jpg"), summer)])


def test_a_link_in_the_way_leads_nowhere_else(
    library: FolderLibrary, incoming: Path, summer: Album, staged: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    incoming.mkdir()
    (incoming / "Summer").symlink_to(elsewhere)
    with pytest.raises(LibraryUnavailable, match="leads out"):
        library.take_in([sent(write_photo(staged / "a.jpg"), summer)])
    assert names_below(elsewhere) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"<html>no</html>" * 50, "web page"),
        (b"PK\x03\x04" + b"x" * 999, "damaged"),
    ],
)
def test_what_is_no_picture_is_refused_for_good(
    library: FolderLibrary, incoming: Path, summer: Album, content: bytes, words: str
) -> None:
    fake = incoming.with_name("fake.jpg")
    fake.write_bytes(content)
    answer = refused(library, sent(fake, summer))

    assert answer.is_final
    assert words in answer.reason
    assert names_below(incoming) == []
    assert not Arrival.objects.exists()


def test_an_album_without_a_folder_of_the_owner_s_goes_by_its_name(
    library: FolderLibrary, incoming: Path, staged: Path
) -> None:
    album = StoredAlbum.objects.create(name="../odd/CON")
    which = library.album(album.pk)
    take(library, sent(write_photo(staged / "a.jpg"), which))
    assert names_below(incoming) == ["odd/_CON/a.jpg"]
    assert library.album(album.pk).count == 1


def test_pictures_are_drawn_while_a_file_is_read(
    library: FolderLibrary, summer: Album, staged: Path
) -> None:
    library.draws_ahead = True
    library.make_renditions(60)
    take(library, sent(write_photo(staged / "a.jpg"), summer))
    assert library.status().renditions_waiting == 0
