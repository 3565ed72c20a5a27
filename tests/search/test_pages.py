"""Pages of a search: in one order, without repeating or losing anything."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from portal.library.types import Album, Asset, AssetFilter
from tests.memory_library import MemoryLibrary
from tests.search.conftest import SEARCH, Program

Found = Callable[..., list[str]]
Place = Callable[..., Asset]
Refused = Callable[[Any], tuple[int, str]]
NOTHING = {"total": 0, "count": 0, "items": [], "facets": []}


def test_a_page_says_whether_there_is_another(program: Program, album: Album) -> None:
    first = program.post(SEARCH, {"size": 5, "page": 1}).json()
    second = program.post(SEARCH, {"size": 5, "page": first["assets"]["nextPage"]}).json()

    assert first["albums"] == NOTHING
    assert (first["assets"]["count"], first["assets"]["nextPage"]) == (5, "2")
    assert (second["assets"]["count"], second["assets"]["nextPage"]) == (2, None)
    assert first["assets"]["nextCursor"] is None
    assert first["assets"]["facets"] == []


def test_a_page_that_is_just_full_is_the_last(program: Program, album: Album) -> None:
    assert program.post(SEARCH, {"size": 7}).json()["assets"]["nextPage"] is None


@pytest.mark.parametrize("page", [2, 99, 10**9, 2**60])
def test_behind_the_last_page_there_is_nothing(program: Program, album: Album, page: int) -> None:
    answer = program.post(SEARCH, {"size": 250, "page": page})

    assert answer.status_code == 200
    assert answer.json()["assets"] == {**NOTHING, "nextPage": None, "nextCursor": None}


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_photos_of_one_time_come_each_once(
    found: Found, library: MemoryLibrary, place: Place, order: str, size: int
) -> None:
    for number in range(6):
        place(filename=f"burst-{number}.jpg", taken_at=datetime(2024, 5, 1, 12))  # noqa: DTZ001
    everything = sorted(library.assets(AssetFilter()), key=lambda asset: (asset.moment, asset.id))
    expected = [str(asset.id) for asset in everything]

    assert found(size=size, order=order) == (expected if order == "asc" else expected[::-1])


def test_the_newest_come_first_unless_it_is_said_otherwise(found: Found, album: Album) -> None:
    assert found() == found(order="desc") == found(order="asc")[::-1]
    assert found(orderBy={"field": "fileCreatedAt", "direction": "asc"}) == found(order="asc")


def test_facts_of_the_file_come_when_they_are_asked_for(program: Program, place: Place) -> None:
    asset = place(make="Canon", city="Rome", is_favorite=True)

    bare = program.post(SEARCH, {"id": str(asset.id)}).json()["assets"]["items"][0]
    full = program.post(SEARCH, {"id": str(asset.id), "withExif": True}).json()
    exif = full["assets"]["items"][0]["exifInfo"]

    assert "exifInfo" not in bare
    assert (bare["isFavorite"], UUID(bare["id"])) == (True, asset.id)
    assert bare["fileCreatedAt"] == "2024-05-01T10:00:00.000Z"
    assert bare["localDateTime"] == "2024-05-01T12:00:00.000Z"
    assert (exif["make"], exif["city"]) == ("Canon", "Rome")


def test_nothing_at_all_may_be_asked(program: Program, album: Album) -> None:
    empty = program.client.post(
        SEARCH, "", content_type="application/json", headers=program.headers
    )

    assert program.post(SEARCH, {}).json()["assets"]["count"] == 7
    assert (empty.status_code, empty.json()["assets"]["count"]) == (200, 7)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"size": 5000}, "[size] Input should be less than or equal to 1000"),
        ({"size": 0}, "[size] Input should be greater than or equal to 1"),
        ({"size": "many"}, "[size] Input should be a valid integer"),
        ({"page": 0}, "[page] Input should be greater than or equal to 1"),
        ({"page": 1.5}, "[page] Input should be a valid integer"),
        ({"takenAfter": "x"}, "[takenAfter] Input should be a valid datetime"),
        ({"takenAfter": 5}, "[takenAfter] must be a date string"),
        ({"createdBefore": "0001-01-01T00:00:00+14:00"}, "[createdBefore] is out of range"),
        ({"albumIds": ["x"]}, "[albumIds.0] Input should be a valid UUID"),
        ({"albumIds": "x"}, "[albumIds] Input should be a valid list"),
        ({"type": "CAKE"}, "[type] Input should be 'IMAGE', 'VIDEO', 'AUDIO' or 'OTHER'"),
        ({"order": "up"}, "[order] Input should be 'asc' or 'desc'"),
        ({"rating": 6}, "[rating] Input should be less than or equal to 5"),
        ({"make": "a\0"}, "[make] null characters are not allowed"),
        ({"filter": {"hasTags": {"eq": True}}}, "[filter] is not understood here"),
        ({"orderBy": {"field": "rating"}}, "[orderBy.field] Input should be 'fileCreatedAt'"),
    ],
)
def test_what_cannot_be_asked_is_said(
    program: Program, refused: Refused, album: Album, asked: Any, words: str
) -> None:
    status, said = refused(program.post(SEARCH, asked))

    assert status == 400
    assert said.startswith(words)


@pytest.mark.parametrize("body", ["[]", "5", '"x"', "null", '[{"size": 1}]', "{", "\xff"])
@pytest.mark.parametrize("path", [SEARCH, "/api/search/statistics", "/api/search/random"])
def test_a_body_is_an_object(
    program: Program, refused: Refused, album: Album, path: str, body: str
) -> None:
    answer = program.client.post(
        path, body.encode("latin-1"), content_type="application/json", headers=program.headers
    )

    status, said = refused(answer)
    assert (status, said.startswith("The request's body is no valid JSON: ")) == (400, True)


def test_fields_that_nobody_knows_are_passed_over(found: Found, album: Album) -> None:
    assert len(found(isCake=True, withStacked=True, withPeople=True, withDeleted=True)) == 7


def test_guests_search_nothing(guest: Program, refused: Refused, link: Any) -> None:
    for path in (SEARCH, "/api/search/statistics", "/api/search/random", "/api/search/smart"):
        assert refused(guest.post(f"{path}?key={link.key}", {})) == (403, "Forbidden")
    suggestions = f"/api/search/suggestions?type=city&key={link.key}"
    assert refused(guest.get(suggestions)) == (403, "Forbidden")
