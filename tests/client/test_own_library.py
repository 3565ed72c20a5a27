"""``manage.py upload`` into the portal's own library, of either home, with and without its server."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.client.conftest import names, photo, sha1
from tests.immich import ImmichProcess
from tests.library.conftest import fill
from tests.library.files import write_photo
from tests.running import MANAGE, environment, manage, wait_until


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("made") / "data"
    owner = ["--noinput", "--username", "owner", "--email", "owner@example.com"]
    for command in (["migrate"], ["createsuperuser", *owner]):
        ran = manage(data, *command)
        assert ran.returncode == 0, ran.stderr
    return data


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    """A portal of its own, with an owner and no photos yet."""
    return shutil.copytree(made, tmp_path / "data")


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """Files that are what their names say, a live photo among them."""
    fill(tmp_path / "real")
    return tmp_path / "real"


def lying_in(data: Path) -> set[str]:
    return {sha1(path) for path in (data / "incoming").rglob("*.*") if path.suffix != ".xmp"}


def test_files_come_into_the_folder_library(data: Path, real: Path) -> None:
    before = {sha1(path): path.stat() for path in real.rglob("*") if path.is_file()}
    photo(real / "fake.jpg")
    (real / "Winter/snow.xmp").write_text("<x/>")
    (real / "Winter/copy.xmp").write_bytes(bytes(3 * 2**20))
    ran = manage(data, "upload", str(real), "--album", "Everything")
    assert ran.returncode == 1, ran.stderr
    assert "To the portal's own library." in ran.stdout
    assert f"Failed: {real}/fake.jpg: " in ran.stdout
    assert lying_in(data) == set(before)
    for path in real.rglob("*.jpg"):
        if path.name != "fake.jpg":
            assert path.stat().st_nlink == 1, "the owner's file is not the library's"
    assert list((data / "staging").glob("*")) == []
    (real / "fake.jpg").unlink()
    (real / "Winter/copy.xmp").unlink()
    again = manage(data, "upload", str(real), "--album", "Everything")
    assert again.returncode == 0, again.stdout
    assert "0 files uploaded" in again.stdout


def test_what_the_library_has_is_deleted_only_when_it_has_it(data: Path, real: Path) -> None:
    ran = manage(data, "upload", str(real), "--delete-uploads")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert names(real) == ["copy.jpg"], "the same as another, so that one was the duplicate"
    brought = lying_in(data)
    back = real.parent / "back"
    shutil.copytree(data / "incoming", back)
    ran = manage(data, "upload", str(back), "--delete-duplicates")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert [name for name in names(back) if not name.endswith(".xmp")] == []
    assert lying_in(data) == brought


def test_what_was_thrown_away_since_is_taken_in_again(data: Path, tmp_path: Path) -> None:
    path = write_photo(tmp_path / "two/a.jpg", taken="2024-07-01 10:00:00")
    write_photo(tmp_path / "two/b.jpg", taken="2024-07-02 10:00:00")
    assert manage(data, "upload", str(path.parent)).returncode == 0
    [lying] = (data / "incoming").rglob("a.jpg")
    lying.unlink()
    write_photo(data / "photos/own.jpg", taken="2024-07-03 10:00:00")
    scanned = manage(data, "scan")
    assert scanned.returncode == 0, scanned.stderr
    ran = manage(data, "upload", str(path), "--delete-uploads")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "1 file uploaded" in ran.stdout
    assert len(lying_in(data)) == 2


def test_files_come_into_the_immich_behind_the_portal(
    data: Path, real: Path, immich_process: ImmichProcess
) -> None:
    behind = {
        "LOGGIA_IMMICH_URL": immich_process.url,
        "LOGGIA_IMMICH_API_KEY": immich_process.api_key,
    }
    wanted = {sha1(path) for path in real.rglob("*") if path.is_file()}
    ran = manage(data, "upload", str(real), "--album", "From here", "--delete-uploads", **behind)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert wanted <= {each["sha1"] for each in immich_process.control.truth()}
    assert names(real) == ["copy.jpg"]


def test_a_home_that_is_away_is_told_in_a_sentence(data: Path, real: Path) -> None:
    behind = {"LOGGIA_IMMICH_URL": "http://127.0.0.1:9", "LOGGIA_IMMICH_API_KEY": "k"}
    ran = manage(data, "upload", str(real), "--delete-uploads", **behind)
    assert ran.returncode == 1
    assert "refuses connections" in ran.stdout
    assert "Traceback" not in ran.stderr
    assert names(real) != []


def test_killed_in_the_middle_nothing_is_doubled_and_nothing_lost(
    data: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "many"
    for number in range(40):
        write_photo(
            folder / f"{number:02}.jpg", taken="2024-07-01 10:00:00", size=(32, 32 + number)
        )
    wanted = sorted(sha1(path) for path in folder.iterdir())
    command = [sys.executable, str(MANAGE), "upload", str(folder), "--album", "Killed"]
    running = subprocess.Popen(
        command, env=environment(data), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_until(lambda: len(lying_in(data)) > 3 or running.poll() is not None, 60)
    running.kill()
    running.wait()
    ran = manage(data, "upload", str(folder), "--album", "Killed", "--delete-duplicates",
                 "--delete-uploads")  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert sorted(sha1(path) for path in (data / "incoming").rglob("*.jpg")) == wanted
    assert names(folder) == []
