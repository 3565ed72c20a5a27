"""Which session cookies are still worth something."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from portal.accounts.sessions import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga() -> User:
    return User.objects.create_user("olga", password="a quiet garden wall")


@pytest.fixture
def sign_in() -> Callable[[User], tuple[Client, str]]:
    def enter(user: User) -> tuple[Client, str]:
        client = Client()
        client.force_login(user)
        return client, client.cookies[settings.SESSION_COOKIE_NAME].value

    return enter


SignIn = Callable[[User], tuple[Client, str]]


def test_a_session_lasts_until_its_owner_signs_out(olga: User, sign_in: SignIn) -> None:
    client, cookie = sign_in(olga)
    _other, elsewhere = sign_in(olga)
    assert signed_in([cookie, elsewhere, "no-such-session"]) == {cookie, elsewhere}
    client.post("/logout/")
    assert signed_in([cookie, elsewhere]) == {elsewhere}


def test_a_new_password_ends_all_sessions(olga: User, sign_in: SignIn) -> None:
    cookies = [sign_in(olga)[1] for _ in range(2)]
    olga.set_password("another garden wall")
    olga.save()
    assert not signed_in(cookies)


def test_a_closed_account_has_no_session(olga: User, sign_in: SignIn) -> None:
    _client, cookie = sign_in(olga)
    User.objects.update(is_active=False)
    assert not signed_in([cookie])


def test_a_session_ends_with_its_time(olga: User, sign_in: SignIn) -> None:
    _client, cookie = sign_in(olga)
    Session.objects.update(expire_date=timezone.now())
    assert not signed_in([cookie])


def test_a_session_of_nobody_is_worth_nothing(client: Client) -> None:
    session = client.session
    session["chosen"] = {}
    session.save()
    assert session.session_key
    assert not signed_in([session.session_key])


def test_many_are_asked_for_at_once(
    olga: User, sign_in: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cookies = [sign_in(olga)[1] for _ in range(5)]
    with django_assert_num_queries(2):
        assert signed_in(cookies) == set(cookies)
