"""The portal's own folder as the source: its files are copied, and checked."""

import shutil
from pathlib import Path

import pytest

from tests.batch.conftest import files_in
from tests.immich import Immich
from tests.library.conftest import fill
from tests.running import manage


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A data folder and the photos it knows."""
    home = tmp_path_factory.mktemp("portal")
    fill(home / "photos")
    data = home / "data"
    assert manage(data, "migrate", LOGGIA_PHOTOS=str(home / "photos")).returncode == 0
    scanned = manage(data, "scan", LOGGIA_PHOTOS=str(home / "photos"))
    assert scanned.returncode == 0, scanned.stderr
    return data, home / "photos"


def test_originals_are_copied_and_checked(portal: tuple[Path, Path], folder: Path) -> None:
    data, photos = portal
    ran = manage(data, "download", "--save-to", str(folder), "--path-template",
                 "{album}/{year}/{filename}", LOGGIA_PHOTOS=str(photos))  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert set(files_in(folder).values()) == set(files_in(photos).values())
    assert "Summer/2024/two.jpg" in files_in(folder)
    assert "Summer/2024/two.mov" in files_in(folder)
    assert "6 downloaded" in ran.stdout
    (folder / "Summer/2024/two.jpg").write_bytes(b"broken")
    again = manage(data, "download", "--save-to", str(folder), "--path-template",
                   "{album}/{year}/{filename}", LOGGIA_PHOTOS=str(photos))  # fmt: skip
    assert "0 downloaded, 1 repaired" in again.stdout
    assert set(files_in(folder).values()) == set(files_in(photos).values())


def test_an_album_and_what_a_folder_cannot_know(portal: tuple[Path, Path], folder: Path) -> None:
    data, photos = portal
    ran = manage(data, "download", "--save-to", str(folder), "--album", "winter",
                 LOGGIA_PHOTOS=str(photos))  # fmt: skip
    assert ran.returncode == 0
    assert len(files_in(folder)) == 2
    ran = manage(data, "download", "--save-to", str(folder), "--last-days", "3",
                 LOGGIA_PHOTOS=str(photos))  # fmt: skip
    assert ran.returncode == 2
    assert "A folder of photos knows no persons" in ran.stderr


def test_a_file_that_changed_since_it_was_looked_at_is_named(
    portal: tuple[Path, Path], folder: Path, tmp_path: Path
) -> None:
    data, photos = portal
    kept = tmp_path / "kept.jpg"
    shutil.copy2(photos / "Winter/snow.jpg", kept)
    (photos / "Winter/snow.jpg").write_bytes(b"x" * kept.stat().st_size)
    ran = manage(data, "download", "--save-to", str(folder), "--album", "Winter",
                 LOGGIA_PHOTOS=str(photos))  # fmt: skip
    shutil.copy2(kept, photos / "Winter/snow.jpg")
    assert ran.returncode == 1
    assert "snow.jpg" in ran.stdout
    assert not any("snow" in path for path in files_in(folder))


def test_an_immich_behind_the_portal_is_searched_like_one_that_is_named(
    immich: Immich, folder: Path, tmp_path: Path
) -> None:
    behind = {"LOGGIA_IMMICH_URL": immich.url, "LOGGIA_IMMICH_API_KEY": immich.api_key}
    ran = manage(tmp_path / "data", "download", "--save-to", str(folder),
                 "--filters", '{"type": "VIDEO"}', **behind)  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert list(files_in(folder)) == ["2024/01/02/VID_0000.mp4", "2024/01/02/VID_0001.mp4"]
