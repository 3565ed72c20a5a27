"""What a search over ``/api`` may ask for."""

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from portal.library.types import Album, Asset, AssetFilter, AssetKind
from sharing.albums.editing import make_album
from sharing.tags.models import Tag, TaggedAsset
from tests.memory_library import MemoryLibrary
from tests.search.conftest import Program, program_of

Found = Callable[..., list[str]]
Place = Callable[..., Asset]
SHA1 = bytes.fromhex("249133e51e90fea72c475c447bde308b1ffcc0e7")
FACTS: dict[str, Any] = {
    "kind": AssetKind.VIDEO, "filename": "Ärger_0012.MP4", "make": "Canon", "model": "EOS R6",
    "lens": "50mm", "city": "Cape Town", "state": "Western Cape", "country": "South Africa",
    "description": "Caption of a picture", "rating": 3, "is_favorite": True, "sha1": SHA1,
    "live_video_id": uuid4(), "added_at": datetime(2026, 1, 2, 3, 4, 5, 678_900, UTC),
    "updated_at": datetime(2026, 2, 3, tzinfo=UTC),
}  # fmt: skip


@pytest.mark.parametrize(
    "asked",
    [
        {"type": "VIDEO", "isMotion": True},
        {"make": "Canon", "model": "EOS R6", "lensModel": "50mm"},
        {"city": "Cape Town", "state": "Western Cape", "country": "South Africa"},
        {"originalFileName": "0012"},
        {"originalFileName": "ärger", "originalPath": ".mp4"},
        {"deviceAssetId": "Ärger_0012.MP4", "deviceId": "loggia"},
        {"description": "caption"},
        {"rating": 3},
        {"isFavorite": True},
        {"isMotion": True},
        {"checksum": b64encode(SHA1).decode()},
        {"checksum": SHA1.hex()},
        {"checksum": SHA1.hex().upper()},
        {"takenAfter": "2024-05-01T10:00:00.000Z", "takenBefore": "2024-05-01T12:00:00+02:00"},
        {"takenAfter": "2024-05-01T10:00:00", "takenBefore": "2024-05-01"[:10] + "T10:00:00"},
        {"createdAfter": "2026-01-02T03:04:05.678Z"},
        {"createdBefore": "2026-01-02T03:04:05.678Z", "createdAfter": "2026-01-01"},
        {"updatedAfter": "2026-02-03T00:00:00Z", "visibility": "timeline"},
    ],
)
def test_a_photo_is_found_by_what_is_known_of_it(found: Found, place: Place, asked: Any) -> None:
    asset = place(**FACTS)
    place(filename="other.jpg", taken_at=datetime(1999, 1, 1))  # noqa: DTZ001

    assert found(**asked) == [str(asset.id)]


@pytest.mark.parametrize(
    "asked",
    [
        {"make": "canon"},
        {"city": "Cape"},
        {"type": "AUDIO"},
        {"isFavorite": True},
        {"isMotion": True},
        {"isEncoded": True},
        {"isOffline": True},
        {"ocr": "exit"},
        {"libraryId": str(uuid4())},
        {"trashedAfter": "2020-01-01T00:00:00Z"},
        {"thumbnailPath": "/x"},
        {"deviceId": "phone"},
        {"visibility": "archive"},
        {"visibility": "locked"},
        {"visibility": "hidden"},
        {"checksum": "zz"},
        {"albumIds": [str(uuid4())]},
        {"personIds": [str(uuid4())]},
        {"tagIds": [str(uuid4())]},
        {"isNotInAlbum": True},
        {"rating": 5},
        {"createdAfter": "2026-01-02T03:04:06Z"},
    ],
)
def test_what_is_not_so_is_not_found(found: Found, place: Place, asked: Any) -> None:
    place(make="Canon", city="Cape Town", rating=1)

    assert found(**asked) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"make": None}, {"make": ""}, {"lensModel": None}, {"rating": None}, {"tagIds": None},
        {"isEncoded": False, "isOffline": False, "libraryId": None, "ocr": ""},
        {"albumIds": [], "personIds": [], "tagIds": []},
    ],
)  # fmt: skip
def test_null_asks_for_what_is_not_known_and_no_ids_for_nothing(
    found: Found, place: Place, asked: Any
) -> None:
    place(rating=-1)

    assert len(found(**asked)) == 8


def test_the_request_of_immich_ppdl_works(found: Found, place: Place) -> None:
    old = place(added_at=datetime(2024, 1, 1, tzinfo=UTC))
    new = place(added_at=datetime(2024, 6, 1, 12, tzinfo=UTC))
    moment = datetime(2024, 3, 1, 10, 11, 12, 131415).isoformat()  # noqa: DTZ001 - it sends none

    ids = found(createdAfter=moment, visibility="timeline", size=50, withExif=False)

    assert str(new.id) in ids
    assert str(old.id) not in ids


def test_albums_of_the_library_and_of_the_portal_are_searched_alike(
    found: Found, library: MemoryLibrary, album: Album, owner: User
) -> None:
    other = library.add_album("Winter", 3)
    winter = [asset.id for asset in library.assets(AssetFilter(other.id))]
    summer = [asset.id for asset in library.assets(AssetFilter(album.id))]
    made = make_album(owner, "Best of", [winter[0], summer[0]])

    assert len(found(albumIds=[str(album.id)])) == 7
    assert found(albumIds=[str(made.pk)], order="asc") == sorted(map(str, [winter[0], summer[0]]))
    assert found(albumIds=[str(made.pk), str(other.id)]) == [str(winter[0])]
    assert found(albumIds=[str(album.id), str(other.id)]) == []


def test_another_owner_s_albums_and_tags_find_nothing(
    library: MemoryLibrary, album: Album, owner: User, found: Found
) -> None:
    stranger = User.objects.create_user("otto")
    asset = library.assets(AssetFilter())[0]
    made = make_album(stranger, "Mine", [asset.id])
    tag = Tag.objects.create(owner=stranger, value="Secret")
    TaggedAsset.objects.create(tag=tag, asset_id=asset.id)

    assert found(albumIds=[str(made.pk)]) == []
    assert found(tagIds=[str(tag.pk)]) == []


def test_photos_in_no_album_are_in_none_of_the_portal_either(
    found: Found, library: MemoryLibrary, album: Album, owner: User, place: Place
) -> None:
    loose, chosen = place(), place()
    library.members[album.id] = [
        pk for pk in library.members[album.id] if pk not in {loose.id, chosen.id}
    ]
    make_album(owner, "Best of", [chosen.id])

    assert found(isNotInAlbum=True) == [str(loose.id)]
    assert len(found(isNotInAlbum=False)) == 9


def test_a_tag_stands_for_those_below_it(
    found: Found, library: MemoryLibrary, album: Album, owner: User
) -> None:
    first, second, *_others = library.assets(AssetFilter())
    trips = Tag.objects.create(owner=owner, value="Trips")
    rome = Tag.objects.create(owner=owner, value="Trips/Rome", parent=trips)
    TaggedAsset.objects.create(tag=rome, asset_id=first.id)
    TaggedAsset.objects.create(tag=trips, asset_id=second.id)

    assert set(found(tagIds=[str(trips.pk)])) == {str(first.id), str(second.id)}
    assert found(tagIds=[str(rome.pk)]) == [str(first.id)]
    assert len(found(tagIds=None)) == 5


def test_archived_photos_are_found_where_they_are_asked_for(found: Found, place: Place) -> None:
    archived = place(is_archived=True)

    assert str(archived.id) not in found()
    assert found(visibility="archive") == [str(archived.id)]


def test_what_is_found_is_counted(program: Program, place: Place) -> None:
    for _ in range(3):
        place(make="Canon")
    asked = {"make": "Canon", "takenAfter": "2024-01-01T00:00:00Z"}

    assert program.post("/api/search/statistics", asked).json() == {"total": 3}
    assert program.post("/api/search/statistics", {}).json() == {"total": 10}
    named = {"originalFileName": "img_1."}
    assert program.post("/api/search/statistics", named).json() == {"total": 3}


def test_counting_needs_its_own_permission(owner: User, album: Album) -> None:
    reader, counter = program_of(owner, "asset.read"), program_of(owner, "asset.statistics")

    assert reader.post("/api/search/statistics", {}).status_code == 403
    assert counter.post("/api/search/statistics", {}).status_code == 200
    assert counter.post("/api/search/metadata", {}).status_code == 403


def test_some_of_many_are_drawn_each_once(program: Program, album: Album) -> None:
    drawn = program.post("/api/search/random", {"size": 3}).json()
    every = program.post("/api/search/random", {}).json()

    assert len({item["id"] for item in drawn}) == 3
    assert len({item["id"] for item in every}) == len(every) == 7


def test_nothing_looks_into_pictures(program: Program, refused: Any) -> None:
    answer = program.post("/api/search/smart", {"query": "beach"})

    assert refused(answer) == (400, "Smart search is not enabled")


def test_suggestions_are_what_photos_have(program: Program, place: Place) -> None:
    place(make="Canon", model="EOS R6", city="Rome", country="Italy")
    place(make="Canon", model="EOS R5")
    place(make="Apple", model="iPhone 16")

    def suggested(query: str) -> Any:
        return program.get(f"/api/search/suggestions?{query}").json()

    assert suggested("type=camera-make") == ["Apple", "Canon"]
    assert suggested("type=camera-model&make=Canon") == ["EOS R5", "EOS R6"]
    assert suggested("type=city&country=Italy") == ["Rome"]
    assert suggested("type=country&includeNull=true") == ["Italy", None]
    assert suggested("type=state") == []


def test_a_suggestion_of_nothing_known_is_refused(program: Program, refused: Any) -> None:
    status, said = refused(program.get("/api/search/suggestions?type=cake"))

    assert status == 400
    assert said.startswith("[type] Input should be 'country'")
    assert program.get("/api/search/suggestions").status_code == 400
