"""@immich/sdk 3.2.2 as it comes from the registry, with an owner's key and as a guest."""

import io
import zipfile
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from tests.api_homes import GARDEN, SUMMER, Home, sha1, unique
from tests.library.files import write_photo
from tests.real_clients.clients import Calls, Refused

pytestmark = pytest.mark.timeout(180)


def test_tells_of_server_key_and_user(js: Calls) -> None:
    assert js("pingServer") == {"res": "pong"}
    assert js("getServerVersion")["major"] >= 2
    assert js("getAboutInfo")["version"]
    assert js("getMyUser")["id"] == js("getUser", id=js("getMyUser")["id"])["id"]
    assert js("getMyApiKey")["permissions"] == ["all"]
    assert js("getAssetStatistics")["images"] >= 7


def test_lists_searches_and_saves(js: Calls, home: Home) -> None:
    albums = {each["albumName"]: each for each in js("getAllAlbums")}
    summer = js("getAlbumInfo", id=albums["Summer"]["id"])
    assert summer["assetCount"] == len(SUMMER)
    wanted = {"albumIds": [summer["id"]], "withExif": True}
    found = js("searchAssets", metadataSearchDto=wanted)["assets"]["items"]
    assert sorted(each["originalFileName"] for each in found) == SUMMER
    for asset in found:
        content = saved(js("downloadAsset", id=asset["id"]))
        assert content == (home.photos / "Summer" / asset["originalFileName"]).read_bytes()
        assert len(content) == asset["exifInfo"]["fileSizeInByte"]
        assert saved(js("viewAsset", id=asset["id"], size="thumbnail"))
    film = next(each for each in found if each["type"] == "VIDEO")
    assert saved(js("playAssetVideo", id=film["id"]))


def test_saves_an_archive(js: Calls, home: Home) -> None:
    info = js("getDownloadInfo", downloadInfoDto={"albumId": home.albums()["Garden"]})
    (part,) = info["archives"]
    content = saved(js("downloadArchive", downloadArchiveDto={"assetIds": part["assetIds"]}))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert sorted(archive.namelist()) == GARDEN


def test_uploads_once_and_puts_it_into_an_album(js: Calls, home: Home, tmp_path: Path) -> None:
    photo = write_photo(tmp_path / f"{unique('Größe')}.jpg")
    checksum = sha1(photo.read_bytes())
    check = {"assetBulkUploadCheckDto": {"assets": [{"id": "one", "checksum": checksum}]}}
    assert js("checkBulkUpload", **check)["results"][0]["action"] == "accept"
    sent = js("uploadAsset", assetMediaCreateDto=form(photo))
    assert sent["status"] == "created"
    assert js("uploadAsset", assetMediaCreateDto=form(photo)) == sent | {"status": "duplicate"}
    told = js("checkBulkUpload", **check)["results"][0]
    assert (told["action"], told["assetId"]) == ("reject", sent["id"])
    name = unique("Album")
    album = js("createAlbum", createAlbumDto={"albumName": name, "assetIds": [sent["id"]]})
    assert list(home.album_assets(name)) == [photo.name]
    js("updateAlbumInfo", id=album["id"], updateAlbumDto={"description": "Changed"})
    gone = js("removeAssetFromAlbum", id=album["id"], bulkIdsDto={"ids": [sent["id"]]})
    assert gone[0]["success"]
    js("deleteAlbum", id=album["id"])
    js("deleteAssets", assetBulkDeleteDto={"ids": [sent["id"]], "force": True})
    assert photo.name not in home.assets()


def test_makes_changes_and_deletes_links(js: Calls, home: Home) -> None:
    garden, slug = home.album_assets("Garden"), unique("garden")
    ids = [each["id"] for each in garden.values()]
    wanted = {"type": "INDIVIDUAL", "assetIds": ids[:1], "slug": slug, "showMetadata": False}
    made = js("createSharedLink", sharedLinkCreateDto=wanted)
    changed = js("updateSharedLink", id=made["id"], sharedLinkEditDto={"description": "Hello"})
    assert (changed["slug"], changed["description"]) == (slug, "Hello")
    put = js("addSharedLinkAssets", id=made["id"], assetIdsDto={"assetIds": ids[1:]})
    assert all(each["success"] for each in put)
    js("removeSharedLinkAssets", id=made["id"], assetIdsDto={"assetIds": ids[:1]})
    assert len(js("getSharedLinkById", id=made["id"])["assets"]) == 2
    assert made["id"] in {each["id"] for each in js("getAllSharedLinks")}
    js("removeSharedLink", id=made["id"])
    assert made["id"] not in {each["id"] for each in js("getAllSharedLinks")}


@pytest.mark.parametrize("by", ["key", "slug"])
def test_guests_see_and_save_what_a_link_shows(js_guest: Calls, home: Home, by: str) -> None:
    link = home.link("Garden", slug=unique("guests"))
    handle = {by: link[by]}
    album = js_guest("getMySharedLink", **handle)["album"]
    (bucket,) = js_guest("getTimeBuckets", albumId=album["id"], **handle)
    month = {"albumId": album["id"], "timeBucket": bucket["timeBucket"]}
    shown = js_guest("getTimeBucket", **month, **handle)
    for asset_id in shown["id"]:
        name = js_guest("getAssetInfo", id=asset_id, **handle)["originalFileName"]
        content = saved(js_guest("downloadAsset", id=asset_id, **handle))
        assert content == (home.photos / "Garden" / name).read_bytes()
    wanted = {"downloadArchiveDto": {"assetIds": shown["id"]}} | handle
    assert zipfile.is_zipfile(io.BytesIO(saved(js_guest("downloadArchive", **wanted))))


def test_a_password_is_asked_for_and_opens(js_guest: Calls, home: Home) -> None:
    link = home.link("Garden", password="open sesame")
    key = {"key": link["key"]}
    with pytest.raises(Refused) as refused:
        js_guest("getMySharedLink", **key)
    assert (refused.value.status, refused.value.message) == (401, "Password required")
    with pytest.raises(Refused) as refused:
        js_guest("sharedLinkLogin", **key, sharedLinkLoginDto={"password": "wrong"})
    assert (refused.value.status, refused.value.message) == (401, "Invalid password")
    login = js_guest("sharedLinkLogin", **key, sharedLinkLoginDto={"password": "open sesame"})
    assert login["id"] == link["id"]


def test_guests_send_photos_where_that_is_allowed(
    js_guest: Calls, home: Home, tmp_path: Path
) -> None:
    photo = write_photo(tmp_path / f"{unique('guest')}.jpg")
    closed = home.link("Garden")
    with pytest.raises(Refused) as refused:
        js_guest("uploadAsset", key=closed["key"], assetMediaCreateDto=form(photo))
    assert refused.value.status in {401, 403}
    open_link = home.link("Garden", allowUpload=True)
    sent = js_guest("uploadAsset", key=open_link["key"], assetMediaCreateDto=form(photo))
    assert sent["status"] == "created"


def test_wrong_keys_and_ids_are_refused_in_words(js: Calls, js_guest: Calls) -> None:
    with pytest.raises(Refused) as refused:
        js_guest("getMyUser")
    assert (refused.value.status, refused.value.message) == (401, "Authentication required")
    with pytest.raises(Refused) as refused:
        js("getAlbumInfo", id="0a1b2c3d-0000-4000-8000-000000000000")
    assert refused.value.status == 400
    assert "Not found" in refused.value.message


def form(photo: Path) -> dict[str, Any]:
    moment = "2024-08-01T10:00:00.000Z"
    file = {"path": str(photo), "name": photo.name}
    return {"assetData": file, "fileCreatedAt": moment, "fileModifiedAt": moment}


def saved(answer: dict[str, str]) -> bytes:
    return b64decode(answer["base64"])
