"""The client and the commands against a running Loggia."""

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from downloads.client import Client, DownloadInfo, NotAllowed, UploadResult
from tests.client.conftest import Use, names, photo, sha1, with_client
from tests.library.conftest import fill
from tests.running import ADMIN, PASSWORD, RunningLoggia, start

T = TypeVar("T")
pytestmark = pytest.mark.timeout(300)  # a portal starts first


@pytest.fixture(scope="module")
def loggia(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLoggia]:
    home = tmp_path_factory.mktemp("loggia")
    fill(home / "photos")
    running = start(
        home / "data", LOGGIA_PHOTOS=str(home / "photos"), LOGGIA_ADMIN_USER=ADMIN,
        LOGGIA_ADMIN_PASSWORD=PASSWORD,
    )  # fmt: skip
    running.manage("scan")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def key(loggia: RunningLoggia) -> str:
    return loggia.manage("apikey", "create", "client").split()[-1]


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """Photos that the portal does not have, each of one's own, and a live photo."""
    folder = tmp_path / "real"
    fill(folder)
    for path in folder.rglob("*.jpg"):
        path.write_bytes(path.read_bytes() + tmp_path.name.encode())  # after the picture's end
    return folder


def ask(loggia: RunningLoggia, key: str, method: str, path: str, body: Any = None) -> Any:
    headers = {"x-api-key": key}
    return httpx.request(method, f"{loggia.url}/api{path}", headers=headers, json=body).json()


def assets_of(loggia: RunningLoggia, key: str, **which: Any) -> dict[str, dict[str, Any]]:
    found = ask(loggia, key, "POST", "/search/metadata", {"withExif": True, **which})
    return {each["id"]: each for each in found["assets"]["items"]}


def test_files_go_in_and_come_back(
    loggia: RunningLoggia, key: str, real: Path, folder: Path
) -> None:
    photo(real / "fake.jpg")
    (real / "Winter/snow.xmp").write_text("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
    sums = {path: sha1(path) for path in real.rglob("*.*")}

    async def upload(client: Client) -> UploadResult:
        return await client.upload(real, album_name="From afar")

    result = with_client(loggia.url, upload, key)
    assert [each.filepath.name for each in result.failed] == ["fake.jpg"]
    assert "fake.jpg" in result.failed[0].error
    assert result.unplaced == []
    again = with_client(loggia.url, upload, key)
    assert again.stats.uploaded == 0

    async def fetch(client: Client) -> dict[Path, Path]:
        ids = {entry.filepath: entry.asset.id for entry in result.uploaded}
        return {
            path: await client.download_asset_to_file(asset_id, folder)
            for path, asset_id in ids.items() if asset_id
        }  # fmt: skip

    for sent, path in with_client(loggia.url, fetch, key).items():
        assert sha1(path) == sums[sent]


def test_a_live_photo_arrives_as_one(loggia: RunningLoggia, key: str, real: Path) -> None:
    result = with_client(loggia.url, lambda client: client.upload(real / "Summer"), key)
    ids = {entry.filepath.name: str(entry.asset.id) for entry in result.uploaded}
    assert assets_of(loggia, key)[ids["two.jpg"]]["livePhotoVideoId"]


def test_only_what_is_safely_there_is_deleted(loggia: RunningLoggia, key: str, real: Path) -> None:
    photo(real / "fake.jpg")

    async def upload(client: Client) -> UploadResult:
        return await client.upload(real, delete_uploads=True, delete_duplicates=True)

    result = with_client(loggia.url, upload, key)
    assert result.kept == []
    assert names(real) == ["fake.jpg"]


def test_archives_and_pictures_come(loggia: RunningLoggia, key: str, folder: Path) -> None:
    ids = list(assets_of(loggia, key))

    async def fetch(client: Client) -> list[Path]:
        await client.view_asset_to_file(ids[0], folder / "pictures", size="preview")
        await client.view_asset_to_file(ids[0], folder / "pictures", size="thumbnail")
        return await client.download_archive_to_file(DownloadInfo(asset_ids=ids), folder)

    [path] = with_client(loggia.url, fetch, key)
    assert len(names(folder / "pictures")) == 2
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) >= len(ids)


@pytest.fixture(scope="module")
def locked(loggia: RunningLoggia) -> str:
    loggia.manage("link", "create", "--album", "Summer", "--slug", "locked", "--password", PASSWORD)
    return "locked"


def test_a_locked_link_opens_with_its_password(
    loggia: RunningLoggia, key: str, locked: str, folder: Path
) -> None:
    def by_link(use: Use[T], **more: str) -> T:
        return with_client(loggia.url, use, slug=locked, **more)

    album = next(each["id"] for each in ask(loggia, key, "GET", "/albums")
                 if each["albumName"] == "Summer")  # fmt: skip
    asset_id = next(iter(assets_of(loggia, key, albumIds=[album])))
    path = by_link(
        lambda client: client.download_asset_to_file(asset_id, folder), password=PASSWORD
    )
    assert path.stat().st_size > 100
    for more in ({}, {"password": "a guess"}):
        with pytest.raises(NotAllowed):
            by_link(lambda client: client.view_asset_to_file(asset_id, folder), **more)
    assert names(folder) == [path.name]


def test_the_command_downloads_from_a_locked_link(
    loggia: RunningLoggia, locked: str, folder: Path
) -> None:
    said = loggia.manage(
        "download", "--save-to", str(folder), "--share-url", f"{loggia.url}/s/{locked}",
        "--password", PASSWORD,
    )  # fmt: skip
    assert " 0 missing" in said
    assert "two.mov" in names(folder)


def test_what_guests_send_waits_and_is_kept_here(
    loggia: RunningLoggia, real: Path, tmp_path: Path
) -> None:
    loggia.manage("link", "create", "--album", "Winter", "--slug", "party", "--allow-upload")
    sent = tmp_path / "sent"
    shutil.copytree(real / "Winter", sent)

    async def upload(client: Client) -> UploadResult:
        return await client.upload(sent, delete_uploads=True)

    result = with_client(loggia.url, upload, slug="party")
    assert result.stats.uploaded == len(names(sent)) == len(result.kept)
    assert result.failed == []
