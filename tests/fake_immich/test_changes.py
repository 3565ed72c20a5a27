from pathlib import Path
from typing import Any

import httpx

from portal.fake_immich.painting import pictures
from tests.immich import Immich, ImmichProcess


def _album(client: httpx.Client, album_id: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/api/albums/{album_id}").json()
    return found


def test_an_asset_in_the_trash_is_still_known_to_its_owner(
    immich: Immich, client: httpx.Client, picture: str
) -> None:
    immich.control.trash([picture])

    assert client.get(f"/api/assets/{picture}").json()["isTrashed"] is True
    immich.control.delete([picture])
    assert client.get(f"/api/assets/{picture}").status_code == 400


def test_albums_lose_what_is_trashed_and_gain_what_is_added(
    immich: Immich, client: httpx.Client, picture: str
) -> None:
    album_id = immich.control.albums()["Small 20"]
    immich.control.trash([picture])
    before = _album(client, album_id)
    assert before["assetCount"] == 19

    immich.control.add_asset("New.jpg", album_id)
    after = _album(client, album_id)
    assert after["assetCount"] == 20
    assert after["updatedAt"] > before["updatedAt"]


def test_taking_out_of_an_album_leaves_its_time(
    immich: Immich, client: httpx.Client, picture: str
) -> None:
    album_id = immich.control.albums()["Small 20"]
    before = _album(client, album_id)
    immich.control.remove_from_album(album_id, [picture])

    after = _album(client, album_id)
    assert (after["assetCount"], after["updatedAt"]) == (19, before["updatedAt"])


def test_3_has_no_assets_in_albums_and_the_owner_among_the_users(
    immich: Immich, client: httpx.Client
) -> None:
    immich.control.set_version("3.2.0")
    album = _album(client, immich.control.albums()["Small 20"])

    assert "assets" not in album
    assert "owner" not in album
    assert [(each["role"], each["user"]["name"]) for each in album["albumUsers"]] == [
        ("owner", "Ada")
    ]


def test_albums_of_others_are_listed_when_they_are_shared(
    immich: Immich, client: httpx.Client
) -> None:
    own = {each["albumName"] for each in client.get("/api/albums").json()}
    shared = {each["albumName"] for each in client.get("/api/albums?shared=true").json()}

    assert own == {"Everything", "Small 20", "Nothing yet"}
    assert shared == {"Ben's party"}


def test_replaced_bytes_have_another_checksum_and_another_etag(
    immich: Immich, client: httpx.Client, picture: str
) -> None:
    before = client.get(f"/api/assets/{picture}").json()
    etag = client.head(f"/api/assets/{picture}/original").headers["etag"]
    immich.control.replace_bytes(picture)

    after = client.get(f"/api/assets/{picture}").json()
    assert after["checksum"] != before["checksum"]
    assert after["updatedAt"] > before["updatedAt"]
    assert client.head(f"/api/assets/{picture}/original").headers["etag"] != etag


def test_thumbnails_are_not_there_until_they_are_made(
    immich: Immich, client: httpx.Client, picture: str
) -> None:
    address = f"/api/assets/{picture}/thumbnail?size=preview"
    immich.control.unmake_thumbnails([picture])
    assert client.get(address).status_code == 404

    immich.control.make_thumbnails([picture])
    answer = client.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")


def test_other_pictures_and_files_may_be_given(
    immich: Immich, client: httpx.Client, picture: str, tmp_path: Path
) -> None:
    (tmp_path / "odd.webp").write_bytes(b"odd")
    immich.control.set_picture(picture, str(tmp_path / "odd.webp"), "image/webp")
    answer = client.get(f"/api/assets/{picture}/thumbnail?size=preview")
    assert (answer.content, answer.headers["content-type"]) == (b"odd", "image/webp")

    immich.control.set_file(picture, str(pictures()[3].path))
    answer = client.get(f"/api/assets/{picture}/original")
    assert answer.content == pictures()[3].path.read_bytes()
    assert client.get(f"/api/assets/{picture}/thumbnail").headers["content-type"] == "image/webp"


def test_it_counts_what_was_asked_and_how_much_at_once(
    immich: Immich, client: httpx.Client, picture: str
) -> None:
    client.get(f"/api/assets/{picture}/original", headers={"range": "bytes=0-9"})
    client.get("/api/albums/")

    (seen,) = immich.control.requests("/original$")
    assert (seen["status"], seen["range"], seen["sent"], seen["accepts"]) == (
        206, "bytes=0-9", 10, "identity",
    )  # fmt: skip
    assert immich.control.most_at_once() == 1
    immich.control.clear_requests()
    assert immich.control.requests() == []


def test_a_process_takes_the_same_orders(immich_process: ImmichProcess) -> None:
    control = immich_process.control
    asset = control.add_asset("New.jpg")
    control.fault("500")

    headers = {"x-api-key": immich_process.api_key}
    address = f"{immich_process.url}/api/assets/{asset}/original"
    assert [httpx.get(address, headers=headers).status_code for _number in range(2)] == [500, 200]
    assert control.requests("original")[0]["status"] == 500
    link = control.add_link(control.albums()["Small 20"], slug="twenty", password="hunter2")
    assert link["path"] == "/s/twenty"
