"""The owner is told how Immich is: by the check, at the start, and on the status page."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.checks import run_checks
from django.test import Client

from portal.library import get_library
from portal.serving.preparing import check_settings, home_in_words
from tests.immich import Immich

pytestmark = pytest.mark.django_db(transaction=True)  # whether a link takes uploads is asked there
NEEDED = ["album.read", "asset.read", "asset.view", "asset.download"]


@pytest.fixture
def configured(immich: Immich, settings: Any, tmp_path: Path) -> Iterator[Immich]:
    settings.LOGGIA_IMMICH_URL = immich.url
    settings.LOGGIA_IMMICH_API_KEY = immich.api_key
    settings.RENDITIONS_DIR = tmp_path / "renditions"
    settings.LOGGIA_PHOTOS = tmp_path / "no such folder"
    settings.LOGGIA_PHOTOS_IS_OURS = False
    get_library.cache_clear()
    yield immich
    get_library().close()  # type: ignore[attr-defined]
    get_library.cache_clear()


def checked() -> list[str]:
    found = run_checks(include_deployment_checks=True)
    ours = [message for message in found if str(message.id).startswith("loggia.")]
    return [str(message.msg) for message in ours]


def test_the_check_is_content_with_a_good_key(configured: Immich) -> None:
    assert checked() == []


@pytest.mark.parametrize(("lacking", "words"), [("person.read", "people"), ("user.read", "share")])
def test_the_check_says_what_is_worse_without_a_permission(
    configured: Immich, lacking: str, words: str
) -> None:
    granted = {*NEEDED, "user.read", "asset.statistics", "person.read"} - {lacking}
    configured.control.set_permissions(configured.api_key, sorted(granted))
    (said,) = checked()
    assert lacking in said
    assert words in said


@pytest.mark.parametrize("needed", NEEDED)
def test_the_check_names_a_permission_that_is_needed(configured: Immich, needed: str) -> None:
    granted = {"user.read", *NEEDED} - {needed}
    configured.control.set_permissions(configured.api_key, sorted(granted))
    (said,) = checked()
    assert needed in said
    assert configured.api_key not in said


def test_a_revoked_key_an_old_version_and_a_dead_server_are_told(configured: Immich) -> None:
    configured.control.set_version("2.6.1")
    assert "2.6.1" in checked()[0]
    configured.control.set_version("3.2.0")
    assert checked() == []
    configured.control.revoke_key(configured.api_key)
    assert "does not accept the key" in checked()[0]
    configured.stop()
    assert "refuses connections" in checked()[0]


def test_the_start_names_immich_and_does_not_need_it(configured: Immich) -> None:
    check_settings()
    assert home_in_words() == f"Immich 2.7.5 at {configured.url}"
    configured.stop()
    check_settings()
    assert "refuses connections" in home_in_words()


def test_the_status_page_tells_connection_version_and_permissions(
    configured: Immich, client: Client
) -> None:
    configured.control.set_permissions(configured.api_key, [*NEEDED, "user.read"])
    get_library().refresh()
    client.force_login(User.objects.create_superuser("owner"))
    page = client.get("/status/").content.decode()
    for told in ("Immich 2.7.5", "Connected", configured.url, "person.read", "asset.statistics"):
        assert told in page
    assert configured.api_key not in page


def test_readiness_and_the_status_page_tell_of_a_server_that_is_away(
    configured: Immich, client: Client
) -> None:
    get_library().refresh()
    configured.stop()
    with pytest.raises(Exception, match="refuses connections"):
        get_library().reach()
    with pytest.raises(Exception, match="refuses connections"):
        get_library().refresh()
    client.force_login(User.objects.create_superuser("owner"))
    page = client.get("/status/").content.decode()
    assert "No connection" in page
    assert "refuses connections" in page
