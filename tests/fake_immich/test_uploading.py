import hashlib
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.immich import Immich
from tests.library.files import write_photo

DATA = b"\xff\xd8 no picture, but who knows"
OLD = {
    "deviceAssetId": "a", "deviceId": "b",
    "fileCreatedAt": "2025-05-05T10:00:00.000Z", "fileModifiedAt": "2025-05-05T10:00:00.000Z",
}  # fmt: skip
NEXT = {name: value for name, value in OLD.items() if name.startswith("file")}


def _upload(client: httpx.Client, fields: dict[str, str], **options: Any) -> httpx.Response:
    files = {"assetData": ("Ünter den Linden.jpg", DATA)}
    return client.post("/api/assets", data=fields, files=files, **options)


@pytest.mark.parametrize(("version", "fields"), [("2.7.5", OLD), ("3.2.0", NEXT)])
def test_an_upload_comes_back_byte_for_byte(
    immich: Immich, client: httpx.Client, version: str, fields: dict[str, str]
) -> None:
    immich.control.set_version(version)
    created = _upload(client, fields)
    assert (created.status_code, created.json()["status"]) == (201, "created")

    answer = client.get(f"/api/assets/{created.json()['id']}/original")
    assert answer.content == DATA
    name = answer.headers["content-disposition"]
    assert name == "inline; filename*=UTF-8''%C3%9Cnter%20den%20Linden.jpg"


def test_the_same_bytes_are_a_duplicate(client: httpx.Client) -> None:
    first, second = _upload(client, OLD), _upload(client, OLD)
    assert (second.status_code, second.json()) == (
        200, {"status": "duplicate", "id": first.json()["id"]},
    )  # fmt: skip

    sha1 = hashlib.sha1(DATA, usedforsecurity=False).hexdigest()
    known = client.post("/api/assets", headers={"x-immich-checksum": sha1})
    assert known.json() == second.json()


@pytest.mark.parametrize(
    ("version", "fields", "message"),
    [
        ("2.7.5", NEXT, "deviceAssetId must be a string"),
        ("3.2.0", OLD, 'Unrecognized keys: "deviceAssetId", "deviceId"'),
        ("3.2.0", {"fileCreatedAt": "2025-05-05T10:00:00"}, "[fileModifiedAt] Invalid input"),
    ],
)
def test_each_generation_refuses_the_form_of_the_other(
    immich: Immich, client: httpx.Client, version: str, fields: dict[str, str], message: str
) -> None:
    immich.control.set_version(version)
    answer = _upload(client, fields)

    assert answer.status_code == 400
    assert answer.json()["message"][0].startswith(message)


def test_guests_add_to_albums_in_2_and_may_not_in_3(immich: Immich, picture: str) -> None:
    album_id = immich.control.albums()["Nothing yet"]
    link = immich.control.add_link(album_id, allow_upload=True)
    address = f"{immich.url}/api/albums/{album_id}/assets?key={link['key']}"

    assert httpx.put(address, json={"ids": [picture]}).json() == [{"id": picture, "success": True}]
    immich.control.set_version("3.2.0")
    assert httpx.put(address, json={"ids": [picture]}).status_code == 403


def test_an_upload_waits_for_its_thumbnail(client: httpx.Client) -> None:
    asset_id = _upload(client, OLD).json()["id"]
    assert client.get(f"/api/assets/{asset_id}/thumbnail").status_code == 404


def test_what_was_uploaded_is_read_some_moments_later(
    immich: Immich, client: httpx.Client, tmp_path: Path
) -> None:
    path = write_photo(tmp_path / "a.jpg", taken="2024-07-01 10:00:00", size=(48, 32))
    files = {"assetData": ("a.jpg", path.read_bytes())}
    asset_id = client.post("/api/assets", data=OLD, files=files).json()["id"]
    before = client.get(f"/api/assets/{asset_id}").json()
    immich.control.read_uploads()
    after = client.get(f"/api/assets/{asset_id}").json()

    assert (before["width"], before["thumbhash"]) == (None, None)
    assert (after["width"], after["height"]) == (48, 32)
    assert after["localDateTime"] == "2024-07-01T10:00:00.000Z"
    assert after["checksum"] == before["checksum"]
    assert after["updatedAt"] > before["updatedAt"]
    assert client.get(f"/api/assets/{asset_id}/thumbnail").status_code == 200
    assert client.get(f"/api/assets/{asset_id}/original").content == path.read_bytes()


def test_what_is_no_picture_stays_without_one(immich: Immich, client: httpx.Client) -> None:
    asset_id = _upload(client, OLD).json()["id"]
    immich.control.read_uploads()
    assert client.get(f"/api/assets/{asset_id}/thumbnail").status_code == 404
    assert client.get(f"/api/assets/{asset_id}/original").content == DATA


def test_a_photo_comes_out_of_the_trash(client: httpx.Client, picture: str) -> None:
    client.request("DELETE", "/api/assets", json={"ids": [picture]})
    assert client.get(f"/api/assets/{picture}").json()["isTrashed"]

    body = {"ids": [picture]}
    assert client.post("/api/trash/restore/assets", json=body).json() == {"count": 1}
    assert not client.get(f"/api/assets/{picture}").json()["isTrashed"]
    assert client.post("/api/trash/restore/assets", json=body).json() == {"count": 0}


def test_a_quota_is_kept(immich: Immich, client: httpx.Client) -> None:
    immich.control.set_quota(1)
    answer = _upload(client, OLD)
    assert (answer.status_code, answer.json()["message"]) == (400, "Quota has been exceeded!")
    immich.control.set_quota(None)
    assert _upload(client, OLD).status_code == 201
