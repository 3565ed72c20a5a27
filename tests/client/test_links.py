"""By a guest's link: its key, its slug, its password, for the whole client or for one call."""

import zipfile
from pathlib import Path

import pytest

from downloads.client import DownloadInfo, NotAllowed, NotThere, Refused
from tests.client.conftest import (
    go,
    names,
    photo,
    pictures,
    sha1,
    truth_of,
    with_client,
)
from tests.immich import Immich


@pytest.mark.parametrize("by", ["key", "slug"])
def test_guests_download_what_their_link_shows(server: Immich, folder: Path, by: str) -> None:
    [inside, outside, *_] = pictures(server)
    link = server.control.add_link(asset_ids=[inside], slug="summer" if by == "slug" else None)
    access = {by: "summer" if by == "slug" else link["key"]}
    path = with_client(
        server.url, lambda client: client.download_asset_to_file(inside, folder), **access
    )
    assert sha1(path) == truth_of(server, inside)["sha1"]
    with pytest.raises(NotThere):
        with_client(
            server.url, lambda client: client.download_asset_to_file(outside, folder), **access
        )
    assert names(folder) == [path.name]


def test_one_call_may_use_another_link(server: Immich, folder: Path) -> None:
    [inside, outside, *_] = pictures(server)
    link = server.control.add_link(asset_ids=[inside])
    go(server, lambda client: client.view_asset_to_file(inside, folder, key=link["key"]))
    with pytest.raises(NotThere):
        go(server, lambda client: client.view_asset_to_file(outside, folder, key=link["key"]))
    [archive] = go(server, lambda client: client.download_archive_to_file(
        DownloadInfo(asset_ids=[inside]), folder, key=link["key"]))  # fmt: skip
    with zipfile.ZipFile(archive) as opened:
        assert len(opened.namelist()) == 1


def test_a_password_is_given_once_and_its_token_kept(server: Immich, folder: Path) -> None:
    [inside, *_] = pictures(server)
    link = server.control.add_link(asset_ids=[inside], password="lighthouse")

    async def fetch(client):  # type: ignore[no-untyped-def]
        await client.download_asset_to_file(inside, folder)
        await client.view_asset_to_file(inside, folder)

    with_client(server.url, fetch, key=link["key"], password="lighthouse")
    assert len(names(folder)) == 2
    assert len(server.control.requests("/shared-links/login$")) == 1
    with pytest.raises(NotAllowed, match="does not accept this password"):
        with_client(server.url, fetch, key=link["key"], password="wrong")


def test_a_link_that_is_over_or_unknown_says_so(server: Immich, folder: Path) -> None:
    [inside, *_] = pictures(server)
    over = server.control.add_link(asset_ids=[inside], seconds=-5)["key"]
    for key in (over, "unknown"):
        with pytest.raises(NotAllowed) as refused:
            with_client(
                server.url, lambda client: client.download_asset_to_file(inside, folder), key=key
            )
        assert key not in str(refused.value)


def test_guests_send_into_their_link(server: Immich, camera: Path) -> None:
    album = server.control.albums()["Small 20"]
    link = server.control.add_link(album, allow_upload=True)
    files = [photo(camera / f"guest {number}.jpg") for number in range(3)]

    async def upload(client):  # type: ignore[no-untyped-def]
        return await client.upload(camera)

    result = with_client(server.url, upload, key=link["key"])
    assert sorted(each.filepath for each in result.uploaded) == files
    assert result.is_whole
    shown = server.world.albums[album].asset_ids
    assert all(str(each.asset.id) in shown for each in result.uploaded)
    again = with_client(server.url, upload, key=link["key"])
    assert again.stats.rejected == 3, "the server says at each file that it has it"


def test_guests_name_no_album_and_need_the_right(server: Immich, camera: Path) -> None:
    album = server.control.albums()["Small 20"]
    photo(camera / "a.jpg")
    closed = server.control.add_link(album, allow_upload=False)["key"]
    result = with_client(server.url, lambda client: client.upload(camera), key=closed)
    assert result.stats.failed == 1
    assert result.stopped
    with pytest.raises(Refused, match="link's album"):
        with_client(server.url, lambda client: client.upload(camera, album_name="Mine"), key=closed)
