"""immich-ppdl and immich-go are in no registry: their documented requests, sent as they send them."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api_homes import SUMMER, Home, unique
from tests.library.files import write_photo

pytestmark = pytest.mark.timeout(180)
BOUNDARY = "a0b1c2d3e4"
READ = ("id", "checksum", "createdAt", "fileCreatedAt", "localDateTime", "originalFileName")


def test_ppdl_finds_pages_and_checks_what_it_saves(home: Home) -> None:
    since = datetime(2020, 1, 1, 10, 0, 0, 123456).isoformat()  # noqa: DTZ001 - as it sends it
    names: list[str] = []
    page: Any = 1
    while page:
        wanted = {"createdAfter": since, "visibility": "timeline", "size": 50, "page": page}
        assets = home.http.post("/search/metadata", json=wanted).json()["assets"]
        for asset in assets["items"]:
            assert all(asset[field] for field in (*READ, "originalPath"))
            names.append(asset["originalFileName"])
            if asset["originalFileName"] in SUMMER:
                content = home.http.get(f"/assets/{asset['id']}/original").content
                assert sha1(content).digest() == b64decode(asset["checksum"])  # noqa: S324
        page = assets["nextPage"]
    assert set(SUMMER) <= set(names)


def test_ppdl_finds_nothing_newer_than_now(home: Home) -> None:
    later = (datetime.now(UTC) + timedelta(days=1)).replace(tzinfo=None).isoformat()
    wanted = {"createdAfter": later, "visibility": "timeline", "size": 50, "type": "IMAGE"}
    assets = home.http.post("/search/metadata", json=wanted).json()["assets"]
    assert (assets["items"], assets["nextPage"]) == ([], None)


class Go:
    """Sends every body chunked, without its length, as Go's own HTTP client does from a pipe."""

    def __init__(self, home: Home) -> None:
        self.http = home.http

    def json(self, method: str, path: str, body: Any) -> httpx.Response:
        headers = {"content-type": "application/json", "accept": "application/json"}
        content = pieces(json.dumps(body).encode(), 7)
        return self.http.request(method, path, content=content, headers=headers)

    def upload(self, photo: Path, **fields: str) -> httpx.Response:
        checksum = b64encode(sha1(photo.read_bytes()).digest()).decode()  # noqa: S324
        headers = {
            "content-type": f"multipart/form-data; boundary={BOUNDARY}",
            "x-immich-checksum": checksum,
        }
        content = pieces(form(photo, fields), 1000)
        return self.http.post("/assets", content=content, headers=headers)


@pytest.fixture
def go(home: Home) -> Go:
    return Go(home)


def test_go_learns_of_the_server_first(home: Home) -> None:
    assert home.http.get("/server/ping").json()["res"] == "pong"
    assert home.http.get("/users/me").json()["email"]
    assert home.http.get("/server/about").json()["version"].startswith("v")
    types = home.http.get("/server/media-types").json()
    assert {".jpg", ".heic"} <= set(types["image"])
    assert ".mp4" in types["video"]
    assert home.http.get("/assets/statistics").json()["total"] >= len(SUMMER)
    assert all(album["id"] for album in home.http.get("/albums").json())


def test_go_lists_all_there_is(go: Go) -> None:
    body = {"page": 1, "size": 1000, "withExif": True, "visibility": "timeline"}
    found = go.json("POST", "/search/metadata", body)
    items = found.json()["assets"]["items"]
    assert set(SUMMER) <= {each["originalFileName"] for each in items}
    assert all(each["id"] and each["checksum"] for each in items)


def test_go_uploads_with_album_tag_and_description(go: Go, home: Home, tmp_path: Path) -> None:
    photo = write_photo(tmp_path / f"{unique('go')}.jpg")
    assert go.json("PUT", "/jobs/thumbnailGeneration", {"command": "pause"}).status_code == 200
    sent = go.upload(photo, isFavorite="true")
    assert (sent.status_code, sent.json()["status"]) == (201, "created")
    again = go.upload(photo)
    assert (again.status_code, again.json()) == (200, sent.json() | {"status": "duplicate"})
    asset_id, name = sent.json()["id"], unique("From go")
    made = go.json("POST", "/albums", {"albumName": name, "assetIds": [asset_id]})
    assert made.status_code == 201
    assert list(home.album_assets(name)) == [photo.name]
    (tag,) = go.json("PUT", "/tags", {"tags": [unique("go/session")]}).json()
    tagged = go.json("PUT", f"/tags/{tag['id']}/assets", {"ids": [asset_id]}).json()
    assert tagged[0]["success"]
    change = {"description": "Seen from here", "rating": 4}
    assert go.json("PUT", f"/assets/{asset_id}", change).status_code == 200
    info = home.http.get(f"/assets/{asset_id}").json()
    assert info["exifInfo"]["description"] == "Seen from here"
    assert [each["id"] for each in info["tags"]] == [tag["id"]]
    assert go.json("PUT", "/jobs/thumbnailGeneration", {"command": "resume"}).status_code == 200
    gone = go.json("DELETE", "/assets", {"ids": [asset_id], "force": False})
    assert gone.status_code == 204


def test_go_is_told_in_words_what_there_is_not(go: Go, home: Home) -> None:
    ids = [each["id"] for each in home.album_assets("Garden").values()]
    stacked = go.json("POST", "/stacks", {"assetIds": ids})
    assert (stacked.status_code, bool(stacked.json()["message"])) == (400, True)


def form(photo: Path, fields: dict[str, str]) -> bytes:
    """The fields first, then the file, with its name percent-encoded."""
    moment = "2024-08-01T10:00:00.000Z"
    known = {"deviceAssetId": photo.name, "deviceId": "go", "fileCreatedAt": moment}
    parts = b""
    for name, value in (
        known | {"fileModifiedAt": moment, "duration": "00:00:00"} | fields
    ).items():
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        parts += f"{head}{value}\r\n".encode()
    disposition = f'form-data; name="assetData"; filename="{photo.name}"'
    head = f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\nContent-Type: image/jpeg\r\n\r\n"
    return parts + head.encode() + photo.read_bytes() + f"\r\n--{BOUNDARY}--\r\n".encode()


def pieces(content: bytes, size: int) -> Iterator[bytes]:
    for at in range(0, len(content), size):
        yield content[at : at + size]
