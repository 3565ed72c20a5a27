import base64
import hashlib
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.immich import Immich


def _search(client: httpx.Client, **body: Any) -> list[dict[str, Any]]:
    answer = client.post("/api/search/metadata", json=body)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["assets"]["items"]
    return items


def _names(items: list[dict[str, Any]]) -> set[str]:
    return {each["originalFileName"] for each in items}


def _all_pages(client: httpx.Client, size: int) -> list[str]:
    ids: list[str] = []
    page = 1
    while page:
        answer = client.post("/api/search/metadata", json={"size": size, "page": page}).json()
        ids += [each["id"] for each in answer["assets"]["items"]]
        page = int(answer["assets"]["nextPage"] or 0)
    return ids


def test_archived_hidden_and_trashed_ones_are_left_out(
    immich: Immich, client: httpx.Client
) -> None:
    found = {each["id"] for each in _search(client, size=1000)}
    shown = {
        each["id"] for each in immich.control.truth()
        if each["visibility"] == "timeline" and not each["is_trashed"]
        and each["owner_id"] == immich.control.owner_id()
    }  # fmt: skip
    assert found == shown
    assert _names(_search(client, visibility="archive")) == {"IMG_0000.jpg"}
    assert _names(_search(client, trashedAfter="2020-01-01T00:00:00.000Z")) == {"IMG_0001.jpg"}


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"isFavorite": True}, {"IMG_0004.jpg"}),
        ({"isMotion": True}, {"LIVE_0000.jpg", "LIVE_0001.jpg"}),
        ({"type": "VIDEO"}, {"VID_0000.mp4", "VID_0001.mp4"}),
        ({"originalFileName": "img_0012"}, {"IMG_0012.jpg"}),
        ({"originalPath": "/mnt/photos"}, {"IMG_0002.jpg"}),
        ({"make": "Nobody"}, set()),
        ({"city": "Paris", "originalFileName": "0013"}, {"IMG_0013.jpg"}),
        (
            {"takenAfter": "2024-01-01T08:00:00Z", "takenBefore": "2024-01-01T12:00:00Z"},
            {"IMG_0002.jpg", "IMG_0003.jpg"},
        ),
        ({"isNotInAlbum": True}, set()),
    ],
)
def test_filters_keep_what_they_say(
    client: httpx.Client, body: dict[str, Any], names: set[str]
) -> None:
    assert _names(_search(client, **body)) == names
    total = client.post("/api/search/statistics", json=body).json()["total"]
    assert total == len(names)


def test_people_narrow_a_search_and_none_of_them_do_not(client: httpx.Client) -> None:
    people = client.get("/api/people").json()["people"]
    ids = {each["name"]: each["id"] for each in people}

    assert _names(_search(client, personIds=[ids["Anna"]])) == {"IMG_0003.jpg", "IMG_0004.jpg"}
    assert _names(_search(client, personIds=list(ids.values()))) == {"IMG_0004.jpg"}
    assert _search(client, personIds=[], size=1000) == _search(client, size=1000)
    (asset,) = _search(client, isFavorite=True, withPeople=True)
    assert {each["name"] for each in asset["people"]} == {"Anna", "Otto"}


def test_what_changed_is_found_by_its_time(
    immich: Immich, client: httpx.Client, picture: str
) -> None:
    immich.control.change_asset(picture, {"description": "Now with words"})
    changed = client.get(f"/api/assets/{picture}").json()["updatedAt"]

    assert [each["id"] for each in _search(client, updatedAfter=changed)] == [picture]
    new = immich.control.add_asset("Late.jpg")
    assert _names(_search(client, updatedAfter=changed)) == {"IMG_0007.jpg", "Late.jpg"}
    created = client.get(f"/api/assets/{new}").json()["createdAt"]
    assert _names(_search(client, createdAfter=created)) == {"Late.jpg"}


def test_a_checksum_finds_its_file_in_both_spellings(
    immich: Immich, client: httpx.Client, picture: str
) -> None:
    sha1 = bytes.fromhex(immich.control.truth(picture)[0]["sha1"])

    for written in (sha1.hex(), base64.b64encode(sha1).decode()):
        assert [each["id"] for each in _search(client, checksum=written)] == [picture]


def test_an_external_file_has_the_checksum_of_its_path(client: httpx.Client) -> None:
    (asset,) = _search(client, originalPath="/mnt/photos", withExif=True)
    expected = hashlib.sha1(
        f"path:{asset['originalPath']}".encode(), usedforsecurity=False
    ).digest()
    data = client.get(f"/api/assets/{asset['id']}/original").content

    assert (
        base64.b64decode(asset["checksum"])
        == expected
        != hashlib.sha1(data, usedforsecurity=False).digest()
    )
    assert asset["libraryId"]


def test_one_asset_has_no_size(client: httpx.Client) -> None:
    items = _search(client, size=1000, withExif=True)
    assert [
        each["originalFileName"] for each in items if each["exifInfo"]["fileSizeInByte"] is None
    ] == ["IMG_0003.jpg"]


def test_pages_follow_one_another(client: httpx.Client) -> None:
    ids = _all_pages(client, 7)

    assert len(ids) == len(set(ids))
    assert ids == [each["id"] for each in _search(client, size=1000)]


def test_equal_times_repeat_and_are_missed_between_pages(
    start_immich: Callable[..., Immich],
) -> None:
    same = start_immich(assets=200, equal_times=1.0, has_oddities=False)
    with httpx.Client(base_url=same.url, headers={"x-api-key": same.api_key}) as client:
        ids = _all_pages(client, 50)
        everything = _search(client, size=1000)

    assert len(ids) == len(everything) == 204
    assert len(set(ids)) < 204
    assert len({each["id"] for each in everything}) == 204


def test_3_wants_pages_as_numbers_and_times_with_a_zone(
    immich: Immich, client: httpx.Client
) -> None:
    bodies: list[dict[str, Any]] = [{"page": "1"}, {"createdAfter": "2026-01-01T00:00:00.123456"}]
    assert [client.post("/api/search/metadata", json=each).status_code for each in bodies] == [
        200, 200,
    ]  # fmt: skip
    immich.control.set_version("3.2.0")
    assert [client.post("/api/search/metadata", json=each).status_code for each in bodies] == [
        400, 400,
    ]  # fmt: skip


def test_durations_are_texts_in_2_and_milliseconds_in_3(
    immich: Immich, client: httpx.Client
) -> None:
    assert {each["duration"] for each in _search(client, type="VIDEO")} == {"00:00:00.500"}
    assert {each["duration"] for each in _search(client, type="IMAGE")} == {"0:00:00.00000"}
    immich.control.set_version("3.2.0")
    assert {each["duration"] for each in _search(client, type="VIDEO")} == {500}
    assert {each["duration"] for each in _search(client, type="IMAGE")} == {None}


def test_a_server_of_20_000_assets_is_there_at_once(start_immich: Callable[..., Immich]) -> None:
    large = start_immich(assets=20_000)
    with httpx.Client(base_url=large.url, headers={"x-api-key": large.api_key}) as client:
        album = next(each for each in client.get("/api/albums").json() if each["assetCount"] > 1000)
        page = _search(client, albumIds=[album["id"]], size=1000, page=20)
        assert client.post("/api/search/statistics", json={}).json()["total"] > 19_000
        data = client.get(f"/api/assets/{page[0]['id']}/original").content

    assert hashlib.sha1(data, usedforsecurity=False).digest() == base64.b64decode(
        page[0]["checksum"]
    )
