"""The owner's page of keys: made, shown once, listed, revoked."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from portal.accounts.api_keys import MOST_KEYS, make_api_key
from portal.accounts.models import ApiKey
from portal.accounts.permissions import PERMISSIONS

PAGE = "/keys/"


@pytest.fixture
def page(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def make(page: Client, **fields: object) -> str:
    """The key that the page shows after the form is sent, or nothing."""
    answer = page.post(PAGE, {"name": "phone", "kind": "all"} | fields)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    found = re.search(r'id="secret"', answer.content.decode())
    shown = re.search(r'value="([\w-]{43})" id="secret"', answer.content.decode())
    assert bool(found) == bool(shown)
    return shown[1] if shown else ""


def test_a_key_is_shown_once_and_opens_the_api(page: Client) -> None:
    secret = make(page)
    found = Client(headers={"x-api-key": secret}).get("/api/api-keys/me").json()
    assert (found["name"], found["permissions"]) == ("phone", ["all"])
    later = page.get(PAGE).content.decode()
    assert secret not in later
    assert "phone" in later
    assert "Everything" in later


@pytest.mark.parametrize(
    ("kind", "can", "cannot"),
    [
        ("download", "asset.download", "asset.upload"),
        ("upload", "asset.upload", "asset.delete"),
    ],
)
def test_keys_are_made_for_what_they_are_for(
    page: Client, kind: str, can: str, cannot: str
) -> None:
    make(page, kind=kind)
    permissions = set(ApiKey.objects.get().permissions)
    assert can in permissions
    assert cannot not in permissions
    assert permissions <= PERMISSIONS


def test_permissions_are_chosen_one_by_one(page: Client) -> None:
    assert make(page, kind="chosen", permissions=["asset.read", "sharedLink.read"])
    assert ApiKey.objects.get().permissions == ["asset.read", "sharedLink.read"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": " "}, "This field is required"),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"kind": "chosen"}, "Choose at least one permission."),
        ({"kind": "chosen", "permissions": ["asset.fly"]}, "Select a valid choice"),
        ({"kind": "none"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    page: Client, fields: dict[str, object], words: str
) -> None:
    answer = page.post(PAGE, {"name": "phone", "kind": "all"} | fields)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_there_are_only_so_many(page: Client, owner: User) -> None:
    for number in range(MOST_KEYS):
        make_api_key(owner, str(number), ["all"])
    assert make(page) == ""
    assert ApiKey.objects.count() == MOST_KEYS


def test_a_revoked_key_opens_nothing_and_its_page_says_so(page: Client, owner: User) -> None:
    key, secret = make_api_key(owner, "old phone", ["all"])
    answer = page.post(f"{PAGE}{key.pk}/revoke/", follow=True)
    assert "Revoked: old phone" in answer.content.decode()
    assert Client(headers={"x-api-key": secret}).get("/api/users/me").status_code == 401
    assert page.post(f"{PAGE}{key.pk}/revoke/").status_code == 302


def test_nobody_sees_or_revokes_the_keys_of_others(page: Client) -> None:
    other = User.objects.create_user("bruno")
    key, _ = make_api_key(other, "of bruno", ["all"])
    assert "of bruno" not in page.get(PAGE).content.decode()
    page.post(f"{PAGE}{key.pk}/revoke/")
    assert ApiKey.objects.filter(pk=key.pk).exists()


def test_the_page_needs_a_session(client: Client, db: None) -> None:
    assert client.get(PAGE).status_code == 302


def test_htmx_gets_the_part_it_swaps(page: Client) -> None:
    part = page.get(PAGE, headers={"hx-request": "true"}).content.decode()
    assert part.strip().startswith('<div id="keys">')


def test_the_page_speaks_german(page: Client) -> None:
    text = page.get(PAGE, headers={"accept-language": "de"}).content.decode()
    assert "Schlüssel für Programme" in text
    assert "New key" not in text
