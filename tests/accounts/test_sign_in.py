from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from portal.accounts.models import AttemptCounter


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user("olga", password="owner's secret")


def sign_in(client: Client, password: str, name: str = "olga", **extra: str) -> HttpResponse:
    form = {"username": name, "password": password} | extra
    return client.post("/login/", form)  # type: ignore[return-value]


def test_the_right_password_leads_to_the_links(client: Client, owner: User) -> None:
    response = sign_in(client, "owner's secret")
    assert (response.status_code, response["Location"]) == (302, "/")
    cookie = client.cookies["loggia_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/albums/?q=x", "/albums/?q=x"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\\elsewhere.example", "/"),
    ],
)
def test_only_pages_of_this_portal_are_gone_on_to(
    client: Client, owner: User, wanted: str, led_to: str
) -> None:
    response = sign_in(client, "owner's secret", next=wanted)
    assert response["Location"] == led_to


def test_a_wrong_password_and_an_unknown_name_read_the_same(client: Client, owner: User) -> None:
    wrong = sign_in(client, "guess").content.decode()
    unknown = sign_in(client, "guess", name="nobody").content.decode()
    assert "That name and password do not belong together." in wrong
    assert "That name and password do not belong together." in unknown
    assert "guess" not in wrong


def test_guessing_is_slowed_and_told_even_with_the_right_password(
    client: Client, owner: User
) -> None:
    for _ in range(4):
        assert sign_in(client, "guess").status_code == 200
    assert (
        "Please wait 2 seconds before you try again." in sign_in(client, "guess").content.decode()
    )
    refused = sign_in(client, "owner's secret")
    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= 2
    assert "Too many attempts. Please try again in" in refused.content.decode()
    AttemptCounter.objects.update(closed_until=timezone.now() - timedelta(seconds=1))
    assert sign_in(client, "owner's secret").status_code == 302
    assert not AttemptCounter.objects.exists()


def test_an_attacker_elsewhere_does_not_lock_the_owner_out(client: Client, owner: User) -> None:
    for _ in range(5):
        client.post(
            "/login/", {"username": "olga", "password": "guess"}, REMOTE_ADDR="198.51.100.9"
        )
    assert sign_in(client, "owner's secret").status_code == 302


@pytest.mark.parametrize("name", ["", "a" * 200, "\x00", "olga\n"])
def test_odd_names_are_refused_at_the_form(client: Client, owner: User, name: str) -> None:
    assert sign_in(client, "guess", name=name).status_code == 200


def test_signing_out_takes_a_post(client: Client, owner: User) -> None:
    client.force_login(owner)
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/")["Location"] == "/login/?next=/"


def test_a_part_of_a_page_asked_for_after_the_session_ended_leads_to_sign_in_and_back(
    client: Client, db: None
) -> None:
    headers = {
        "HX-Request": "true",
        "HX-Current-URL": "http://testserver/albums/?q=x",
    }
    response = client.get("/albums/?q=xy", headers=headers, follow=True)
    assert response["HX-Redirect"] == "/login/?next=%2Falbums%2F%3Fq%3Dx"


def test_the_form_is_protected_against_other_sites(owner: User) -> None:
    assert sign_in(Client(enforce_csrf_checks=True), "owner's secret").status_code == 403
