"""Guests are told of the link's photos and of nothing else the owner has: asked of every address."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from downloads.models import Download
from portal.library import get_library
from portal.library.folder.library import FolderLibrary
from portal.library.interface import Library
from portal.library.types import AssetFilter
from sharing.links import LinkSettings, share_album, share_assets
from sharing.models import SharedLink
from sharing.showing.grid import grid_of
from tests.library.files import write_photo
from tests.test_every_url import LINK_ROUTES, Route

SECRETS = ("at-home", "Clients", "Divorce", "lawyer", "olga", "example.org", "another-link")
LINKS: dict[str, dict[str, object]] = {
    "all": {},
    "look": {"allow_download": False},
    "without metadata": {"show_metadata": False},
    "without location": {"show_location": False},
    "locked": {"password": "sesame seeds"},
    "full": {"max_visitors": 1},
    "used up": {"max_downloads": 1, "max_bytes": 1},
    "takes photos": {"allow_upload": True, "credits_senders": True},
    "collects": {"allow_upload": True, "hides_album": True},
}


@pytest.fixture
def library(
    tmp_path: Path, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Library]:
    """A real folder: ``Clients/Wedding`` is shared, ``Divorce`` beside it is nobody's business."""
    home = tmp_path / "at-home"
    for place in ("Clients/Wedding/bride", "Clients/Wedding/groom", "Divorce/lawyer"):
        write_photo(home / f"{place}.jpg", taken="2024-07-01 10:00:00")
    library = FolderLibrary.over([home], tmp_path / "at-home-renditions", quota=2**30)
    library.refresh()
    stand_in = SimpleNamespace(FolderLibrary=SimpleNamespace(from_settings=lambda: library))
    monkeypatch.setitem(sys.modules, "portal.library.folder.library", stand_in)
    get_library.cache_clear()
    grid_of.cache_clear()
    yield library
    get_library.cache_clear()
    grid_of.cache_clear()


@pytest.fixture
def album_id(library: Library) -> UUID:
    return next(album.id for album in library.albums() if album.name == "Clients/Wedding")


@pytest.fixture
def olga(transactional_db: None) -> User:
    return User.objects.create_user("olga", email="olga@example.org")


def answers(client: Client, route: Route, link: SharedLink, asset_id: UUID) -> Iterator[str]:
    """What is said at one address of the link, whatever the method, headers included."""
    download = Download.objects.values_list("pk", flat=True).first()
    values = {
        "door": "share",
        "handle": link.slug or link.key,
        "asset_id": asset_id,
        "download_id": download or asset_id,
        "upload_id": asset_id,
        "position": 1,
    }
    wanted = {name: values[name] for name in route.parameters}
    for method in ("GET", "POST"):
        response = client.generic(method, reverse(route.name, kwargs=wanted))
        assert response.status_code < 500, route.name
        yield response.content.decode() + str(response.headers) + str(response.cookies)


def everything(client: Client, link: SharedLink, *assets: UUID) -> str:
    told = [client.get(link.path).content.decode()]
    for asset_id in assets:
        for route in LINK_ROUTES:
            told += answers(client, route, link, asset_id)
    return "".join(told)


@pytest.mark.parametrize("settings", LINKS.values(), ids=LINKS.keys())
def test_no_path_no_owner_and_no_other_album_is_told(
    library: Library, album_id: UUID, olga: User, settings: dict[str, object]
) -> None:
    link = share_album(olga, album_id, LinkSettings(**settings))  # type: ignore[arg-type]
    share_album(olga, album_id, LinkSettings(slug="another-link"))
    shown = [asset.id for asset in library.assets(AssetFilter(album_id=album_id))]
    told = everything(Client(), link, *shown)
    assert [word for word in SECRETS if word in told] == []
    assert ("Wedding" in told) is (link.password == "")


def test_photos_of_other_albums_are_not_there_and_their_names_neither(
    library: Library, album_id: UUID, olga: User
) -> None:
    every = {asset.filename: asset.id for asset in library.assets(AssetFilter())}
    link = share_assets(olga, [every["bride.jpg"]], LinkSettings())
    for route in LINK_ROUTES:
        if "asset_id" in route.parameters:
            (asked, _posted) = answers(Client(), route, link, every["lawyer.jpg"])
            assert "no-store" in asked
            assert every["lawyer.jpg"].hex not in asked
    told = everything(Client(), link, every["lawyer.jpg"], every["groom.jpg"])
    assert [word for word in (*SECRETS, "groom", "Wedding") if word in told] == []
