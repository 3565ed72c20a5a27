from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from portal.library.types import Album, Asset
from sharing.albums.editing import make_album
from sharing.links import LinkSettings, change_link, share_assets, share_portal_album
from sharing.models import SharedLink
from tests.api_assets.conftest import UNKNOWN, Program, by_key
from tests.memory_library import MemoryLibrary

pytestmark = pytest.mark.django_db


@pytest.fixture
def older(library: MemoryLibrary, album: Album) -> Asset:
    """One photo of the year before."""
    asset = library.held[library.members[album.id][3]]
    moved = replace(asset, taken_at=datetime(2024, 2, 5, 8))  # noqa: DTZ001
    library.held[asset.id] = moved
    return moved


def test_months_are_counted_newest_first_or_last(program: Program, older: Asset) -> None:
    counts = program.get("/api/timeline/buckets").json()
    assert counts == [
        {"timeBucket": "2025-07-01", "count": 6},
        {"timeBucket": "2024-02-01", "count": 1},
    ]
    assert program.get("/api/timeline/buckets?order=asc").json() == counts[::-1]


def test_a_month_is_a_list_for_each_fact(
    program: Program, older: Asset, photo: Asset, album: Album
) -> None:
    path = f"/api/timeline/bucket?albumId={album.id}&timeBucket=2025-07-01&withCoordinates=true"
    told = program.get(path).json()
    assert {len(column) for column in told.values()} == {6}
    assert told["id"][-1] == str(photo.id)  # the newest come first
    assert told["fileCreatedAt"][-1] == "2025-07-12T07:30:00"
    assert (told["localOffsetHours"][-1], told["ratio"][-1]) == (2, 1.333)
    assert (told["latitude"][-1], told["city"][-1]) == (48.86, "Paris")
    assert told["isImage"].count(False) == 1
    assert told["duration"].count(75_000) == 1
    assert "latitude" not in program.get("/api/timeline/bucket?timeBucket=2025-07-01").json()
    assert program.get("/api/timeline/bucket?timeBucket=1999-01-01").json()["id"] == []


@pytest.mark.parametrize("query", ["timeBucket=July", "timeBucket=2025-07-01&albumId=x", ""])
def test_nonsense_is_refused(program: Program, album: Album, query: str, refused: Any) -> None:
    assert refused(program.get(f"/api/timeline/bucket?{query}"))[0] == 400


def test_the_trash_and_hidden_photos_are_no_months(program: Program, album: Album) -> None:
    for query in ("isTrashed=true", "visibility=hidden", "visibility=locked"):
        assert program.get(f"/api/timeline/buckets?{query}").json() == []
    assert program.get("/api/timeline/buckets?bbox=1,2,3,4").status_code == 400


def test_months_show_favourites_and_tags(
    program: Program, album: Album, photo: Asset, older: Asset, library: MemoryLibrary
) -> None:
    library.held[older.id] = replace(older, is_favorite=True)
    one = [{"timeBucket": "2024-02-01", "count": 1}]
    assert program.get("/api/timeline/buckets?isFavorite=true").json() == one
    tag = program.put("/api/tags", {"tags": ["Old"]}).json()[0]["id"]
    program.put(f"/api/tags/{tag}/assets", {"ids": [str(older.id)]})
    assert program.get(f"/api/timeline/buckets?tagId={tag}").json() == one
    assert program.get(f"/api/timeline/buckets?tagId={UNKNOWN}").json() == []


def test_guests_have_the_months_of_their_album(
    guest: Program, link: SharedLink, album: Album, older: Asset, refused: Any
) -> None:
    buckets = f"/api/timeline/buckets?albumId={album.id}"
    assert [each["count"] for each in guest.get(by_key(link, buckets)).json()] == [6, 1]
    missing = (400, "Not found or no timeline.read access")
    assert refused(guest.get(by_key(link, "/api/timeline/buckets"))) == missing
    chosen = share_assets(link.owner, [older.id], LinkSettings())
    assert refused(guest.get(by_key(chosen, "/api/timeline/buckets"))) == missing
    assert refused(guest.get(by_key(chosen, buckets)))[0] == 400
    assert refused(guest.get(by_key(link, f"{buckets}&isFavorite=true"))) == missing


def test_an_album_made_here_has_months_too(
    guest: Program, owner: User, older: Asset, photo: Asset
) -> None:
    made = make_album(owner, "Both", [older.id, photo.id])
    link = share_portal_album(owner, made, LinkSettings())
    path = by_key(link, f"/api/timeline/buckets?albumId={made.pk}")
    assert [each["count"] for each in guest.get(path).json()] == [1, 1]


def test_withheld_dates_are_no_months(
    guest: Program, link: SharedLink, album: Album, photo: Asset, older: Asset
) -> None:
    change_link(link, LinkSettings(show_metadata=False))
    month = f"{link.created_at:%Y-%m}-01"
    counts = guest.get(by_key(link, f"/api/timeline/buckets?albumId={album.id}")).json()
    assert counts == [{"timeBucket": month, "count": 7}]
    path = f"/api/timeline/bucket?albumId={album.id}&timeBucket={month}&withCoordinates=true"
    response = guest.get(by_key(link, path))
    assert len(response.json()["id"]) == 7
    for secret in ("2025-07", "2024-02", "Paris", "48.86"):
        assert secret not in response.content.decode()
