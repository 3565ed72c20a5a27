"""What the owner of a new portal sees, once."""

import re
from collections.abc import Callable

import httpx
import pytest

from tests.running import RunningLoggia, start


@pytest.fixture(scope="module")
def new(start_loggia: Callable[..., RunningLoggia]) -> RunningLoggia:
    return start_loggia(LOGGIA_ADMIN_PASSWORD="", LOGGIA_ADMIN_USER="anna")


def generated(loggia: RunningLoggia) -> list[str]:
    return re.findall(r"Password +(\S+)", loggia.said())


def test_the_first_start_tells_address_name_and_password(new: RunningLoggia) -> None:
    assert f"Loggia is at {new.url}" in new.said()
    assert "sign in as anna" in new.said()
    (password,) = generated(new)
    assert len(password) == 20
    check = (
        "from django.contrib.auth import authenticate;"
        f"print(authenticate(username='anna', password='{password}').is_superuser)"
    )
    assert new.manage("shell", "--no-imports", "-c", check).strip() == "True"


def test_a_new_portal_shows_itself_with_a_sample_album(new: RunningLoggia) -> None:
    (address,) = re.findall(r"as a guest would: (\S+)", new.said())
    page = httpx.get(address, trust_env=False)
    assert page.status_code == 200
    assert "Sample album" in page.text


def test_the_second_start_tells_no_password_and_makes_no_second_sample(
    start_loggia: Callable[..., RunningLoggia],
) -> None:
    first = start_loggia(LOGGIA_ADMIN_PASSWORD="")
    assert first.stop() == 0
    (sample,) = (first.data / "photos").iterdir()
    for photo in sample.iterdir():
        photo.unlink()
    sample.rmdir()
    again = start(first.data, LOGGIA_ADMIN_PASSWORD="")
    assert again.stop() == 0
    assert generated(again) == []
    assert "as a guest would" not in again.said()
    assert list((first.data / "photos").iterdir()) == []
