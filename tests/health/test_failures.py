"""What people read when nothing can be saved; and that cookies stay where they were given."""

import sqlite3

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client


@pytest.mark.django_db(transaction=True)
def test_a_database_that_takes_nothing_in_is_told_in_words() -> None:
    client = Client(raise_request_exception=False)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    held = sqlite3.connect(str(settings.DATABASES["default"]["NAME"]))
    held.execute("BEGIN EXCLUSIVE")
    try:
        answer = client.post("/login/", {"username": "anna", "password": "sesame"})
    finally:
        held.close()
        connection.close()
    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
    assert "cannot save anything right now" in answer.text
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize("is_secure", [False, True])
def test_cookies_given_over_https_stay_there(is_secure: bool) -> None:
    answer = Client().get("/login/", secure=is_secure)
    assert answer.cookies
    assert {bool(cookie["secure"]) for cookie in answer.cookies.values()} == {is_secure}
