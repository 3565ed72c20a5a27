"""Single files from a server: whole, checked, well named, and never an error in their place."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from downloads.client import Client, ClientError, NotAllowed, NotThere, Refused, Size, Unreachable
from tests.client.conftest import go, names, pictures, sha1, truth_of, with_client
from tests.immich import Immich


def test_an_original_arrives_under_its_name_and_is_checked(server: Immich, folder: Path) -> None:
    [first, *_] = pictures(server)
    path = go(server, lambda client: client.download_asset_to_file(first, folder))
    assert path == folder / truth_of(server, first)["filename"]
    assert sha1(path) == truth_of(server, first)["sha1"]
    assert names(folder) == [path.name]


def test_two_photos_of_one_name_both_arrive(server: Immich, folder: Path) -> None:
    ids = pictures(server)[:4]
    for asset_id in ids:
        server.control.change_asset(asset_id, {"filename": "IMG_1.jpg"})

    async def fetch(client: Client) -> list[Path]:
        found: dict[str, Path] = {}

        async def one(asset_id: str) -> None:
            found[asset_id] = await client.download_asset_to_file(asset_id, folder)

        async with anyio.create_task_group() as group:
            for asset_id in ids:
                group.start_soon(one, asset_id)
        return [found[asset_id] for asset_id in ids]

    paths = go(server, fetch)
    assert names(folder) == ["IMG_1 (2).jpg", "IMG_1 (3).jpg", "IMG_1 (4).jpg", "IMG_1.jpg"]
    assert [sha1(path) for path in paths] == [truth_of(server, each)["sha1"] for each in ids]
    assert go(server, fetch) == paths, "each is known again by its content"
    assert len(names(folder)) == 4


def test_the_same_file_twice_at_once_is_fetched_once(server: Immich, folder: Path) -> None:
    [first, *_] = pictures(server)

    async def fetch(client: Client) -> None:
        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(client.download_asset_to_file, first, folder)

    go(server, fetch)
    assert len(names(folder)) == 1
    assert len(server.control.requests("/original$")) == 1


def test_what_lies_there_is_never_replaced(immich: Immich, folder: Path) -> None:
    [first, *_] = pictures(immich)
    name = truth_of(immich, first)["filename"]
    folder.mkdir()
    (folder / name).write_text("mine")
    path = go(immich, lambda client: client.download_asset_to_file(first, folder))
    assert (folder / name).read_text() == "mine"
    assert path.name != name
    assert sha1(path) == truth_of(immich, first)["sha1"]


def test_a_name_that_differs_in_case_alone_gets_a_number(immich: Immich, folder: Path) -> None:
    [first, *_] = pictures(immich)
    folder.mkdir()
    (folder / "IMG_a.JPG").write_text("mine")
    path = go(immich, lambda client: client.download_asset_to_file(
        first, folder, filename="img_A.jpg"))  # fmt: skip
    assert path.name == "img_A (2).jpg"


@pytest.mark.parametrize("size", [None, Size.THUMBNAIL, Size.PREVIEW, Size.FULLSIZE])
def test_pictures_of_every_size_arrive(server: Immich, folder: Path, size: Size | None) -> None:
    [first, *_] = pictures(server)
    path = go(server, lambda client: client.view_asset_to_file(first, folder, size=size))
    again = go(server, lambda client: client.view_asset_to_file(first, folder, size=size))
    assert again == path, "what no checksum tells is compared when it is here"
    assert names(folder) == [path.name]
    assert path.stat().st_size > 100


def test_a_film_is_named_by_its_kind(server: Immich, folder: Path) -> None:
    films = [each["id"] for each in server.control.truth() if each["kind"] == "VIDEO"]
    path = go(server, lambda client: client.play_asset_video_to_file(films[0], folder))
    assert path.name == f"video-{films[0]}.mp4"
    given = go(server, lambda client: client.play_asset_video_to_file(
        films[0], folder / "b", filename="../a film.mp4"))  # fmt: skip
    assert given.parent == folder / "b"
    assert "/" not in given.name
    assert given.read_bytes() == path.read_bytes()


def test_no_error_becomes_a_file(server: Immich, folder: Path) -> None:
    [first, *_] = pictures(server)
    unknown = "00000000-0000-4000-8000-000000000000"
    server.control.unmake_thumbnails([first])
    with pytest.raises(NotThere):
        go(server, lambda client: client.download_asset_to_file(unknown, folder))
    with pytest.raises(NotThere):
        go(server, lambda client: client.view_asset_to_file(first, folder))
    with pytest.raises(ClientError):
        go(server, lambda client: client.play_asset_video_to_file(first, folder))
    limited = server.control.add_key(["asset.view"])
    with pytest.raises(NotAllowed):
        with_client(
            server.url, lambda client: client.download_asset_to_file(first, folder), limited
        )
    assert names(folder) == []


def test_a_key_that_may_download_and_not_look_is_enough(server: Immich, folder: Path) -> None:
    [first, *_] = pictures(server)
    key = server.control.add_key(["asset.download"])
    path = with_client(server.url, lambda client: client.download_asset_to_file(first, folder), key)
    assert path.name == truth_of(server, first)["filename"]
    assert sha1(path) == truth_of(server, first)["sha1"]


def test_a_page_from_a_proxy_is_no_photo(immich: Immich, folder: Path) -> None:
    [first, *_] = pictures(immich)
    immich.control.fault("html", times=None, path="")
    with pytest.raises(ClientError):
        go(immich, lambda client: client.view_asset_to_file(first, folder))
    assert names(folder) == []


def test_a_broken_off_transfer_goes_on_where_it_stopped(immich: Immich, folder: Path) -> None:
    [first, *_] = pictures(immich)
    immich.control.fault("close")
    path = go(immich, lambda client: client.download_asset_to_file(first, folder))
    assert sha1(path) == truth_of(immich, first)["sha1"]
    asked = [each["range"] for each in immich.control.requests("/original$")]
    assert asked[0] == ""
    assert asked[1].startswith("bytes=")


def test_a_part_of_other_content_is_not_continued(immich: Immich, folder: Path) -> None:
    [first, second, *_] = pictures(immich)
    for asset_id in (first, second):
        immich.control.change_asset(asset_id, {"filename": "IMG_1.jpg"})
    immich.control.fault("close", times=10)
    with pytest.raises(Unreachable):
        go(immich, lambda client: client.download_asset_to_file(first, folder))
    assert names(folder) == ["IMG_1.jpg.part", "IMG_1.jpg.part.json"]
    immich.control.clear_faults()
    other = go(immich, lambda client: client.download_asset_to_file(second, folder))
    assert (other.name, sha1(other)) == ("IMG_1 (2).jpg", truth_of(immich, second)["sha1"])
    immich.control.replace_bytes(first)  # what is asked for is now of another SHA-1
    path = go(immich, lambda client: client.download_asset_to_file(first, folder))
    assert (path.name, sha1(path)) == ("IMG_1.jpg", truth_of(immich, first)["sha1"])


def test_wrong_bytes_never_get_a_name(immich: Immich, folder: Path) -> None:
    [first, *_] = pictures(immich)
    immich.control.fault("wrong-bytes", times=None)
    with pytest.raises(Refused, match="SHA-1"):
        go(immich, lambda client: client.download_asset_to_file(first, folder))
    assert names(folder) == []


def test_a_slow_transfer_has_no_limit_but_silence(immich: Immich, folder: Path) -> None:
    [first, *_] = pictures(immich)
    immich.control.fault("slow", value=8_000)
    path = go(immich, lambda client: client.download_asset_to_file(first, folder))
    assert path.stat().st_size > 15_000, "longer than the two seconds of silence it may keep"
    assert sha1(path) == truth_of(immich, first)["sha1"]


def test_no_more_than_six_at_once(immich: Immich, folder: Path) -> None:
    ids = pictures(immich)
    immich.control.fault("delay", times=None, value=0.05, path="/original$")

    async def fetch(client: Client) -> None:
        async with anyio.create_task_group() as group:
            for asset_id in ids:
                group.start_soon(client.download_asset_to_file, asset_id, folder)

    go(immich, fetch)
    assert len(names(folder)) == len(ids) > 6
    assert immich.control.most_at_once("/original$") == 6


def test_progress_is_shown_and_names_the_file(
    immich: Immich, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [first, second, *_] = pictures(immich)

    async def fetch(client: Client) -> None:
        async def one(asset_id: str) -> None:
            await client.download_asset_to_file(asset_id, folder, show_progress=True)

        async with anyio.create_task_group() as group:
            for asset_id in (first, second):
                group.start_soon(one, asset_id)

    go(immich, fetch)
    said = capsys.readouterr().err
    for asset_id in (first, second):
        assert truth_of(immich, asset_id)["filename"] in said


def test_an_old_server_and_no_server_are_told_apart(immich: Immich, folder: Path) -> None:
    immich.control.set_version("2.6.1")
    with pytest.raises(ClientError, match=r"runs Immich 2\.6; 2\.7 or newer"):
        go(immich, lambda client: client.version())
    immich.stop()
    with pytest.raises(Unreachable, match="cannot be reached"):
        go(immich, lambda client: client.version())


@pytest.mark.parametrize("access", [{}, {"api_key": "a", "slug": "b"}, {"api_key": "a\nb"}])
def test_what_lets_in_is_said_once_and_well(access: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as refused:
        Client("https://photos.example.org", **access)
    assert "a\nb" not in str(refused.value)
