from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from portal.fake_immich.app import FakeImmich
from portal.fake_immich.folder import world_of
from portal.fake_immich.making import Plan
from portal.fake_immich.painting import film, pictures
from portal.fake_immich.running import ThreadedServer
from tests.immich import ImmichProcess


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    (tmp_path / "Trip").mkdir()
    (tmp_path / "Trip" / "lake.jpg").write_bytes(pictures()[0].path.read_bytes())
    (tmp_path / "Trip" / "notes.txt").write_text("nothing to see")
    (tmp_path / "film.mp4").write_bytes(film("mp4").path.read_bytes())
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    return tmp_path


@pytest.fixture
def client(photos: Path) -> Iterator[httpx.Client]:
    with (
        ThreadedServer(FakeImmich(world_of(photos, Plan()))) as server,
        httpx.Client(base_url=server.url, headers={"x-api-key": Plan().api_key}) as client,
    ):
        yield client


def test_a_folder_is_a_library_and_its_subfolders_are_albums(client: httpx.Client) -> None:
    (album,) = client.get("/api/albums").json()
    assert (album["albumName"], album["assetCount"]) == ("Trip", 1)
    (asset,) = client.get(f"/api/albums/{album['id']}").json()["assets"]
    assert (asset["exifInfo"]["model"], asset["localDateTime"]) == (
        "Canon EOS R6", "2024-05-01T10:30:00+00:00",
    )  # fmt: skip


def test_files_of_a_folder_come_as_they_are(client: httpx.Client, photos: Path) -> None:
    items = client.post("/api/search/metadata", json={}).json()["assets"]["items"]
    files = {each["originalFileName"]: each["id"] for each in items}
    assert files.keys() == {"lake.jpg", "film.mp4", "broken.jpg"}

    data = client.get(f"/api/assets/{files['film.mp4']}/original").content
    assert data == (photos / "film.mp4").read_bytes()
    statuses = {
        name: client.get(f"/api/assets/{asset_id}/thumbnail").status_code
        for name, asset_id in files.items()
    }
    assert statuses == {"lake.jpg": 200, "film.mp4": 200, "broken.jpg": 404}


def test_the_command_takes_a_folder(
    start_immich_process: Callable[..., ImmichProcess], photos: Path
) -> None:
    running = start_immich_process("--photos", str(photos), "--version", "3.2.0", "--api-key", "k")
    found = httpx.get(f"{running.url}/api/albums", headers={"x-api-key": "k"}).json()
    assert [album["albumName"] for album in found] == ["Trip"]
