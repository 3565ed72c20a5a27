from typing import Any

import pytest
from django.contrib.auth.models import User

from portal.library.types import Album, Asset
from sharing.albums.editing import make_album
from sharing.links import LinkSettings, share_assets
from sharing.models import SharedLink
from tests.api_assets.conftest import UNKNOWN, Program, by_key, program_of
from tests.memory_library import MemoryLibrary
from tests.memory_taking import Arrival

pytestmark = pytest.mark.django_db


@pytest.fixture
def brought(library: MemoryLibrary, photo: Asset, album: Album) -> Asset:
    """A photo that came in by an upload."""
    library.arrivals[UNKNOWN] = Arrival(photo.id, album.id, was_there=False, joined=True)
    return photo


def test_what_a_program_says_of_a_photo_is_known(program: Program, photo: Asset) -> None:
    said = {
        "description": "Dinner", "rating": 5, "isFavorite": True, "latitude": 52.5,
        "longitude": 13.4, "dateTimeOriginal": "2020-02-01T10:00:00+01:00", "unknown": 1,
    }  # fmt: skip
    response = program.put(f"/api/assets/{photo.id}", said)
    told = response.json()
    assert response.status_code == 200
    assert (told["isFavorite"], told["localDateTime"]) == (True, "2020-02-01T10:00:00.000Z")
    exif = told["exifInfo"]
    assert (exif["description"], exif["rating"], exif["latitude"]) == ("Dinner", 5, 52.5)
    assert program.put(f"/api/assets/{photo.id}", {}).json()["isFavorite"] is True
    cleared = program.put(f"/api/assets/{photo.id}", {"rating": None, "isFavorite": False}).json()
    assert (cleared["exifInfo"]["rating"], cleared["isFavorite"]) == (None, False)


@pytest.mark.parametrize(
    "body",
    [
        {"latitude": 91, "longitude": 0}, {"latitude": 1}, {"rating": 6}, {"isFavorite": "yes"},
        {"dateTimeOriginal": "soon"}, {"dateTimeOriginal": 5}, {"visibility": "hidden"}, {"description": 5},
        {"livePhotoVideoId": str(UNKNOWN)},
    ],
)  # fmt: skip
def test_what_cannot_be_known_is_refused_in_words(
    program: Program, photo: Asset, body: dict[str, object], refused: Any
) -> None:
    status, words = refused(program.put(f"/api/assets/{photo.id}", body))
    assert status == 400
    assert words


def test_many_photos_are_described_at_once(
    program: Program, library: MemoryLibrary, album: Album, refused: Any
) -> None:
    ids = [str(pk) for pk in list(library.held)[:3]]
    response = program.put("/api/assets", {"ids": ids, "description": "Trip"})
    assert (response.status_code, response.content) == (204, b"")
    assert {library.held[pk].exif.description for pk in list(library.held)[:3]} == {"Trip"}
    before = library.held[next(iter(library.held))].taken_at
    program.put("/api/assets", {"ids": ids, "dateTimeRelative": 90})
    after = library.held[next(iter(library.held))].taken_at
    assert (after - before).total_seconds() == 5400
    strange = program.put("/api/assets", {"ids": [*ids, str(UNKNOWN)], "description": "No"})
    assert refused(strange) == (400, "Not found or no asset.update access")
    for far in (1e300, 4.9e8, -4.9e8, "soon"):
        response = program.put("/api/assets", {"ids": ids, "dateTimeRelative": far})
        assert response.status_code in {204, 400}
    assert refused(response)[0] == 400


def test_what_was_sent_goes_to_the_bin_and_out_of_links(
    program: Program, guest: Program, owner: User, library: MemoryLibrary, brought: Asset
) -> None:
    link = share_assets(owner, [brought.id], LinkSettings())
    made = make_album(owner, "Best", [brought.id])
    response = program.delete("/api/assets", {"ids": [str(brought.id)], "force": True})
    assert (response.status_code, response.content) == (204, b"")
    assert brought.id in library.bin  # kept for a while, whatever force says
    assert guest.get(by_key(link, f"/api/assets/{brought.id}")).status_code == 400
    assert SharedLink.objects.get(pk=link.pk).epoch > link.epoch
    made.refresh_from_db()
    assert made.count == 0


def test_the_owners_own_files_stay(
    program: Program, library: MemoryLibrary, brought: Asset, refused: Any
) -> None:
    own = list(library.held)[1]
    response = program.delete("/api/assets", {"ids": [str(brought.id), str(own)]})
    status, words = refused(response)
    assert (status, "folder" in words) == (400, True)
    assert brought.id in library.held
    missing = program.delete("/api/assets", {"ids": [str(UNKNOWN)]})
    assert refused(missing) == (400, "Not found or no asset.delete access")


def test_changes_need_their_permissions_and_no_guest_has_them(
    owner: User, guest: Program, link: SharedLink, photo: Asset, refused: Any
) -> None:
    reader = program_of(owner, "asset.read")
    nobody: dict[str, object] = {}
    for method, path, body, permission in (
        ("put", f"/api/assets/{photo.id}", nobody, "asset.update"),
        ("put", "/api/assets", {"ids": []}, "asset.update"),
        ("delete", "/api/assets", {"ids": []}, "asset.delete"),
    ):
        words = f"Missing required permission: {permission}"
        assert refused(reader.ask(method, path, body)) == (403, words)
        assert refused(guest.ask(method, by_key(link, path), body)) == (403, "Forbidden")


def test_one_photo_takes_over_what_is_kept_of_another(
    program: Program, owner: User, library: MemoryLibrary, album: Album, photo: Asset
) -> None:
    target = list(library.held)[1]
    made = make_album(owner, "Best", [photo.id])
    link = share_assets(owner, [photo.id], LinkSettings())
    other = library.add_album("Other", 1)
    library.members[other.id].append(photo.id)
    tag = program.put("/api/tags", {"tags": ["Blue"]}).json()[0]["id"]
    program.put(f"/api/tags/{tag}/assets", {"ids": [str(photo.id)]})
    program.put(f"/api/assets/{photo.id}", {"isFavorite": True})
    body = {"sourceId": str(photo.id), "targetId": str(target)}
    assert program.put("/api/assets/copy", body).status_code == 204
    assert set(made.items.asset_ids()) == {photo.id, target}
    assert link.items.filter(asset_id=target).exists()
    assert target in library.members[other.id]
    told = program.get(f"/api/assets/{target}").json()
    assert told["isFavorite"]
    assert [each["value"] for each in told["tags"]] == ["Blue"]
