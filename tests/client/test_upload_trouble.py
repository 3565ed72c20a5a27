"""Servers in trouble, connections that break, and files that change under way."""

import tracemalloc
from pathlib import Path

import anyio
import httpx
import pytest

from downloads.client import Client, ClientError, UploadResult
from downloads.client.uploading import Options, Upload
from tests.client.conftest import QUICK, go, photo, send
from tests.client.test_deleting import BASICS
from tests.immich import Immich

UPLOADS = "api/assets$"


@pytest.mark.parametrize("fault", ["500", "502", "503", "429", "not-json", "reset"])
def test_what_passes_is_tried_again(immich: Immich, camera: Path, fault: str) -> None:
    photo(camera / "a.jpg")
    immich.control.fault(fault, times=2, path=UPLOADS)
    result = send(immich, camera)
    if fault == "not-json":
        assert "not as Immich does" in result.failed[0].error
        return
    assert result.is_whole
    assert result.stats.uploaded == 1


def test_what_does_not_pass_fails_that_file_alone(immich: Immich, camera: Path) -> None:
    for number in range(5):
        photo(camera / f"{number}.jpg")
    immich.control.fault("500", times=4, path=UPLOADS)
    result = send(immich, camera, concurrency=1)
    assert (result.stats.uploaded, result.stats.failed) == (4, 1)
    assert "cannot answer right now" in result.failed[0].error
    assert result.stopped == ""


def test_a_refused_file_is_named_with_the_servers_words(server: Immich, camera: Path) -> None:
    photo(camera / "a.jpg")
    server.control.set_quota(10)
    result = send(server, camera)
    assert "Quota has been exceeded!" in result.failed[0].error


@pytest.mark.parametrize("status", ["401", "403", "507"])
def test_what_would_meet_every_file_stops_the_run(
    immich: Immich, camera: Path, status: str
) -> None:
    for number in range(30):
        photo(camera / f"{number:02}.jpg")
    immich.control.fault(status, times=None, path=UPLOADS)
    result = send(immich, camera, concurrency=2)
    assert result.stopped
    assert result.stats.failed == 30
    assert sum("Not tried" in each.error for each in result.failed) >= 28
    assert len(immich.control.requests(UPLOADS)) <= 4


def test_a_server_that_goes_away_stops_the_run_and_the_next_one_goes_on(
    immich: Immich, camera: Path
) -> None:
    for number in range(20):
        photo(camera / f"{number:02}.jpg")

    async def run(client: Client) -> UploadResult:
        upload = Upload(await client.target(), Options([camera], concurrency=2))

        async def pull_the_plug() -> None:
            while len(immich.control.requests(UPLOADS)) < 5:  # noqa: ASYNC110
                await anyio.sleep(0.01)
            immich.control.down(60)

        async with anyio.create_task_group() as group:
            group.start_soon(pull_the_plug)
            results = [await upload.run()]
        return results[0]

    immich.control.fault("delay", times=None, value=0.02, path=UPLOADS)
    result = go(immich, run)
    assert result.stopped
    assert result.stats.total == 20
    immich.control.down(0)
    again = send(immich, camera)
    assert again.is_whole
    assert again.stats.total == 20


def test_stopping_settles_what_arrived(immich: Immich, camera: Path) -> None:
    for number in range(20):
        photo(camera / f"{number:02}.jpg")

    async def run(client: Client) -> UploadResult:
        options = Options([camera], concurrency=2, album_name="Half", delete_uploads=True)
        upload = Upload(await client.target(), options)

        async def stop() -> None:
            while len(immich.control.requests(UPLOADS)) < 5:  # noqa: ASYNC110
                await anyio.sleep(0.01)
            upload.stop("interrupted")

        async with anyio.create_task_group() as group:
            group.start_soon(stop)
            results = [await upload.run()]
        return results[0]

    immich.control.fault("delay", times=None, value=0.05, path=UPLOADS)
    result = go(immich, run)
    arrived = result.stats.uploaded
    assert 3 <= arrived < 20
    assert len(immich.world.albums[immich.control.albums()["Half"]].asset_ids) == arrived
    assert len(result.deleted) == arrived
    assert len(list(camera.iterdir())) == 20 - arrived
    assert all("Not tried: interrupted" in each.error for each in result.failed)


def test_nothing_that_answers_is_no_server(immich: Immich, camera: Path) -> None:
    photo(camera / "a.jpg")
    for fault in ("html", "other-json", "redirect-login"):
        immich.control.clear_faults()
        immich.control.fault(fault, times=None)
        with pytest.raises(ClientError, match=r"not .*answer|leads elsewhere|but not as Immich"):
            send(immich, camera)


def test_a_file_that_changes_after_it_was_read_is_not_sent(
    immich: Immich, camera: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from downloads.client import server_target

    path = photo(camera / "a.jpg")
    usual = server_target.ServerTarget.known

    async def known(self, sha1s):  # type: ignore[no-untyped-def]
        path.write_bytes(b"\xff\xd8\xff other")
        return await usual(self, sha1s)

    monkeypatch.setattr(server_target.ServerTarget, "known", known)
    result = send(immich, camera, delete_uploads=True)
    assert result.failed[0].error == "It was written to after it was read"
    assert path.exists()
    assert immich.control.requests(UPLOADS) == []


def test_a_large_file_is_never_in_memory(tmp_path: Path) -> None:
    large = tmp_path / "large.jpg"
    with large.open("wb") as file:
        file.write(b"\xff\xd8\xff")
        file.truncate(96 * 2**20)
    received = 0

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal received
        path = request.url.path.removeprefix("/api")
        if path == "/assets":
            assert isinstance(request.stream, httpx.AsyncByteStream)
            async for piece in request.stream:
                received += len(piece)
            assert received == int(request.headers["content-length"])
            body = {"id": "00000000-0000-4000-8000-000000000000", "status": "created"}
            return httpx.Response(201, json=body)
        if path == "/assets/bulk-upload-check":
            return httpx.Response(200, json={"results": []})
        return httpx.Response(200, json=BASICS[path])

    class Streaming(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return await answer(request)

    async def run() -> UploadResult:
        async with Client("http://h.example", "k", limits=QUICK, transport=Streaming()) as client:
            return await client.upload(large)

    tracemalloc.start()
    anyio.run(run)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert received > 96 * 2**20
    assert peak < 16 * 2**20
