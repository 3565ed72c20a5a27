"""What the owner of a new portal sees, once."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.running import RunningLoggia, start

NOBODY_SET = {"LOGGIA_ADMIN_USER": "anna", "LOGGIA_ADMIN_PASSWORD": ""}


@pytest.fixture
def new(tmp_path: Path) -> Iterator[RunningLoggia]:
    running = start(tmp_path / "data", **NOBODY_SET)
    yield running
    running.stop()


def generated(loggia: RunningLoggia) -> list[str]:
    return re.findall(r"Password +(\S+)", loggia.said())


def test_a_new_portal_tells_its_password_once_and_makes_its_sample_once(
    new: RunningLoggia,
) -> None:
    assert f"Loggia is at {new.url} (sign in as anna" in new.said()
    assert_may_sign_in(new, *generated(new))
    (address,) = re.findall(r"as a guest would: (\S+)", new.said())
    page = httpx.get(address, trust_env=False)
    assert page.status_code == 200
    assert "Sample album" in page.text
    assert new.stop() == 0
    remove_all(new.data / "photos")

    again = start(new.data, **NOBODY_SET)
    assert again.stop() == 0
    assert generated(again) == []
    assert "as a guest would" not in again.said()
    assert list((new.data / "photos").iterdir()) == []


def assert_may_sign_in(loggia: RunningLoggia, password: str) -> None:
    assert len(password) == 20
    check = (
        "from django.contrib.auth import authenticate;"
        f"print(authenticate(username='anna', password='{password}').is_superuser)"
    )
    assert loggia.manage("shell", "--no-imports", "-c", check).strip() == "True"


def remove_all(photos: Path) -> None:
    for album in photos.iterdir():
        for photo in album.iterdir():
            photo.unlink()
        album.rmdir()
