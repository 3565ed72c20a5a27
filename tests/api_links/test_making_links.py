"""``POST /api/shared-links``: recordings 020 to 040."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User

from portal.library.types import Album
from sharing.albums.editing import make_album
from sharing.links import LinkSettings, share_album
from sharing.models import SharedLink
from tests.api_links.conftest import LINKS, Program, program_of
from tests.memory_library import MemoryLibrary

Refused = Callable[[Any], tuple[int, str]]
NEVER_SEEN = "00000000-0000-4000-8000-000000000000"


def test_a_link_of_chosen_photos_answers_with_them(
    program: Program, library: MemoryLibrary, album: Album
) -> None:
    ids = [str(asset_id) for asset_id in list(library.held)[:3]]
    response = program.post(LINKS, {"type": "INDIVIDUAL", "assetIds": ids})
    link = response.json()
    assert response.status_code == 201
    assert sorted(asset["id"] for asset in link["assets"]) == sorted(ids)
    assert {name: link[name] for name in ("type", "slug", "password", "description")} == {
        "type": "INDIVIDUAL",
        "slug": None,
        "password": None,
        "description": None,
    }
    assert UUID(link["id"]).version == UUID(link["userId"]).version == 4
    assert len(link["key"]) == 67
    assert link["createdAt"].endswith("Z")


def test_uploads_are_off_unless_they_are_asked_for(program: Program, album: Album) -> None:
    made = program.post(LINKS, {"type": "ALBUM", "albumId": str(album.id)}).json()
    asked = {"type": "ALBUM", "albumId": str(album.id), "allowUpload": True}
    assert (made["allowUpload"], made["allowDownload"], made["showMetadata"]) == (False, True, True)
    assert program.post(LINKS, asked).json()["allowUpload"] is True


def test_every_field_is_kept(program: Program, library: MemoryLibrary, album: Album) -> None:
    sent = {
        "description": "Hello",
        "slug": "tmp-slug",
        "expiresAt": "2027-01-01T00:00:00.000Z",
        "allowUpload": False,
        "allowDownload": False,
        "showMetadata": True,
    }
    chosen = {"type": "INDIVIDUAL", "assetIds": [str(next(iter(library.held)))]}
    made = program.post(LINKS, {**sent, **chosen, "password": "pw"}).json()
    assert {name: made[name] for name in sent} == sent
    assert made["password"] == "********"
    assert SharedLink.objects.get().check_password("pw")


def test_an_album_made_in_the_portal_is_shared_like_one_of_the_library(
    program: Program, owner: User, library: MemoryLibrary, album: Album
) -> None:
    made = make_album(owner, "The best", list(library.held)[:2])
    link = program.post(LINKS, {"type": "ALBUM", "albumId": str(made.pk)}).json()
    assert (link["album"]["albumName"], link["album"]["assetCount"]) == ("The best", 2)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"type": "INDIVIDUAL"}, "Invalid assetIds"),
        ({"type": "INDIVIDUAL", "assetIds": []}, "Invalid assetIds"),
        ({"type": "ALBUM"}, "Invalid albumId"),
        ({"type": "FOO"}, "[type]"),
        ({}, "[type]"),
        ({"type": "INDIVIDUAL", "assetIds": ["x"]}, "[assetIds.0]"),
        ({"type": "INDIVIDUAL", "assetIds": [NEVER_SEEN]}, "Not found or no asset.share access"),
        ({"type": "ALBUM", "albumId": NEVER_SEEN}, "Not found or no album.share access"),
        ({"type": "ALBUM", "expiresAt": "tomorrow"}, "[expiresAt]"),
        ({"type": "ALBUM", "expiresAt": 1893456000}, "must be a date string"),
        ({"type": "ALBUM", "expiresAt": "0001-01-01T00:00:00+14:00"}, "[expiresAt]"),
        ({"type": "ALBUM", "expiresAt": "9999-12-31T23:00:00-14:00"}, "[expiresAt]"),
        ({"type": "ALBUM", "expiresAt": "0001-01-01T00:00:00Z"}, "too long ago"),
        ({"type": "ALBUM", "allowUpload": "yes"}, "[allowUpload]"),
        ({"type": "ALBUM", "password": "x" * 201}, "[password]"),
        ({"type": "ALBUM", "description": "a\0b"}, "[description]"),
    ],
)
def test_what_cannot_be_shared_is_refused_in_words(
    program: Program, album: Album, refused: Refused, body: dict[str, Any], words: str
) -> None:
    status, message = refused(program.post(LINKS, body))
    assert (status, words in message) == (400, True), message
    assert not SharedLink.objects.exists()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"slug": "Summer 2025/ü?x"}, "letters"),
        ({"slug": "api"}, "reserved"),
        ({"expiresAt": "9999-12-31T00:00:00Z"}, "earlier"),
        ({"description": "x" * 201}, "200"),
    ],
)
def test_what_our_links_cannot_be_is_refused_in_words(
    program: Program, album: Album, refused: Refused, sent: dict[str, str], words: str
) -> None:
    body = {"type": "ALBUM", "albumId": str(album.id), **sent}
    status, message = refused(program.post(LINKS, body))
    assert (status, words in message) == (400, True), message


def test_a_link_of_chosen_photos_takes_no_uploads(
    program: Program, library: MemoryLibrary, album: Album, refused: Refused
) -> None:
    ids = [str(next(iter(library.held)))]
    body = {"type": "INDIVIDUAL", "assetIds": ids, "allowUpload": True}
    assert refused(program.post(LINKS, body)) == (400, "Only a link to an album can take uploads.")


def test_an_address_belongs_to_one_link_in_whatever_case(
    program: Program, owner: User, album: Album, refused: Refused
) -> None:
    share_album(owner, album.id, LinkSettings(slug="summer-2025"))
    body = {"type": "ALBUM", "albumId": str(album.id), "slug": "Summer-2025"}
    assert refused(program.post(LINKS, body)) == (400, "Shared link with this slug already exists")


def test_an_expiry_in_the_past_makes_a_link_that_is_closed(
    program: Program, guest: Program, album: Album, refused: Refused
) -> None:
    body = {"type": "ALBUM", "albumId": str(album.id), "expiresAt": "2020-01-01T00:00:00.000Z"}
    made = program.post(LINKS, body)
    assert made.status_code == 201
    key = made.json()["key"]
    assert refused(guest.get(f"{LINKS}/me?key={key}")) == (401, "This link has expired")


def test_a_time_without_a_zone_is_utc(program: Program, album: Album) -> None:
    body = {"type": "ALBUM", "albumId": str(album.id), "expiresAt": "2030-05-01T10:00:00.123456"}
    made = program.post(LINKS, body).json()
    assert made["expiresAt"] == "2030-05-01T10:00:00.123Z"
    expected = datetime(2030, 5, 1, 10, 0, 0, 123456, tzinfo=UTC)
    assert SharedLink.objects.get().expires_at == expected


def test_an_empty_password_is_none_and_unknown_fields_are_ignored(
    program: Program, album: Album
) -> None:
    body = {"type": "ALBUM", "albumId": str(album.id), "password": "", "foo": 1}
    response = program.post(LINKS, body)
    assert (response.status_code, response.json()["password"]) == (201, None)


def test_without_metadata_downloads_stay_for_a_clean_file_is_given(
    program: Program, album: Album
) -> None:
    body = {"type": "ALBUM", "albumId": str(album.id), "showMetadata": False}
    made = program.post(LINKS, body).json()
    assert (made["showMetadata"], made["allowDownload"]) == (False, True)


def test_only_who_may_makes_links(
    owner: User, link: SharedLink, guest: Program, album: Album, refused: Refused
) -> None:
    body = {"type": "ALBUM", "albumId": str(album.id)}
    limited = program_of(owner, "sharedLink.read")
    words = "Missing required permission: sharedLink.create"
    assert refused(limited.post(LINKS, body)) == (403, words)
    assert refused(guest.post(LINKS, body)) == (401, "Authentication required")
    assert refused(guest.post(f"{LINKS}?key={link.key}", body)) == (403, "Forbidden")


def test_an_album_of_another_owner_is_not_shared(
    db: None, program: Program, library: MemoryLibrary, album: Album, refused: Refused
) -> None:
    other = User.objects.create_user("otto")
    made = make_album(other, "Otto's", list(library.held)[:1])
    answer = program.post(LINKS, {"type": "ALBUM", "albumId": str(made.pk)})
    assert refused(answer) == (400, "Not found or no album.share access")


def test_what_is_no_json_is_refused_in_words(program: Program, refused: Refused) -> None:
    for body in ("{", "[]", "null", ""):
        sent = program.client.post(
            LINKS, body, content_type="application/json", headers=program.headers
        )
        assert refused(sent)[0] == 400, body


def test_an_id_that_names_two_things_names_the_album_once(program: Program, album: Album) -> None:
    assert program.post(LINKS, {"type": "ALBUM", "albumId": str(uuid4())}).status_code == 400
