"""Files are deleted here only when the server has read back the checksum of the very file."""

import hashlib
import re
from base64 import b64encode
from pathlib import Path
from uuid import uuid4

import anyio
import httpx
import pytest

from downloads.client import Client, Reason, UploadResult
from tests.client.conftest import QUICK, film, names, photo, send, with_client
from tests.immich import Immich


def test_what_arrived_is_deleted_with_its_sidecar(server: Immich, camera: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        photo(camera / name)
    (camera / "a.xmp").write_text("<x/>")
    (camera / "notes.txt").write_text("x")
    film(camera / "b.MOV", 2)
    result = send(server, camera, album_name="A", delete_uploads=True)
    assert result.is_whole
    assert names(camera) == ["notes.txt"]
    assert sorted(path.name for path in result.deleted) == ["a.jpg", "a.xmp", "b.MOV", "b.jpg"]


def test_duplicates_are_deleted_only_when_that_is_wanted(server: Immich, camera: Path) -> None:
    photo(camera / "a.jpg")
    (camera / "a.xmp").write_text("<edited since/>")
    send(server, camera)
    assert send(server, camera, delete_uploads=True).deleted == []
    result = send(server, camera, delete_duplicates=True)
    assert [path.name for path in result.deleted] == ["a.jpg"]
    assert names(camera) == ["a.xmp"], "whether the server has these notes is not known"


def test_new_files_stay_where_only_duplicates_go(immich: Immich, camera: Path) -> None:
    photo(camera / "a.jpg")
    assert send(immich, camera, delete_duplicates=True).deleted == []
    assert names(camera) == ["a.jpg"]


def test_what_is_in_the_bin_is_named_and_kept(server: Immich, camera: Path) -> None:
    photo(camera / "a.jpg")
    [entry] = send(server, camera).uploaded
    server.control.trash([str(entry.asset.id)])
    result = send(server, camera, delete_duplicates=True, delete_uploads=True)
    assert [each.reason for each in result.rejected] == [Reason.TRASHED]
    assert not result.is_whole
    assert names(camera) == ["a.jpg"]


def test_a_key_that_may_not_look_asks_by_checksum(server: Immich, camera: Path) -> None:
    photo(camera / "a.jpg")
    key = server.control.add_key(["asset.upload"])
    result = with_client(server.url, lambda client: client.upload(camera, delete_uploads=True), key)
    assert result.is_whole
    assert names(camera) == []


def test_a_file_without_its_album_is_kept(immich: Immich, camera: Path) -> None:
    photo(camera / "a.jpg")
    immich.control.fault("400", path="/albums/.*/assets$", times=None)
    result = send(immich, camera, album_name="A", delete_uploads=True)
    assert result.stats.uploaded == 1
    assert [each.filepath.name for each in result.unplaced] == ["a.jpg"]
    assert names(camera) == ["a.jpg"]


def test_guests_delete_only_what_they_can_see(server: Immich, camera: Path) -> None:
    photo(camera / "a.jpg")
    album = server.control.albums()["Small 20"]
    open_link = server.control.add_link(album, allow_upload=True)["key"]
    bare = server.control.add_link(album, allow_upload=True, show_metadata=False)["key"]

    async def upload(client: Client) -> UploadResult:
        return await client.upload(camera, delete_uploads=True, delete_duplicates=True)

    result = with_client(server.url, upload, key=bare)
    assert [each.filepath.name for each in result.kept] == ["a.jpg"], "no checksum is shown"
    assert with_client(server.url, upload, key=open_link).is_whole
    assert names(camera) == []


class Lying:
    """A server that says 201 and then has something else, or has it no more."""

    def __init__(self, lie: str, path: Path) -> None:
        self.lie, self.path, self.id = lie, path, str(uuid4())
        self.sha1 = hashlib.sha1(path.read_bytes(), usedforsecurity=False).digest()

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        path = request.url.path.removeprefix("/api")
        if path == "/assets":
            return httpx.Response(201, json={"id": self.id, "status": "created"})
        if path == "/assets/bulk-upload-check":
            return httpx.Response(200, json={"results": self._known(request)})
        if re.fullmatch("/assets/[^/]+", path):
            return self._asset()
        return httpx.Response(200, json=BASICS[path])

    def _known(self, request: httpx.Request) -> list[dict[str, object]]:
        item: dict[str, object] = {"id": self.sha1.hex(), "action": "accept"}
        if self.lie != "not known" and self.sha1.hex().encode() in request.content and self.asked:
            item |= {"action": "reject", "assetId": self.id, "isTrashed": False}
        self.asked = True
        return [item]

    asked = False

    def _asset(self) -> httpx.Response:
        digest = self.sha1
        if self.lie == "other content":
            digest = bytes(20)
        if self.lie == "file changes":
            self.path.write_bytes(b"\xff\xd8\xff edited")
        checksum = None if self.lie == "silent" else b64encode(digest).decode()
        is_trashed = self.lie == "in the bin"
        body = {"id": self.id, "checksum": checksum, "isTrashed": is_trashed}
        return httpx.Response(200, json=body)


BASICS = {
    "/server/version": {"major": 2, "minor": 7, "patch": 5},
    "/server/media-types": {"image": [".jpg"], "video": [], "sidecar": [".xmp"]},
    "/server/ping": {"res": "pong"},
}


@pytest.mark.parametrize(
    ("lie", "why"),
    [
        ("not known", "does not confirm"),
        ("other content", "does not confirm"),
        ("in the bin", "does not confirm"),
        ("silent", "does not confirm"),
        ("file changes", "written to meanwhile"),
    ],
)
def test_a_server_that_lies_costs_no_file(camera: Path, lie: str, why: str) -> None:
    path = photo(camera / "a.jpg")
    server = Lying(lie, path)

    async def run() -> UploadResult:
        transport = httpx.MockTransport(server)
        async with Client("http://photos.example.org", "k", limits=QUICK, transport=transport) as c:
            return await c.upload(path, delete_uploads=True)

    result = anyio.run(run)
    assert path.exists()
    assert result.deleted == []
    assert any(why in each.error for each in [*result.kept, *result.failed])
    assert not result.is_whole
