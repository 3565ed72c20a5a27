import json
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone
from pytest_django.fixtures import Settings

from portal.library.types import Album
from sharing.models import SharedLink
from tests.memory_library import MemoryLibrary


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create_superuser("admin")


def run(*args: str) -> str:
    out = StringIO()
    call_command("link", *args, stdout=out)
    return out.getvalue().strip()


def refusal(*args: str) -> str:
    """The one line with which the command refuses."""
    with pytest.raises(SystemExit) as exit_info:
        run(*args)
    assert isinstance(exit_info.value.code, str)
    assert "\n" not in exit_info.value.code
    return exit_info.value.code


def test_a_link_is_made_and_its_address_printed(
    admin: User, album: Album, settings: Settings
) -> None:
    assert run("create", "--album", "2025/Summer", "--slug", "summer") == (
        "http://127.0.0.1:8000/s/summer"
    )
    settings.LOGGIA_PUBLIC_URL = "https://photos.example.org"
    assert run("create", "--album", "2025/summer").startswith("https://photos.example.org/share/")
    assert {link.owner for link in SharedLink.objects.all()} == {admin}


def test_all_settings_are_taken_and_told_as_json(admin: User, owner: User, album: Album) -> None:
    switches = ["--allow-upload", "--no-download", "--no-metadata", "--no-location", "--json"]
    words = ["--password", "sesame", "--expires", "7d", "--description", "Our summer"]
    said = json.loads(run("create", "--album", "2025/Summer", "--owner", "olga", *words, *switches))
    link = SharedLink.objects.get()
    assert said == {
        "id": str(link.pk),
        "key": link.key,
        "slug": "",
        "url": f"http://127.0.0.1:8000/share/{link.key}",
    }
    assert link.owner == owner
    assert link.check_password("sesame")
    assert link.description == "Our summer"
    assert link.allow_upload
    assert not any([link.allow_download, link.show_metadata, link.show_location])
    assert link.expires_at is not None
    assert abs(link.expires_at - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("expires", "local"),
    [
        ("2040-12-31", "2040-12-31T23:59:59+01:00"),
        ("2040-07-01T18:00", "2040-07-01T18:00:00+02:00"),
        ("2040-07-01T18:00:00Z", "2040-07-01T20:00:00+02:00"),
    ],
)
def test_dates_are_local_unless_they_say_otherwise(
    admin: User, album: Album, settings: Settings, expires: str, local: str
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    run("create", "--album", "2025/Summer", "--expires", expires)
    expires_at = SharedLink.objects.get().expires_at
    assert expires_at is not None
    assert timezone.localtime(expires_at).isoformat() == local


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--album", "Nowhere"], "There is no album 'Nowhere' (albums: 2025/Summer)."),
        (["--slug", "../x"], "Use 3 to 64 letters"),
        (["--slug", "TAKEN"], "This address is taken."),
        (["--expires", "soon"], "expected 7d"),
        (["--expires", "2030-02-30"], "expected 7d"),
        (["--expires", "99999999d"], "expected 7d"),
        (["--expires", "2020-01-01"], "this moment has passed"),
        (["--expires", "0d"], "this moment has passed"),
        (["--expires", "9999-12-31T23:59:59-12:00"], "earlier date"),
        (["--owner", "nobody"], "There is no user 'nobody'."),
        (["--password", ""], "--password is empty"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_makes_nothing(
    admin: User, album: Album, args: list[str], words: str
) -> None:
    run("create", "--album", "2025/Summer", "--slug", "taken")
    assert words in refusal("create", "--album", "2025/Summer", *args)
    assert SharedLink.objects.count() == 1


def test_a_library_that_is_away_is_one_line(admin: User, library: MemoryLibrary) -> None:
    library.is_away = True
    assert refusal("create", "--album", "x") == "link: The photo folder is away."


def test_links_are_listed_with_their_state(admin: User, album: Album) -> None:
    run("create", "--album", "2025/Summer", "--slug", "summer", "--expires", "3d")
    line = run("list")
    assert line.startswith(str(SharedLink.objects.get().pk))
    assert "http://127.0.0.1:8000/s/summer" in line
    assert "Expires in 3 days" in line
    assert [link["slug"] for link in json.loads(run("list", "--json"))] == ["summer"]


def test_a_revoked_link_is_deleted_and_leaves_the_list(admin: User, album: Album) -> None:
    said = json.loads(run("create", "--album", "2025/Summer", "--json"))
    run("revoke", said["id"])
    assert run("list") == ""
    assert SharedLink.objects.get().epoch == 2
    assert "There is no link" in refusal("revoke", said["id"])
    assert "is no id of a link" in refusal("revoke", "x")
