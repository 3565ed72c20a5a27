"""``/api/shared-links/me`` and ``/login``: recordings 074 to 106, 112 and 117."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from portal.library.types import Album
from sharing.albums.editing import make_album
from sharing.links import LinkSettings, pause_link, share_album, share_portal_album
from sharing.models import SharedLink
from tests.api_links.conftest import LINKS, Program
from tests.memory_library import MemoryLibrary

Refused = Callable[[Any], tuple[int, str]]
ME, LOGIN = f"{LINKS}/me", f"{LINKS}/login"
TOKEN = "immich_shared_link_token"


@pytest.fixture
def locked(owner: User, album: Album) -> SharedLink:
    return share_album(owner, album.id, LinkSettings(password="s3cret pä$$"))


def test_a_link_of_chosen_photos_shows_them(
    guest: Program, chosen: SharedLink, library: MemoryLibrary
) -> None:
    shown = guest.get(f"{ME}?key={chosen.key}").json()
    ids = set(chosen.items.values_list("asset_id", flat=True))
    assert {asset["id"] for asset in shown["assets"]} == {str(pk) for pk in ids}
    assert {asset["originalFileName"] for asset in shown["assets"]} == {
        library.held[pk].filename for pk in ids
    }
    assert (shown["type"], shown["key"], "album" in shown) == ("INDIVIDUAL", chosen.key, False)


def test_an_album_is_shown_without_its_photos(guest: Program, link: SharedLink) -> None:
    shown = guest.get(f"{ME}?key={link.key}").json()
    album = shown["album"]
    assert (shown["assets"], album["assets"], album["assetCount"]) == ([], [], 7)
    assert album["albumName"] == "Summer"  # the folders above it are the owner's affair


def test_key_slug_and_headers_open_alike(guest: Program, owner: User, album: Album) -> None:
    link = share_album(owner, album.id, LinkSettings(slug="summer-2025"))
    for ways in (
        {"query": f"?key={link.key}"},
        {"query": "?slug=summer-2025"},
        {"query": "?slug=SUMMER-2025"},  # addresses are case-blind here
        {"headers": {"x-immich-share-key": link.key}},
        {"headers": {"x-immich-share-slug": "summer-2025"}},
    ):
        headers: Any = ways.get("headers", {})
        answer = guest.get(ME + str(ways.get("query", "")), **headers)
        assert answer.json()["id"] == str(link.pk), ways


def test_a_key_may_be_written_in_hexadecimal(guest: Program, link: SharedLink) -> None:
    from base64 import urlsafe_b64decode

    digits = urlsafe_b64decode(f"{link.key}=").hex()
    for text in (digits, digits.upper()):
        shown = guest.get(f"{ME}?key={text}").json()
        assert (shown["id"], shown["key"]) == (str(link.pk), link.key)


def test_who_came_by_the_slug_never_learns_the_key(
    guest: Program, owner: User, album: Album
) -> None:
    link = share_album(owner, album.id, LinkSettings(slug="summer-2025"))
    answer = guest.get(f"{ME}?slug=summer-2025")
    assert link.key not in answer.content.decode()
    again = guest.get(f"{ME}?key={answer.json()['key']}")
    assert again.json()["id"] == str(link.pk)


def test_what_opens_nothing_is_refused(
    guest: Program, program: Program, refused: Refused, db: None
) -> None:
    assert refused(guest.get(f"{ME}?key=AAAA")) == (401, "Invalid share key")
    assert refused(guest.get(f"{ME}?key={'ab' * 50}")) == (401, "Invalid share key")
    assert refused(guest.get(f"{ME}?slug=never-made")) == (401, "Invalid share slug")
    assert refused(guest.get(ME)) == (401, "Authentication required")
    assert refused(program.get(ME)) == (403, "Forbidden")


def test_a_links_key_beats_an_owners_key(program: Program, link: SharedLink) -> None:
    assert program.get(f"{ME}?key={link.key}").json()["id"] == str(link.pk)


def test_closed_links_say_why(
    guest: Program, owner: User, album: Album, refused: Refused, library: MemoryLibrary
) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    expired = share_album(owner, album.id, LinkSettings(expires_at=yesterday))
    paused = share_album(owner, album.id, LinkSettings())
    pause_link(paused, paused=True)
    assert refused(guest.get(f"{ME}?key={expired.key}")) == (401, "This link has expired")
    assert refused(guest.get(f"{ME}?key={paused.key}")) == (401, "This link is paused")


def test_without_metadata_no_name_and_no_date_of_a_photo_is_told(
    guest: Program, owner: User, chosen: SharedLink, library: MemoryLibrary
) -> None:
    SharedLink.objects.update(show_metadata=False)
    answer = guest.get(f"{ME}?key={chosen.key}")
    told, shown = answer.content.decode(), answer.json()
    assert not shown["showMetadata"]
    assert "IMG_" not in told
    assert "2025-07" not in told
    assert all("exifInfo" not in asset for asset in shown["assets"])
    assert all(asset["checksum"] in ("", None) for asset in shown["assets"])


def test_guests_are_told_what_they_may_do_now(guest: Program, owner: User, album: Album) -> None:
    settings = LinkSettings(
        allow_upload=True,
        uploads_until=timezone.now() - timedelta(days=1),
        max_downloads=1,
    )
    link = share_album(owner, album.id, settings)
    SharedLink.objects.update(times_taken=1)
    shown = guest.get(f"{ME}?key={link.key}").json()
    assert (shown["allowUpload"], shown["allowDownload"]) == (False, False)


def test_of_a_hidden_album_guests_learn_the_title_alone(
    guest: Program, owner: User, album: Album
) -> None:
    settings = LinkSettings(allow_upload=True, hides_album=True)
    link = share_album(owner, album.id, settings)
    told = guest.get(f"{ME}?key={link.key}").json()["album"]
    assert (told["albumName"], told["assetCount"], told["albumThumbnailAssetId"]) == (
        "Summer",
        0,
        None,
    )


def test_what_left_the_library_is_not_shown(
    guest: Program, chosen: SharedLink, library: MemoryLibrary
) -> None:
    gone = chosen.items.all()[0].asset_id
    for members in library.members.values():
        if gone in members:
            members.remove(gone)
    del library.held[gone]
    shown = guest.get(f"{ME}?key={chosen.key}").json()
    assert str(gone) not in {asset["id"] for asset in shown["assets"]}


def test_nothing_of_the_owner_is_told(guest: Program, owner: User, link: SharedLink) -> None:
    User.objects.update(email="olga@example.org", last_login=timezone.now())
    told = guest.get(f"{ME}?key={link.key}").content.decode()
    assert "olga" not in told
    assert "2025/Summer" not in told


def test_an_album_made_in_the_portal_is_shown(
    guest: Program, owner: User, album: Album, library: MemoryLibrary
) -> None:
    made = make_album(owner, "The best", list(library.held)[:2])
    link = share_portal_album(owner, made, LinkSettings())
    told = guest.get(f"{ME}?key={link.key}").json()["album"]
    assert (told["id"], told["albumName"], told["assetCount"]) == (str(made.pk), "The best", 2)


def test_an_album_costs_few_queries(
    guest: Program, link: SharedLink, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    guest.get(f"{ME}?key={link.key}")
    with django_assert_num_queries(1):
        guest.get(f"{ME}?key={link.key}")


# ── Passwords ────────────────────────────────────────────────────────────────
def test_a_locked_link_tells_nothing(guest: Program, locked: SharedLink, refused: Refused) -> None:
    answer = guest.get(f"{ME}?key={locked.key}")
    assert refused(answer) == (401, "Password required")
    assert TOKEN not in answer.cookies


def test_the_password_unlocks_for_all_that_comes_after(guest: Program, locked: SharedLink) -> None:
    answer = guest.post(f"{LOGIN}?key={locked.key}", {"password": "s3cret pä$$"})
    assert answer.status_code == 201
    assert (answer.json()["id"], answer.json()["password"]) == (str(locked.pk), "********")
    cookie = answer.cookies[TOKEN]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert guest.get(f"{ME}?key={locked.key}").status_code == 200


def test_the_password_may_be_in_the_address(
    guest: Program, locked: SharedLink, refused: Refused
) -> None:
    wrong = guest.get(f"{ME}?key={locked.key}&password=bad")
    assert refused(wrong) == (401, "Invalid password")
    right = guest.get(f"{ME}?key={locked.key}&password=s3cret+p%C3%A4%24%24")
    assert (right.status_code, TOKEN in right.cookies) == (200, True)
    assert guest.get(f"{ME}?key={locked.key}").status_code == 200


def test_a_password_that_is_wrong_or_missing_is_refused(
    guest: Program, locked: SharedLink, link: SharedLink, refused: Refused
) -> None:
    where = f"{LOGIN}?key={locked.key}"
    assert refused(guest.post(where, {"password": "bad"})) == (401, "Invalid password")
    for body in ({}, {"password": ""}, {"password": 5}):
        status, words = refused(guest.post(where, body))
        assert (status, "[password]" in words) == (400, True)
    answer = guest.post(f"{LOGIN}?key={link.key}", {"password": "x"})
    assert refused(answer) == (400, "Shared link is not password protected")


def test_logging_in_needs_a_link_that_is_open(
    guest: Program, program: Program, locked: SharedLink, refused: Refused
) -> None:
    body = {"password": "s3cret pä$$"}
    assert refused(guest.post(LOGIN, body)) == (401, "Authentication required")
    assert refused(program.post(LOGIN, body)) == (403, "Forbidden")
    assert refused(guest.post(f"{LOGIN}?key=AAAA", body)) == (401, "Invalid share key")
    pause_link(locked, paused=True)
    answer = guest.post(f"{LOGIN}?key={locked.key}", body)
    assert refused(answer) == (401, "This link is paused")


def test_several_links_stay_unlocked_in_one_cookie(
    guest: Program, owner: User, album: Album, locked: SharedLink
) -> None:
    second = share_album(owner, album.id, LinkSettings(password="hunter2", slug="private-20"))
    guest.post(f"{LOGIN}?key={locked.key}", {"password": "s3cret pä$$"})
    answer = guest.post(f"{LOGIN}?slug=private-20", {"password": "hunter2"})
    assert "%2C" in answer.cookies[TOKEN].value  # as Immich writes it: no quotes to get lost
    assert guest.get(f"{ME}?key={locked.key}").status_code == 200
    assert guest.get(f"{ME}?key={second.key}").status_code == 200
    guest.post(f"{LOGIN}?slug=private-20", {"password": "hunter2"})
    assert guest.client.cookies[TOKEN].value.count("%2C") == 1


def test_a_made_up_cookie_opens_nothing(
    guest: Program, locked: SharedLink, refused: Refused
) -> None:
    from base64 import b64encode
    from hashlib import sha256

    forged = b64encode(sha256(f"{locked.pk}-s3cret pä$$".encode()).digest()).decode()
    for value in (forged, "a.b,c", "%2C,", "é"):
        guest.client.cookies[TOKEN] = value
        assert refused(guest.get(f"{ME}?key={locked.key}")) == (401, "Password required")


def test_a_new_password_locks_again(
    guest: Program, program: Program, locked: SharedLink, refused: Refused
) -> None:
    guest.post(f"{LOGIN}?key={locked.key}", {"password": "s3cret pä$$"})
    program.patch(f"{LINKS}/{locked.pk}", {"password": "another"})
    assert refused(guest.get(f"{ME}?key={locked.key}")) == (401, "Password required")


def test_guessing_is_slowed_down_on_both_ways_and_on_the_page(
    guest: Program, locked: SharedLink, refused: Refused
) -> None:
    for number in range(5):
        if number % 2:
            guest.get(f"{ME}?key={locked.key}&password=guess{number}")
        else:
            guest.post(f"{LOGIN}?key={locked.key}", {"password": f"guess{number}"})
    answer = guest.post(f"{LOGIN}?key={locked.key}", {"password": "s3cret pä$$"})
    status, words = refused(answer)
    assert (status, int(answer["Retry-After"]) >= 1) == (429, True)
    assert "second" in words
    assert refused(guest.get(f"{ME}?key={locked.key}&password=s3cret"))[0] == 429
    page = Client().post(f"/share/{locked.key}/unlock", {"password": "s3cret pä$$"})
    assert page.status_code == 200


def test_an_unlocked_browser_keeps_its_cookie_beside_a_stale_one(
    guest: Program, locked: SharedLink
) -> None:
    guest.client.cookies[f"loggia_unlock_{locked.pk.hex[:16]}"] = "stale.value"
    guest.post(f"{LOGIN}?key={locked.key}", {"password": "s3cret pä$$"})
    assert guest.get(f"{ME}?key={locked.key}").status_code == 200
