from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from portal.library.types import Asset
from sharing.links import LinkSettings, change_link, delete_link, pause_link
from sharing.models import SharedLink

Share = Callable[..., SharedLink]
PARTS = ["", "/tiles", "/timeline", "/ids"]


@pytest.fixture
def locked(share: Share, photo: Asset, video: Asset) -> SharedLink:
    return share(slug="locked", password="open sesame")


def unlock(client: Client, link: SharedLink, password: str, **more: str) -> str:
    answer = client.post(f"{link.path}/unlock", {"password": password, **more}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("part", PARTS)
def test_an_expired_link_says_so(guest: Client, share: Share, photo: Asset, part: str) -> None:
    link = share(expires_at=timezone.now() - timedelta(minutes=1))
    response = guest.get(link.path + part)
    page = response.content.decode()
    assert response.status_code == 410
    assert "This link has expired" in page
    assert "Ask the person who sent it for a new one." in page
    assert "Summer" not in page
    assert response["Cache-Control"] == "no-store"


def test_a_paused_or_deleted_link_has_been_turned_off(
    guest: Client, share: Share, photo: Asset
) -> None:
    paused, deleted = share(), share()
    pause_link(paused, paused=True)
    delete_link(deleted)
    for link in (paused, deleted):
        response = guest.get(link.path)
        assert response.status_code == 410
        assert "This link has been turned off" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/share/nobody-knows-this", "/s/nothing", "/s/nothing/unlock"])
def test_an_unknown_link_is_not_there(guest: Client, address: str) -> None:
    response = guest.get(address)
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


@pytest.mark.parametrize("part", PARTS)
def test_a_locked_link_tells_nothing_but_that(
    guest: Client, locked: SharedLink, photo: Asset, part: str
) -> None:
    response = guest.get(locked.path + part)
    page = response.content.decode()
    assert response.status_code == 200
    assert "This album is protected." in page
    assert "Please enter the password." in page
    for told in ("Summer", "photo,", "/media/", str(photo.id), photo.id.hex, "2025"):
        assert told not in page


def test_the_password_opens_the_album_and_stays_open(
    guest: Client, locked: SharedLink, photo: Asset
) -> None:
    assert "<h1>Summer</h1>" in unlock(guest, locked, "open sesame")
    assert str(photo.id) in guest.get(locked.path).content.decode()
    assert "This album is protected." in Client().get(locked.path).content.decode()


def test_a_wrong_password_is_said_at_the_field(guest: Client, locked: SharedLink) -> None:
    page = unlock(guest, locked, "sesame")
    assert "That is not the right password." in page
    assert 'aria-invalid="true"' in page
    assert "This album is protected." in guest.get(locked.path).content.decode()


def test_a_guest_who_came_for_one_photo_gets_to_it(
    guest: Client, locked: SharedLink, photo: Asset
) -> None:
    wanted = f"/photo/{photo.id}"
    assert f'value="{wanted}"' in guest.get(locked.path + wanted).content.decode()
    assert "1 of 2" in unlock(guest, locked, "open sesame", wanted=wanted)


@pytest.mark.parametrize("wanted", ["//evil.example", "/photo/../../login", "/photo/x\r\nA: b"])
def test_no_other_address_is_wanted(guest: Client, locked: SharedLink, wanted: str) -> None:
    answer = guest.post(f"{locked.path}/unlock", {"password": "open sesame", "wanted": wanted})
    assert answer.status_code == 302
    assert answer["Location"] == locked.path


def test_a_changed_password_locks_everybody_out(guest: Client, locked: SharedLink) -> None:
    unlock(guest, locked, "open sesame")
    change_link(locked, LinkSettings(slug="locked", password="another"))
    assert "This album is protected." in guest.get(locked.path).content.decode()


def test_media_addresses_are_bound_to_the_browser_that_unlocked(
    locked: SharedLink, photo: Asset
) -> None:
    pages = [unlock(Client(), locked, "open sesame") for _ in range(2)]
    first, second = (page.split('<img src="')[1].split('"')[0] for page in pages)
    assert first != second


def test_guessing_gets_slower_and_says_how_long(guest: Client, locked: SharedLink) -> None:
    pages = [unlock(guest, locked, f"guess {number}") for number in range(7)]
    assert "Please try again." in pages[0]
    assert "seconds" in pages[-1]
    right = unlock(guest, locked, "open sesame")
    assert "Too many attempts. Please try again in" in right
    assert "Summer" not in right


def test_the_unlock_cookie_is_kept_from_scripts(guest: Client, locked: SharedLink) -> None:
    unlock(guest, locked, "open sesame")
    cookies = [guest.cookies[name] for name in guest.cookies if name != settings.CSRF_COOKIE_NAME]
    assert any(name.startswith("loggia_unlock_") for name in guest.cookies)
    assert all(cookie["httponly"] and cookie["samesite"] == "Lax" for cookie in cookies)


def test_a_password_needs_its_form(locked: SharedLink) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"{locked.path}/unlock", {"password": "open sesame"}).status_code == 403


def test_the_forms_address_alone_leads_to_the_album(guest: Client, locked: SharedLink) -> None:
    assert guest.get(f"{locked.path}/unlock")["Location"] == locked.path


def test_a_link_without_password_has_nothing_to_unlock(
    guest: Client, share: Share, photo: Asset
) -> None:
    link = share()
    assert guest.post(f"{link.path}/unlock", {"password": "x"})["Location"] == link.path
