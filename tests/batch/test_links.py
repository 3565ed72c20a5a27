"""A guest's link as the source: by key or short name, with its password, on both versions."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from downloads.batch.shared import parse
from downloads.batch.wanted import WrongOptions
from tests.batch.conftest import Ran, files_in, run_command
from tests.immich import Immich


@pytest.fixture(params=[(2, 7, 5), (3, 2, 0)], ids=["2.7", "3.x"])
def server(request: pytest.FixtureRequest, start_immich: Callable[..., Immich]) -> Immich:
    return start_immich(version=request.param)


def from_link(server: Immich, folder: Path, path: str, *flags: str) -> Ran:
    return run_command("--save-to", str(folder), "--share-url", f"{server.url}{path}", *flags)


def in_album(server: Immich, name: str) -> list[str]:
    """The SHA-1 of what the album shows, and of the halves of live photos."""
    album = server.world.albums[server.control.albums()[name]]
    truth = {each["id"]: each for each in server.control.truth()}
    moving = [each["live_video_id"] for each in map(truth.__getitem__, album.asset_ids)]
    return sorted(truth[each]["sha1"] for each in [*album.asset_ids, *moving] if each)


def test_an_album_s_link_gives_the_album(server: Immich, folder: Path) -> None:
    link = server.control.add_link(server.control.albums()["Everything"])
    ran = from_link(server, folder, link["path"])
    assert ran.code == 0
    assert sorted(files_in(folder).values()) == in_album(server, "Everything")
    assert "LIVE_0000.mov" in {path.rpartition("/")[2] for path in files_in(folder)}


def test_a_short_name_and_a_password(server: Immich, folder: Path) -> None:
    album = server.control.albums()["Small 20"]
    link = server.control.add_link(album, slug="summer", password="s3cret pä$$")
    assert link["path"] == "/s/summer"
    ran = from_link(server, folder, "/s/summer?x=1#photos", "--password", "s3cret pä$$")
    assert ran.code == 0
    assert sorted(files_in(folder).values()) == in_album(server, "Small 20")
    assert from_link(server, folder, "/s/summer").error.startswith("The link has a password")
    wrong = from_link(server, folder, "/s/summer", "--password", "guess1234")
    assert (wrong.code, wrong.error) == (1, "The link does not accept this password")


def test_chosen_photos_within_days(server: Immich, folder: Path) -> None:
    chosen = [each["id"] for each in server.control.truth()
              if each["filename"] in {"IMG_0005.jpg", "IMG_0025.jpg", "LIVE_0001.jpg"}]  # fmt: skip
    link = server.control.add_link(asset_ids=chosen)
    assert from_link(server, folder, link["path"], "--password", "none is needed").code == 0
    assert len(files_in(folder)) == 4
    said = from_link(server, folder, link["path"], "--taken-before", "2024-01-01", "--dry-run").said
    assert "0 photos" in said


def test_a_link_without_downloads_and_one_that_is_over_say_so(server: Immich, folder: Path) -> None:
    album = server.control.albums()["Small 20"]
    closed = server.control.add_link(album, allow_download=False)
    over = server.control.add_link(album, seconds=-5)
    assert "does not allow downloads" in from_link(server, folder, closed["path"]).error
    for path in (over["path"], "/share/unknown"):
        ran = from_link(server, folder, path)
        assert (ran.code, ran.error) == (1, "The link is not known, or has expired")


def test_no_error_repeats_the_key(server: Immich, folder: Path) -> None:
    link = server.control.add_link(server.control.albums()["Small 20"])
    server.control.fault("503", times=None, path="/api/")
    ran = from_link(server, folder, link["path"])
    assert ran.code == 1
    assert link["key"] not in ran.error + ran.said


@pytest.mark.parametrize("flag", ["--album", "--person-ids", "--filters", "--after"])
def test_what_a_link_cannot_know_is_refused(immich: Immich, folder: Path, flag: str) -> None:
    values = {"--person-ids": immich.control.owner_id(), "--filters": "{}"}
    value = '{"city": "Rome"}' if flag == "--filters" else values.get(flag, "2024-01-01")
    ran = from_link(immich, folder, "/share/abc", flag, value)
    assert ran.code == 2
    assert "A link knows no albums" in ran.error


def test_an_unknown_link_of_a_loggia_portal_is_told(live_server: LiveServer, folder: Path) -> None:
    for handle in ("k" * 67, "s/party"):
        ran = run_command(
            "--save-to", str(folder), "--share-url", f"{live_server.url}/share/{handle}"
        )
        assert (ran.code, ran.error) == (1, "The link is not known, or has expired")


@pytest.mark.parametrize("password", [[], ["--password", "lighthouse"]])
def test_what_is_no_api_is_told_without_the_key(
    immich: Immich, folder: Path, password: list[str]
) -> None:
    link = immich.control.add_link(immich.control.albums()["Small 20"])
    immich.control.fault("html", times=None)
    ran = from_link(immich, folder, link["path"], *password)
    assert ran.code == 1
    assert "Neither Immich nor Loggia answers at this link" in ran.error
    assert link["key"] not in ran.error


def test_addresses_are_taken_apart() -> None:
    assert parse("https://h/share/KEY").key == "KEY"
    assert parse("https://h/share/KEY/photos/1?x#y").key == "KEY"
    assert parse("http://h:2283/s/a%20b/").slug == "a b"
    assert parse("https://h/photos/share/KEY").site == "https://h/photos"
    for text in ("", "h/share/KEY", "ftp://h/share/KEY", "https://h/share/", "https://h:x/s/a"):
        with pytest.raises(WrongOptions):
            parse(text)
