import hashlib
from typing import Any

import httpx
import pytest

from tests.immich import Immich

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
