"""A search here finds what the same search finds on the Immich that the photos come from."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User

from portal.library.immich.library import ImmichLibrary
from portal.library.interface import LibraryUnavailable
from portal.library.types import AssetFilter, Page
from sharing.api.search_bodies import MetadataSearch
from sharing.api.search_questions import query_of
from tests.immich import Immich
from tests.immich_library.conftest import mirror, mirror_of

__all__ = ["mirror", "mirror_of"]
Ask = Callable[..., list[str]]


@pytest.fixture
def theirs(mirror: ImmichLibrary) -> Ask:
    """What Immich finds itself, in its order."""

    def ask(**asked: Any) -> list[str]:
        found = mirror.client.post("/search/metadata", {"size": 1000, **asked})
        return [asset["id"] for asset in found["assets"]["items"]]

    return ask


@pytest.fixture
def ours(mirror: ImmichLibrary, db: None) -> Ask:
    owner = User.objects.create_user("olga")

    def ask(**asked: Any) -> list[str]:
        query = query_of(MetadataSearch(**asked), owner)
        return [str(asset.id) for asset in mirror.search(query, Page(limit=1000))]

    return ask


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"type": "VIDEO"},
        {"isMotion": True},
        {"isFavorite": True},
        {"isFavorite": False},
        {"visibility": "archive"},
        {"originalFileName": "img_000"},
        {"make": "Canon"},
        {"make": None},
        {"takenAfter": "2024-05-01T10:00:00.000Z"},
        {"takenBefore": "2024-05-02T10:00:00"},
        {"createdAfter": "2024-06-01T00:00:00.000Z"},
        {"updatedBefore": "2024-06-01T00:00:00.000Z"},
        {"isNotInAlbum": True},
        {"albumIds": ["00000000-0000-4000-8000-000000000000"]},
    ],
)
def test_the_same_is_found(ours: Ask, theirs: Ask, asked: Any) -> None:
    assert sorted(ours(**asked)) == sorted(theirs(**asked))


def test_people_places_and_albums_are_searched_alike(
    immich: Immich, mirror: ImmichLibrary, ours: Ask, theirs: Ask
) -> None:
    people = {each["name"]: each["id"] for each in mirror.client.get("/people")["people"]}
    some = mirror.client.post("/search/metadata", {"withExif": True, "size": 50})
    cities = {item["exifInfo"]["city"] for item in some["assets"]["items"]} - {None}
    questions: list[dict[str, Any]] = [
        {"personIds": [people["Anna"]]},
        {"personIds": list(people.values())},
        {"personIds": [people["Anna"]], "takenAfter": "2030-01-01T00:00:00.000Z"},
        *({"city": city} for city in cities),
        *({"albumIds": [str(album.id)]} for album in mirror.albums()),
    ]

    assert cities
    for asked in questions:
        assert sorted(ours(**asked)) == sorted(theirs(**asked)), asked


def test_times_of_arrival_and_change_are_immich_s(mirror: ImmichLibrary) -> None:
    told = mirror.client.post("/search/metadata", {"size": 1})["assets"]["items"][0]

    (asset,) = mirror.assets(AssetFilter(ids=frozenset({UUID(told["id"])})))

    assert asset.added_at
    assert asset.updated_at
    assert asset.added_at.isoformat(timespec="milliseconds")[:23] == told["createdAt"][:23]
    assert asset.updated_at.isoformat(timespec="milliseconds")[:23] == told["updatedAt"][:23]
    assert asset.moment.isoformat(timespec="milliseconds")[:23] == told["fileCreatedAt"][:23]


def test_people_are_not_known_while_immich_is_away_and_all_else_is(
    immich: Immich, mirror: ImmichLibrary, ours: Ask
) -> None:
    people = mirror.client.get("/people")["people"]
    anna, otto = ([each["id"]] for each in people)
    found = ours(personIds=anna)

    immich.stop()

    with pytest.raises(LibraryUnavailable, match="refuses connections"):
        ours(personIds=otto)
    assert ours(personIds=anna) == found  # asked a moment ago
    assert ours()
    immich.start()
    assert ours(personIds=otto)
