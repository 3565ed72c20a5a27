"""@immich/cli 3.2.2 as it comes from the registry."""

import json
from pathlib import Path

import pytest

from tests.api_homes import Home, sha1, unique
from tests.library.files import write_photo, write_video
from tests.real_clients.clients import immich_cli

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def config(home: Home, tmp_path: Path) -> Path:
    """Where the command keeps its login."""
    done = immich_cli(tmp_path / "config", "login", home.api, home.key)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Logged in" in done.stdout
    return tmp_path / "config"


def run(config: Path, *words: str) -> str:
    done = immich_cli(config, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_finds_the_api_by_the_portals_own_address(home: Home, tmp_path: Path) -> None:
    assert "Logged in" in run(tmp_path / "config", "login", home.loggia.url, home.key)
    said = run(tmp_path / "config", "server-info")
    assert "Server Info" in said
    assert "Images:" in said


def test_a_wrong_key_is_refused_at_login(home: Home, tmp_path: Path) -> None:
    done = immich_cli(tmp_path / "config", "login", home.api, "no-such-key")
    assert done.returncode != 0
    assert not (tmp_path / "config" / "auth.yml").exists()


def test_uploads_a_folder_into_an_album(home: Home, config: Path, tmp_path: Path) -> None:
    name = unique("Trip")
    photo = write_photo(tmp_path / name / "Hütte & See.jpg", size=(64, 40))
    film = write_video(tmp_path / name / "deep" / "Bach.mov")
    run(config, "upload", "--recursive", "--album-name", name, str(tmp_path / name))
    assert {each: asset["checksum"] for each, asset in home.album_assets(name).items()} == {
        each.name: sha1(each.read_bytes()) for each in (photo, film)
    }


@pytest.mark.parametrize("home", ["folder"], indirect=True)
def test_a_sidecar_is_read(home: Home, config: Path, tmp_path: Path) -> None:
    photo = write_photo(tmp_path / f"{unique('lake')}.jpg", size=(64, 40))
    photo.with_suffix(".jpg.xmp").write_text(SIDECAR)
    run(config, "upload", str(photo))
    info = home.http.get(f"/assets/{home.assets()[photo.name]['id']}").json()
    assert info["exifInfo"]["description"] == "By the lake"


def test_tells_what_is_there_already(home: Home, config: Path, camera: Path) -> None:
    said = run(config, "upload", "--recursive", "--json-output", "--no-progress", str(camera))
    assert len(told(said)["newFiles"]) == 3
    again = run(config, "upload", "--recursive", "--json-output", "--no-progress", str(camera))
    assert (len(told(again)["newFiles"]), len(told(again)["duplicates"])) == (0, 3)


def test_without_asking_first_it_hears_of_duplicates_at_the_upload(
    home: Home, config: Path, camera: Path
) -> None:
    run(config, "upload", "--recursive", str(camera))
    before = home.http.get("/assets/statistics").json()
    run(
        config, "upload", "--recursive", "--skip-hash", "--album-name", unique("Again"), str(camera)
    )
    assert home.http.get("/assets/statistics").json() == before


def test_deletes_here_only_what_is_there(home: Home, config: Path, camera: Path) -> None:
    names = {each.name for each in camera.iterdir()}
    run(config, "upload", "--recursive", "--delete", str(camera))
    assert not list(camera.iterdir())
    assert names <= home.assets().keys()


def test_duplicates_are_deleted_here_only_where_that_is_true(
    home: Home, config: Path, camera: Path
) -> None:
    first, *others = sorted(camera.iterdir())
    run(config, "upload", str(first))
    run(config, "upload", "--recursive", "--delete-duplicates", "--dry-run", str(camera))
    assert first.exists()
    run(config, "upload", "--recursive", "--delete-duplicates", str(camera))
    assert not first.exists()
    assert all(each.exists() for each in others)


def test_many_at_once(home: Home, config: Path, tmp_path: Path) -> None:
    name = unique("Many")
    for number in range(25):
        write_photo(tmp_path / name / f"{number}.jpg")
    run(config, "upload", "-r", "-c", "6", "--album", str(tmp_path / name))
    assert len(home.album_assets(name)) == 25


def test_what_is_no_photo_is_not_taken(home: Home, config: Path, tmp_path: Path) -> None:
    fake = tmp_path / f"{unique('fake')}.jpg"
    fake.write_bytes(b"<html>not a photo</html>")
    said = immich_cli(config, "upload", "--delete", str(fake))
    assert fake.exists()
    assert fake.name not in home.assets()
    assert "400" in said.stdout + said.stderr


def told(said: str) -> dict[str, list[object]]:
    """The JSON at the end of what it says."""
    found: dict[str, list[object]] = json.loads(said[said.index("{") :])
    return found


SIDECAR = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description><rdf:Alt>
<rdf:li xml:lang="x-default">By the lake</rdf:li></rdf:Alt></dc:description>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>
"""
