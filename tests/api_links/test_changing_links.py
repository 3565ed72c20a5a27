"""Listing, reading, changing and deleting links by ``/api``: recordings 041 to 073."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from portal.library.types import Album
from sharing.albums.editing import make_album
from sharing.links import LinkSettings, share_album, share_assets, share_portal_album
from sharing.models import SharedLink
from tests.api_links.conftest import LINKS, Program, program_of
from tests.memory_library import MemoryLibrary

Refused = Callable[[Any], tuple[int, str]]
NEVER_SEEN = "00000000-0000-4000-8000-000000000000"
NOT_FOUND = (400, "Shared link not found")


@pytest.fixture
def stranger(db: None) -> Program:
    """A program of another owner."""
    return program_of(User.objects.create_user("otto"))


def test_links_are_listed_newest_first_with_one_photo_or_their_album(
    program: Program, link: SharedLink, chosen: SharedLink
) -> None:
    listed = program.get(LINKS).json()
    assert [one["id"] for one in listed] == [str(chosen.pk), str(link.pk)]
    assert [len(one["assets"]) for one in listed] == [1, 0]
    assert listed[1]["album"]["albumName"] == "2025/Summer"


def test_the_list_is_narrowed_by_album_and_by_link(
    program: Program, owner: User, link: SharedLink, chosen: SharedLink, library: MemoryLibrary
) -> None:
    made = make_album(owner, "The best", list(library.held)[:2])
    ours = share_portal_album(owner, made, LinkSettings())

    def ids(query: str) -> list[str]:
        return [one["id"] for one in program.get(f"{LINKS}?{query}").json()]

    assert ids(f"albumId={link.album_id}") == [str(link.pk)]
    assert ids(f"albumId={made.pk}") == [str(ours.pk)]
    assert ids(f"id={chosen.pk}") == [str(chosen.pk)]
    assert ids(f"id={NEVER_SEEN}") == []
    assert program.get(f"{LINKS}?albumId=x").status_code == 400


def test_a_long_list_takes_no_more_queries_than_a_short_one(
    program: Program,
    link: SharedLink,
    library: MemoryLibrary,
    chosen: SharedLink,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    owner, album_id = link.owner, next(iter(library.members))
    made = make_album(owner, "The best", list(library.held)[:2])
    for _ in range(5):
        share_album(owner, album_id, LinkSettings())
        share_assets(owner, list(library.held)[:3], LinkSettings())
        share_portal_album(owner, made, LinkSettings())
    program.get(LINKS)
    with django_assert_num_queries(4):  # the key, the links, their first photos, their albums
        assert len(program.get(LINKS).json()) == 17


def test_an_owner_sees_their_own_links_alone(
    program: Program, stranger: Program, link: SharedLink, refused: Refused
) -> None:
    one = f"{LINKS}/{link.pk}"
    assert program.get(one).json()["id"] == str(link.pk)
    assert stranger.get(LINKS).json() == []
    assert refused(stranger.get(one)) == NOT_FOUND
    assert refused(stranger.patch(one, {"description": "mine"})) == NOT_FOUND
    assert refused(stranger.delete(one)) == NOT_FOUND
    assert refused(program.get(f"{LINKS}/{NEVER_SEEN}")) == NOT_FOUND
    assert refused(program.patch(f"{LINKS}/{NEVER_SEEN}", {"description": "x"})) == NOT_FOUND
    status, message = refused(program.get(f"{LINKS}/xyz"))
    assert (status, "[id]" in message) == (400, True)


def test_what_is_not_sent_stays(program: Program, owner: User, album: Album) -> None:
    settings = LinkSettings(slug="summer-2025", password="sesame", allow_upload=True)
    link = share_album(owner, album.id, settings)
    changed = program.patch(f"{LINKS}/{link.pk}", {"description": "New text"}).json()
    assert (changed["description"], changed["slug"]) == ("New text", "summer-2025")
    assert (changed["password"], changed["allowUpload"]) == ("********", True)
    link.refresh_from_db()
    assert link.check_password("sesame")
    assert link.epoch == 1
    assert program.patch(f"{LINKS}/{link.pk}", {}).json() == changed


def test_null_and_the_empty_text_clear(program: Program, owner: User, album: Album) -> None:
    settings = LinkSettings(slug="summer-2025", password="sesame", description="Hello")
    link = share_album(owner, album.id, settings)
    one = f"{LINKS}/{link.pk}"
    changed = program.patch(one, {"slug": None, "password": None, "description": ""}).json()
    assert (changed["slug"], changed["password"], changed["description"]) == (None, None, None)


def test_an_expiry_is_set_and_taken_away(program: Program, link: SharedLink) -> None:
    one = f"{LINKS}/{link.pk}"
    moment = "2128-01-01T00:00:00.000Z"
    assert program.patch(one, {"expiresAt": moment}).json()["expiresAt"] == moment
    assert program.patch(one, {"changeExpiryTime": False}).json()["expiresAt"] == moment
    assert program.patch(one, {"changeExpiryTime": True}).json()["expiresAt"] is None
    program.patch(one, {"expiresAt": moment, "changeExpiryTime": True})
    assert program.patch(one, {"expiresAt": None}).json()["expiresAt"] is None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"expiresAt": "soon"}, "[expiresAt]"),
        ({"slug": "taken-one"}, "Shared link with this slug already exists"),
        ({"slug": "no good"}, "letters"),
        ({"showMetadata": 1}, "[showMetadata]"),
    ],
)
def test_a_change_that_cannot_be_is_refused_and_changes_nothing(
    program: Program, link: SharedLink, refused: Refused, body: dict[str, Any], words: str
) -> None:
    assert link.album_id
    share_album(link.owner, link.album_id, LinkSettings(slug="taken-one"))
    before = program.get(f"{LINKS}/{link.pk}").json()
    answer = program.patch(f"{LINKS}/{link.pk}", {"description": "New", **body})
    status, message = refused(answer)
    assert (status, words in message) == (400, True), message
    assert program.get(f"{LINKS}/{link.pk}").json() == before


def test_taking_something_away_voids_what_was_handed_out(
    program: Program, link: SharedLink
) -> None:
    one = f"{LINKS}/{link.pk}"
    for number, change in enumerate(({"allowDownload": False}, {"password": "sesame"}), 2):
        assert program.patch(one, change).status_code == 200
        link.refresh_from_db()
        assert link.epoch == number


def test_photos_are_added_and_taken_out_one_result_for_each(
    program: Program, chosen: SharedLink, library: MemoryLibrary
) -> None:
    one = f"{LINKS}/{chosen.pk}/assets"
    there = str(chosen.items.all()[0].asset_id)
    new = str(next(pk for pk in library.held if not chosen.items.filter(asset_id=pk).exists()))
    ids = [there, new, new, NEVER_SEEN]
    answer = program.put(one, {"assetIds": ids})
    assert answer.status_code == 200
    assert answer.json() == [
        {"assetId": there, "success": False, "error": "duplicate"},
        {"assetId": new, "success": True},
        {"assetId": new, "success": False, "error": "duplicate"},
        {"assetId": NEVER_SEEN, "success": False, "error": "no_permission"},
    ]
    assert chosen.items.count() == 4
    assert program.put(one, {"assetIds": []}).json() == []
    answer = program.delete(one, {"assetIds": [new, new, NEVER_SEEN]})
    assert answer.status_code == 200
    assert answer.json() == [
        {"assetId": new, "success": True},
        {"assetId": new, "success": False, "error": "not_found"},
        {"assetId": NEVER_SEEN, "success": False, "error": "not_found"},
    ]
    assert chosen.items.count() == 3
    chosen.refresh_from_db()
    assert chosen.epoch == 2


def test_an_album_link_has_no_photos_of_its_own(
    program: Program, link: SharedLink, library: MemoryLibrary, refused: Refused
) -> None:
    body = {"assetIds": [str(next(iter(library.held)))]}
    expected = (400, "Invalid shared link type")
    assert refused(program.put(f"{LINKS}/{link.pk}/assets", body)) == expected
    assert refused(program.delete(f"{LINKS}/{link.pk}/assets", body)) == expected


def test_guests_change_nothing(
    program: Program, guest: Program, chosen: SharedLink, library: MemoryLibrary, refused: Refused
) -> None:
    body = {"assetIds": [str(list(library.held)[-1])]}
    for method, path in (
        ("put", f"/{chosen.pk}/assets"),
        ("delete", f"/{chosen.pk}/assets"),
        ("patch", f"/{chosen.pk}"),
        ("get", f"/{chosen.pk}"),
        ("get", ""),
    ):
        sent = None if method == "get" else body
        answer = guest.ask(method, f"{LINKS}{path}?key={chosen.key}", sent)
        assert refused(answer) == (403, "Forbidden"), (method, path)
    assert chosen.items.count() == 3


def test_a_deleted_link_is_gone_for_owner_and_guests(
    program: Program, guest: Program, link: SharedLink, refused: Refused
) -> None:
    answer = program.delete(f"{LINKS}/{link.pk}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert refused(program.delete(f"{LINKS}/{link.pk}")) == NOT_FOUND
    assert program.get(LINKS).json() == []
    assert refused(guest.get(f"{LINKS}/me?key={link.key}"))[0] == 401


@pytest.mark.parametrize(
    ("method", "path", "permission"),
    [
        ("get", "", "sharedLink.read"),
        ("get", "/{id}", "sharedLink.read"),
        ("patch", "/{id}", "sharedLink.update"),
        ("delete", "/{id}", "sharedLink.delete"),
        ("put", "/{id}/assets", "sharedLink.update"),
        ("delete", "/{id}/assets", "sharedLink.update"),
    ],
)
def test_a_key_does_what_it_may(
    chosen: SharedLink, refused: Refused, method: str, path: str, permission: str
) -> None:
    owner = chosen.owner
    where = LINKS + path.format(id=chosen.pk)
    body: Any = {"assetIds": []} if "assets" in path else {}
    sent = body if method in {"patch", "put"} or "assets" in path else None
    other = program_of(owner, "asset.read")
    words = f"Missing required permission: {permission}"
    assert refused(other.ask(method, where, sent)) == (403, words)
    assert program_of(owner, permission).ask(method, where, sent).status_code in {200, 204}
