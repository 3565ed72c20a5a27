"""Links by immichpy: made, changed and deleted by the owner, and used by guests without a key."""

import zipfile
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.api_homes import GARDEN, SUMMER, Home, unique
from tests.library.files import write_photo
from tests.real_clients.clients import Calls, Refused, dto, path

pytestmark = pytest.mark.timeout(180)


def test_links_are_made_changed_and_deleted(py: Calls, home: Home) -> None:
    slug = unique("roses")
    wanted = dto("SharedLinkCreateDto", type="ALBUM", albumId=home.albums()["Garden"], slug=slug)
    made = py("shared_links.create_shared_link", shared_link_create_dto=wanted)
    assert (made["slug"], made["allowUpload"], made["password"]) == (slug, False, None)
    edit = dto("SharedLinkEditDto", description="For Ada", password="hush", allowDownload=False)
    py("shared_links.update_shared_link", id=made["id"], shared_link_edit_dto=edit)
    link = py("shared_links.get_shared_link_by_id", id=made["id"])
    assert (link["slug"], link["description"], link["allowDownload"]) == (slug, "For Ada", False)
    assert link["password"] != "hush"
    listed = py("shared_links.get_all_shared_links", album_id=home.albums()["Garden"])
    assert made["id"] in {each["id"] for each in listed}
    py("shared_links.remove_shared_link", id=made["id"])
    with pytest.raises(Refused) as refused:
        py("shared_links.get_shared_link_by_id", id=made["id"])
    assert refused.value.status == 400


def test_chosen_photos_are_added_and_taken_away(py: Calls, home: Home) -> None:
    rose, tulip = (home.album_assets("Garden")[name]["id"] for name in ("Rose.jpg", "Tulip.jpg"))
    wanted = dto("SharedLinkCreateDto", type="INDIVIDUAL", assetIds=[rose])
    made = py("shared_links.create_shared_link", shared_link_create_dto=wanted)
    ids = dto("AssetIdsDto", assetIds=[rose, tulip])
    put = py("shared_links.add_shared_link_assets", id=made["id"], asset_ids_dto=ids)
    assert [each["success"] for each in put] == [False, True]
    rose_only = dto("AssetIdsDto", assetIds=[rose])
    py("shared_links.remove_shared_link_assets", id=made["id"], asset_ids_dto=rose_only)
    link = py("shared_links.get_shared_link_by_id", id=made["id"])
    assert [each["id"] for each in link["assets"]] == [tulip]


@pytest.mark.parametrize("by", ["key", "slug"])
def test_a_guest_saves_what_a_link_shows(guest: Calls, home: Home, tmp_path: Path, by: str) -> None:
    link = home.link("Summer", slug=unique("summer"))
    handle = {by: link[by]}
    shown = guest("shared_links.get_my_shared_link", **handle)
    album = guest("albums.get_album_info", id=shown["album"]["id"], **handle)
    assert album["assetCount"] == len(SUMMER)
    noon = home.album_assets("Summer")["Noon.jpg"]["id"]
    assert guest("assets.get_asset_info", id=noon, **handle)["originalFileName"] == "Noon.jpg"
    saved = guest("assets.download_asset_to_file", id=noon, out_dir=path(tmp_path), **handle)
    assert Path(saved).read_bytes() == (home.photos / "Summer" / "Noon.jpg").read_bytes()
    guest("assets.view_asset_to_file", id=noon, out_dir=path(tmp_path / "small"), **handle)
    info = dto("DownloadInfoDto", albumId=album["id"])
    wanted = {"download_info": info, "out_dir": path(tmp_path)} | handle
    (archive,) = guest("download.download_archive_to_file", **wanted)
    with zipfile.ZipFile(archive) as opened:
        assert {*SUMMER, "IMG_1.mov"} == set(opened.namelist())


def test_a_guest_finds_a_links_months(guest: Calls, home: Home) -> None:
    link = home.link("Garden")
    album = {"album_id": link["album"]["id"], "key": link["key"]}
    (bucket,) = guest("timeline.get_time_buckets", **album)
    assert bucket["count"] == len(GARDEN)
    month = guest("timeline.get_time_bucket", time_bucket=bucket["timeBucket"], **album)
    garden = {each["id"] for each in home.album_assets("Garden").values()}
    assert set(month["id"]) == garden


def test_a_link_with_a_password_opens_with_its_cookie(
    guest: Calls, home: Home, tmp_path: Path
) -> None:
    link = home.link("Garden", password="open sesame")
    key = {"key": link["key"]}
    rose = home.album_assets("Garden")["Rose.jpg"]["id"]
    with pytest.raises(Refused) as refused:
        guest("shared_links.get_my_shared_link", **key)
    assert (refused.value.status, refused.value.message) == (401, "Password required")
    with pytest.raises(Refused) as refused:
        guest("assets.get_asset_info", id=rose, **key)
    assert refused.value.status == 401
    # Its session keeps no cookies of a bare address, so they are handed over, as its users do
    login = httpx.post(f"{home.api}/shared-links/login?key={link['key']}", json=password())
    cookie = {"_headers": {"cookie": login.headers["set-cookie"].partition(";")[0]}}
    assert guest("shared_links.get_my_shared_link", **key, **cookie)["id"] == link["id"]
    assert guest("assets.get_asset_info", id=rose, **key, **cookie)["id"] == rose


def password(word: str = "open sesame") -> dict[str, str]:
    return {"password": word}


def test_a_wrong_password_is_refused(guest: Calls, home: Home) -> None:
    link = home.link("Garden", password="open sesame")
    tried = dto("SharedLinkLoginDto", **password("open barley"))
    with pytest.raises(Refused) as refused:
        guest("shared_links.shared_link_login", key=link["key"], shared_link_login_dto=tried)
    assert (refused.value.status, refused.value.message) == (401, "Invalid password")
    right = dto("SharedLinkLoginDto", **password())
    login = {"key": link["key"], "shared_link_login_dto": right}
    assert guest("shared_links.shared_link_login", **login)["id"] == link["id"]


def test_what_a_link_does_not_allow_is_refused_in_words(
    guest: Calls, home: Home, tmp_path: Path
) -> None:
    link = home.link("Garden", allowDownload=False)
    rose = home.album_assets("Garden")["Rose.jpg"]["id"]
    noon = home.album_assets("Summer")["Noon.jpg"]["id"]
    for call, wanted, status in (
        ("assets.download_asset", {"id": rose}, 400),
        ("assets.get_asset_info", {"id": noon}, 400),
        (
            "search.search_asset_statistics",
            {"statistics_search_dto": dto("StatisticsSearchDto")},
            401,
        ),
        ("assets.get_asset_statistics", {}, 401),
    ):
        handle = {} if status == 401 else {"key": link["key"]}
        with pytest.raises(Refused) as refused:
            guest(call, **wanted, **handle)
        assert refused.value.status == status
        assert len(refused.value.message) > 10
    with pytest.raises(Refused) as refused:
        guest("shared_links.get_my_shared_link", key=uuid4().hex)
    assert (refused.value.status, refused.value.message) == (401, "Invalid share key")


def test_a_guest_sends_photos_into_the_album(
    guest: Calls, version: str, home: Home, tmp_path: Path
) -> None:
    album = home.http.post("/albums", json={"albumName": unique("Guests")}).json()
    made = {"type": "ALBUM", "albumId": album["id"], "allowUpload": True}
    link = home.http.post("/shared-links", json=made).json()
    photo = write_photo(tmp_path / "From a guest.jpg", size=(64, 48))
    sent = guest("assets.upload_asset", **form(version, photo), key=link["key"])
    assert sent["status"] == "created"
    again = guest("assets.upload_asset", **form(version, photo), key=link["key"])
    assert again["id"] == sent["id"]


def form(version: str, photo: Path) -> dict[str, object]:
    times = {"file_created_at": "2024-08-01T10:00:00+00:00"}
    times["file_modified_at"] = times["file_created_at"]
    ids = {"device_asset_id": photo.name, "device_id": "a phone"} if version[0] == "4" else {}
    return {"asset_data": str(photo), **times, **ids}
