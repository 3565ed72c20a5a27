from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from portal.library.types import Album
from sharing.links import LinkSettings, share_album
from sharing.models import SharedLink
from tests.memory_library import MemoryLibrary


@pytest.fixture
def photos(tmp_path: Path, settings: Settings) -> Path:
    settings.LOGGIA_PHOTOS = tmp_path / "photos"
    settings.LOGGIA_PHOTOS_IS_OURS = True
    (tmp_path / "photos" / "Mine").mkdir(parents=True)
    (tmp_path / "photos" / "Mine" / "photo.jpg").write_bytes(b"mine")
    return tmp_path / "photos"


@pytest.fixture
def sample(photos: Path, library: MemoryLibrary) -> Album:
    folder = photos / "Sample album"
    folder.mkdir()
    (folder / ".loggia-sample").touch()
    (folder / "photo.jpg").write_bytes(b"sample")
    return library.add_album("Sample album", is_sample=True)


def remove(client: Client, album: Album) -> str:
    return client.post(f"/albums/{album.id}/remove-sample/", follow=True).content.decode()


def test_one_click_removes_the_sample_its_links_and_nothing_else(
    owner_client: Client, owner: User, photos: Path, sample: Album, link: SharedLink
) -> None:
    share_album(owner, sample.id, LinkSettings())
    assert "Remove sample" in owner_client.get(f"/albums/{sample.id}/").content.decode()
    assert "The sample album and its links are removed." in remove(owner_client, sample)
    assert [path.name for path in photos.rglob("*")] == ["Mine", "photo.jpg"]
    assert SharedLink.objects.alive().get() == link


def stays(client: Client, album: Album, folder: Path) -> bool:
    said = remove(client, album)
    return "not a sample made by Loggia, so it stays" in said and folder.is_dir()


def test_an_own_album_is_never_removed(
    owner_client: Client, photos: Path, library: MemoryLibrary
) -> None:
    album = library.add_album("Mine")
    assert "Remove sample" not in owner_client.get(f"/albums/{album.id}/").content.decode()
    assert stays(owner_client, album, photos / "Mine")


def test_a_folder_without_the_mark_is_never_removed(
    owner_client: Client, photos: Path, library: MemoryLibrary
) -> None:
    assert stays(owner_client, library.add_album("Mine", is_sample=True), photos / "Mine")


def test_a_photo_folder_that_is_not_ours_is_never_touched(
    owner_client: Client, photos: Path, sample: Album, settings: Settings
) -> None:
    settings.LOGGIA_PHOTOS_IS_OURS = False
    assert stays(owner_client, sample, photos / "Sample album")


@pytest.mark.parametrize("name", ["../outside", "", ".", "/", "link"])
def test_nothing_outside_the_photo_folder_is_removed(
    owner_client: Client, photos: Path, library: MemoryLibrary, name: str
) -> None:
    outside = photos.parent / "outside"
    outside.mkdir()
    (outside / ".loggia-sample").touch()
    (photos / ".loggia-sample").touch()
    (photos / "link").symlink_to(outside)
    album = library.add_album(name, is_sample=True)
    assert stays(owner_client, album, outside)
    assert (photos / "Mine").is_dir()
