"""Archives: whole, tested, split as the server says, and never a half one under its name."""

import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from downloads.client import Client, ClientError, DownloadInfo, NotThere, Refused
from tests.client.conftest import QUICK, go, names, pictures, sha1, truth_of
from tests.immich import Immich


def sums_in(paths: list[Path], folder: Path) -> set[str]:
    for path in paths:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder / path.stem)
    return {sha1(path) for path in folder.rglob("*.*") if path.suffix != ".zip"}


def test_chosen_photos_arrive_in_one_archive(server: Immich, folder: Path, tmp_path: Path) -> None:
    ids = pictures(server)[:5]
    wanted = DownloadInfo(asset_ids=ids)
    [path] = go(server, lambda client: client.download_archive_to_file(wanted, folder))
    assert names(folder) == [path.name]
    assert sums_in([path], tmp_path / "out") == {truth_of(server, each)["sha1"] for each in ids}
    [again] = go(server, lambda client: client.download_archive_to_file(wanted, folder))
    assert again == path, "the same archive is not kept twice"


def test_an_album_comes_in_as_many_archives_as_were_asked_for(
    server: Immich, folder: Path, tmp_path: Path
) -> None:
    album = server.control.albums()["Small 20"]
    wanted = DownloadInfo(album_id=album, archive_size=100_000)
    paths = go(server, lambda client: client.download_archive_to_file(wanted, folder))
    assert len(paths) > 1
    assert len(names(folder)) == len(paths)
    assert len(sums_in(paths, tmp_path / "out")) == 20


def test_a_broken_off_archive_is_begun_again(immich: Immich, folder: Path, tmp_path: Path) -> None:
    ids = pictures(immich)[:3]
    immich.control.fault("close", path="/download/archive$", times=2)
    [path] = go(
        immich, lambda client: client.download_archive_to_file(DownloadInfo(asset_ids=ids), folder)
    )
    assert len(sums_in([path], tmp_path / "out")) == 3
    assert names(folder) == [path.name]


def test_a_damaged_archive_gets_no_name(immich: Immich, folder: Path) -> None:
    ids = pictures(immich)[:3]
    immich.control.fault("wrong-bytes", path="/download/archive$", times=None)
    with pytest.raises(Refused, match="archive"):
        go(immich, lambda client: client.download_archive_to_file(
            DownloadInfo(asset_ids=ids), folder))  # fmt: skip
    assert names(folder) == []


def test_what_is_not_there_or_empty_is_said(server: Immich, folder: Path) -> None:
    def fetch(wanted: DownloadInfo) -> list[Path]:
        return go(server, lambda client: client.download_archive_to_file(wanted, folder))

    unknown = DownloadInfo(asset_ids=["00000000-0000-4000-8000-000000000000"])
    empty = DownloadInfo(album_id=server.control.add_album("Empty"))
    for wanted in (unknown, empty):
        with pytest.raises(NotThere):
            fetch(wanted)
    for nonsense in (DownloadInfo(), DownloadInfo(["a"], "b")):
        with pytest.raises(ClientError, match="Say which assets"):
            fetch(nonsense)
    assert names(folder) == []


def test_an_archive_with_ranges_goes_on_where_it_stopped(
    immich: Immich, folder: Path, tmp_path: Path
) -> None:
    """As a server answers that knows the archive's length and ETag, as Loggia does."""
    import anyio

    stored = tmp_path / "a.zip"
    with zipfile.ZipFile(stored, "w") as archive:
        archive.writestr("one.jpg", b"one" * 100_000)
    content, asked = stored.read_bytes(), []

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/info"):
            ids = ["00000000-0000-4000-8000-000000000000"]
            return httpx.Response(201, json={"archives": [{"assetIds": ids, "size": 1}]})
        assert request.method == "POST"
        assert b"assetIds" in await request.aread()
        asked.append(dict(request.headers))
        headers = {"etag": '"a"', "content-length": str(len(content))}
        if len(asked) == 1:
            return httpx.Response(200, headers=headers, stream=Broken(content[:5000]))
        first = int(request.headers["range"].removeprefix("bytes=").rstrip("-"))
        headers["content-range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
        headers["content-length"] = str(len(content) - first)
        return httpx.Response(206, headers=headers, stream=Broken(content[first:], is_whole=True))

    async def fetch() -> list[Path]:
        transport = httpx.MockTransport(answer)
        async with Client(immich.url, "key", limits=QUICK, transport=transport) as client:
            return await client.download_archive_to_file(DownloadInfo(album_id="a"), folder)

    [path] = anyio.run(fetch)
    assert path.read_bytes() == content
    assert asked[1]["range"] == "bytes=5000-"
    assert asked[1]["if-range"] == '"a"'


class Broken(httpx.AsyncByteStream):
    def __init__(self, content: bytes, *, is_whole: bool = False) -> None:
        self._content, self._is_whole = content, is_whole

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._content
        if not self._is_whole:
            raise httpx.ReadError("gone")
