"""The same bytes where an Immich server is the home: originals, videos, archives."""

import io
import zipfile
from base64 import b64decode
from collections.abc import Callable, Iterator
from hashlib import sha1
from typing import Any

import httpx
import pytest

from tests.api_bytes.conftest import Program, said
from tests.immich import ImmichProcess
from tests.running import RunningLoggia


@pytest.fixture
def home(start_immich_process: Callable[..., ImmichProcess]) -> ImmichProcess:
    return start_immich_process("--assets", "4", "--videos", "1", "--live-photos", "1")


@pytest.fixture
def loggia(home: ImmichProcess, start_loggia: Callable[..., RunningLoggia]) -> RunningLoggia:
    return start_loggia(
        LOGGIA_IMMICH_URL=home.url,
        LOGGIA_IMMICH_API_KEY=home.api_key,
        LOGGIA_WEB_PROCESSES="1",
        LOGGIA_ARCHIVE_WAIT="20s",
    )


@pytest.fixture
def remote(loggia: RunningLoggia) -> Iterator[Program]:
    key = loggia.manage("apikey", "create", "bytes", "--permission", "all").split()[-1]
    with httpx.Client(base_url=loggia.url, timeout=60) as client:
        yield Program(client, {"x-api-key": key}, {})


def all_of(program: Program) -> list[dict[str, Any]]:
    found = program.post("/search/metadata", {"size": 1000, "withExif": True})
    items: list[dict[str, Any]] = found.json()["assets"]["items"]
    return items


def is_same(asset: dict[str, Any], content: bytes) -> bool:
    """Whether it is what its checksum says, where the home knows one."""
    digest = sha1(content, usedforsecurity=False).digest()
    return not asset["checksum"] or b64decode(asset["checksum"]) == digest


def test_what_lies_on_an_immich_arrives_and_its_absence_is_told(
    remote: Program, home: ImmichProcess
) -> None:
    assets = all_of(remote)
    assert assets
    for asset in assets:
        original = remote.get(f"/assets/{asset['id']}/original")
        assert original.status_code == 200
        assert is_same(asset, original.content)
        part = remote.get(f"/assets/{asset['id']}/original", range="bytes=10-19")
        assert (part.status_code, part.content) == (206, original.content[10:20])
        past = remote.get(f"/assets/{asset['id']}/original", range="bytes=99999999-")
        assert past.status_code == 416
        assert remote.get(f"/assets/{asset['id']}/thumbnail").status_code == 200
    (live,) = [asset for asset in assets if asset["livePhotoVideoId"]]
    (video,) = [asset for asset in assets if asset["type"] == "VIDEO"]
    for video_id in (live["livePhotoVideoId"], video["id"]):
        played = remote.get(f"/assets/{video_id}/video/playback", range="bytes=0-9")
        assert (played.status_code, len(played.content)) == (206, 10)
    _archives(remote, [asset["id"] for asset in assets])
    home.process.kill()
    home.process.wait()
    away = remote.get(f"/assets/{assets[0]['id']}/original")
    assert said(away)[0] == 503
    assert "retry-after" in away.headers


def _archives(remote: Program, ids: list[str]) -> None:
    """Files are fetched while the client waits; asked for again, they are there."""
    info = remote.post("/download/info", {"assetIds": ids})
    (named,) = info.json()["archives"]
    archive = remote.post("/download/archive", {"assetIds": named["assetIds"]})
    assert archive.status_code == 200, archive.text
    assert int(archive.headers["content-length"]) == len(archive.content)
    with zipfile.ZipFile(io.BytesIO(archive.content)) as whole:
        assert whole.testzip() is None
        assert len(whole.namelist()) == len(named["assetIds"])
    again = remote.post("/download/archive", {"assetIds": ids}, range="bytes=50-")
    assert (again.status_code, again.content) == (206, archive.content[50:])
