"""immichpy 9 and 4, as they come from the registry, with an owner's key."""

import zipfile
from pathlib import Path

import pytest

from tests.api_homes import GARDEN, SUMMER, Home, sha1, unique
from tests.library.files import write_photo
from tests.real_clients.clients import Calls, Refused, dto, path

pytestmark = pytest.mark.timeout(180)


def test_tells_of_the_server_and_its_user(py: Calls) -> None:
    version = py("server.get_server_version")
    assert [type(version[part]) for part in ("major", "minor", "patch")] == [int] * 3
    assert py("server.ping_server") == {"res": "pong"}
    me = py("users.get_my_user")
    assert py("users.get_user", id=me["id"])["id"] == me["id"]
    assert py("api_keys.get_my_api_key")["permissions"] == ["all"]
    assert ".jpg" in py("server.get_supported_media_types")["image"]


def test_lists_albums_and_their_photos(py: Calls, home: Home) -> None:
    albums = {each["albumName"]: each for each in py("albums.get_all_albums")}
    assert albums["Garden"]["assetCount"] == len(GARDEN)
    summer = py("albums.get_album_info", id=albums["Summer"]["id"])
    assert summer["assetCount"] == len(SUMMER)
    wanted = dto("MetadataSearchDto", albumIds=[summer["id"]], size=1000)
    found = py("search.search_assets", metadata_search_dto=wanted)["assets"]["items"]
    assert sorted(each["originalFileName"] for each in found) == SUMMER


def test_searches_page_by_page(py: Calls, home: Home) -> None:
    seen: list[str] = []
    page: int | None = 1
    while page:
        wanted = dto("MetadataSearchDto", albumIds=[home.albums()["Summer"]], page=page, size=2)
        assets = py("search.search_assets", metadata_search_dto=wanted)["assets"]
        seen += [each["originalFileName"] for each in assets["items"]]
        page = int(assets["nextPage"]) if assets["nextPage"] else None
    assert sorted(seen) == SUMMER


def test_searches_by_kind_name_and_day(py: Calls, home: Home) -> None:
    def names(**wanted: object) -> list[str]:
        everything = dto("MetadataSearchDto", **wanted)
        found = py("search.search_assets", metadata_search_dto=everything)["assets"]["items"]
        return sorted(each["originalFileName"] for each in found)

    summer = [home.albums()["Summer"]]
    assert names(albumIds=summer, type="VIDEO") == ["Waves.mov"]
    assert names(originalFileName="Noon") == ["Noon.jpg"]
    day = {"takenAfter": "2023-05-05T00:00:00.000Z", "takenBefore": "2023-05-06T00:00:00.000Z"}
    assert names(**day) == GARDEN
    counted = py(
        "search.search_asset_statistics", statistics_search_dto=dto("StatisticsSearchDto", **day)
    )
    assert counted["total"] == len(GARDEN)


def test_saves_originals_under_their_names(py: Calls, home: Home, tmp_path: Path) -> None:
    for name, asset in home.album_assets("Summer").items():
        saved = py("assets.download_asset_to_file", id=asset["id"], out_dir=path(tmp_path))
        assert Path(saved).name == name
        content = Path(saved).read_bytes()
        assert content == (home.photos / "Summer" / name).read_bytes()
        assert sha1(content) == asset["checksum"]


def test_goes_on_with_what_is_half_there(py: Calls, home: Home, tmp_path: Path) -> None:
    asset = home.album_assets("Summer")["Noon.jpg"]
    whole = (home.photos / "Summer" / "Noon.jpg").read_bytes()
    (tmp_path / "Noon.jpg.temp").write_bytes(whole[:500])
    saved = py("assets.download_asset_to_file", id=asset["id"], out_dir=path(tmp_path))
    assert Path(saved).read_bytes() == whole


def test_saves_pictures_of_every_size(py: Calls, home: Home, tmp_path: Path) -> None:
    asset = home.album_assets("Summer")["Noon.jpg"]
    for size in ("thumbnail", "preview", "fullsize"):
        folder = path(tmp_path / size)
        saved = py("assets.view_asset_to_file", id=asset["id"], out_dir=folder, size=size)
        assert Path(saved).read_bytes()[:3] in {b"RIF", b"\xff\xd8\xff"}


def test_saves_videos_as_they_are_played(py: Calls, home: Home, tmp_path: Path) -> None:
    asset = home.album_assets("Summer")["Waves.mov"]
    saved = py("assets.play_asset_video_to_file", id=asset["id"], out_dir=path(tmp_path))
    assert b"ftyp" in Path(saved).read_bytes()[:16]


def test_a_live_photo_has_its_film(py: Calls, home: Home, tmp_path: Path) -> None:
    still = py("assets.get_asset_info", id=home.album_assets("Summer")["IMG_1.jpg"]["id"])
    film = py("assets.get_asset_info", id=still["livePhotoVideoId"])
    assert (film["type"], film["visibility"]) == ("VIDEO", "hidden")
    saved = py("assets.download_asset_to_file", id=film["id"], out_dir=path(tmp_path))
    assert Path(saved).read_bytes() == (home.photos / "Summer" / "IMG_1.mov").read_bytes()


def test_saves_an_album_as_an_archive(py: Calls, home: Home, tmp_path: Path) -> None:
    info = dto("DownloadInfoDto", albumId=home.albums()["Summer"])
    wanted = {"download_info": info, "out_dir": path(tmp_path)}
    (saved,) = py("download.download_archive_to_file", **wanted)
    with zipfile.ZipFile(saved) as archive:
        assert archive.testzip() is None
        assert {*SUMMER, "IMG_1.mov"} == set(archive.namelist())
        assert archive.read("Noon.jpg") == (home.photos / "Summer" / "Noon.jpg").read_bytes()


def test_uploads_a_folder_into_an_album_once(py: Calls, home: Home, camera: Path) -> None:
    album = unique("Camera")
    sent = py("assets.upload", paths=str(camera), album_name=album)
    assert sent["stats"] == {"total": 3, "uploaded": 3, "rejected": 0, "failed": 0}
    again = py("assets.upload", paths=str(camera), album_name=album)
    assert again["stats"] == {"total": 3, "uploaded": 0, "rejected": 3, "failed": 0}
    assert {each["reason"] for each in again["rejected"]} == {"duplicate"}
    there = home.album_assets(album)
    assert {each.name: sha1(each.read_bytes()) for each in camera.iterdir()} == {
        name: asset["checksum"] for name, asset in there.items()
    }


def test_a_duplicate_is_said_to_be_one_at_its_upload(py: Calls, camera: Path) -> None:
    py("assets.upload", paths=str(camera))
    again = py("assets.upload", paths=str(camera), skip_duplicates=True)
    assert (again["stats"]["uploaded"], again["stats"]["rejected"]) == (0, 3)


def test_deletes_here_what_has_arrived(py: Calls, home: Home, camera: Path) -> None:
    names = {each.name for each in camera.iterdir()}
    py("assets.upload", paths=str(camera), delete_uploads=True)
    assert not list(camera.iterdir())
    assert names <= home.assets().keys()


def test_what_is_no_photo_fails_and_stays_here(py: Calls, tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "fake.jpg").write_bytes(b"<html>not a photo</html>")
    sent = py("assets.upload", paths=str(tmp_path), delete_uploads=True)
    assert (sent["stats"]["uploaded"], sent["stats"]["failed"]) == (0, 2)
    assert len(list(tmp_path.iterdir())) == 2


def test_makes_changes_and_deletes_albums(py: Calls, home: Home) -> None:
    name = unique("By hand")
    made = py("albums.create_album", create_album_dto=dto("CreateAlbumDto", albumName=name))
    roses = home.album_assets("Garden")
    ids = dto("BulkIdsDto", ids=[roses["Rose.jpg"]["id"], roses["Tulip.jpg"]["id"]])
    put = py("albums.add_assets_to_album", id=made["id"], bulk_ids_dto=ids)
    assert [each["success"] for each in put] == [True, True]
    again = py("albums.add_assets_to_album", id=made["id"], bulk_ids_dto=ids)
    assert [each["error"] for each in again] == ["duplicate", "duplicate"]
    change = dto("UpdateAlbumDto", albumName=f"{name}!", description="Only roses")
    changed = py("albums.update_album_info", id=made["id"], update_album_dto=change)
    assert (changed["albumName"], changed["description"]) == (f"{name}!", "Only roses")
    tulip = dto("BulkIdsDto", ids=[roses["Tulip.jpg"]["id"]])
    py("albums.remove_asset_from_album", id=made["id"], bulk_ids_dto=tulip)
    assert list(home.album_assets(f"{name}!")) == ["Rose.jpg"]
    py("albums.delete_album", id=made["id"])
    assert f"{name}!" not in home.albums()


def test_puts_what_it_sent_into_the_bin(py: Calls, home: Home, tmp_path: Path) -> None:
    photo = write_photo(tmp_path / f"{unique('bin')}.jpg")
    (sent,) = py("assets.upload", paths=str(photo))["uploaded"]
    delete = dto("AssetBulkDeleteDto", ids=[sent["asset"]["id"]], force=False)
    py("assets.delete_assets", asset_bulk_delete_dto=delete)
    assert photo.name not in home.assets()


def test_counts_photos(py: Calls) -> None:
    counted = py("assets.get_asset_statistics")
    assert counted["images"] >= 7
    assert counted["images"] + counted["videos"] == counted["total"]


@pytest.mark.parametrize(
    ("asset_id", "status"), [("0a1b2c3d-0000-4000-8000-000000000000", 400)], ids=["unknown"]
)
def test_is_told_in_words_what_is_wrong(py: Calls, asset_id: str, status: int) -> None:
    with pytest.raises(Refused) as refused:
        py("assets.get_asset_info", id=asset_id)
    assert refused.value.status == status
    assert "Not found" in refused.value.message
