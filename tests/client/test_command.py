"""``manage.py upload`` to servers and links, as seen from outside."""

import contextlib
import os
import pty
import signal
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest
from django.core.management import CommandError, call_command

from tests.client.conftest import film, names, photo
from tests.immich import Immich, ImmichProcess
from tests.running import MANAGE, environment


class Ran(NamedTuple):
    code: int
    said: str
    error: str


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine has set is not meant for these tests."""
    for name in ("IMMICH_API_URL", "IMMICH_API_KEY", "SHARE_URL", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)


def run(*arguments: object) -> Ran:
    out = StringIO()
    try:
        call_command("upload", *map(str, arguments), stdout=out)
    except CommandError as exc:
        return Ran(exc.returncode, out.getvalue(), str(exc))
    except SystemExit as exc:
        return Ran(int(exc.code or 0), out.getvalue(), "")
    return Ran(0, out.getvalue(), "")


def to(immich: Immich) -> list[str]:
    return ["--url", immich.url, "--key", immich.api_key]


def test_everything_arrives_and_the_rest_is_named(server: Immich, camera: Path) -> None:
    for name in ("a.jpg", "b/c.jpg", "IMG_1.HEIC"):
        photo(camera / name)
    film(camera / "IMG_1.MOV", 2)
    (camera / "notes.txt").write_text("x")
    ran = run(camera, "--album", "Trip", *to(server))
    assert ran.code == 0, ran
    assert f"To {server.url}." in ran.said
    assert "4 files uploaded, 0 there already, 0 failed" in ran.said
    assert "1 other file left out" in ran.said
    assert len(server.world.albums[server.control.albums()["Trip"]].asset_ids) == 3
    (camera / "empty.jpg").touch()
    ran = run(camera, "--album", "Trip", *to(server))
    assert ran.code == 1
    assert "0 files uploaded, 4 there already, 1 failed" in ran.said
    assert f"There already: {camera}/a.jpg" in ran.said
    assert f"Failed: {camera}/empty.jpg: It is empty" in ran.said


def test_the_key_comes_from_the_environment_or_a_credential(
    immich: Immich, camera: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo(camera / "a.jpg")
    (tmp_path / "immich_api_key").write_text(immich.api_key + "\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert run(camera, "--url", immich.url + "/api/").code == 0
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    monkeypatch.setenv("IMMICH_API_URL", immich.url)
    monkeypatch.setenv("IMMICH_API_KEY", immich.api_key)
    assert "1 there already" in run(camera).said


def test_files_go_into_a_guests_link(server: Immich, camera: Path) -> None:
    photo(camera / "a.jpg")
    album = server.control.albums()["Small 20"]
    link = server.control.add_link(album, allow_upload=True, slug="party")
    ran = run(camera, "--share-url", f"{server.url}{link['path']}")
    assert ran.code == 0, ran
    assert f"To a link of {server.url}." in ran.said
    assert "1 file uploaded" in ran.said


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--url", "https://h"], "There is no API key"),
        (["--key", "k"], "There is an API key but no server"),
        (["--url", "https://h", "--key", "k", "--share-url", "https://h/s/a"], "not both"),
        (["--share-url", "https://h/s/a", "--album", "A"], "leave out --album"),
        (["--share-url", "https://h/s/a", "--user", "A"], "--user is of this portal"),
        (["--password", "x"], "belongs to --share-url"),
        (["--share-url", "nonsense"], "expected a link"),
        (["--url", "ftp://h", "--key", "k"], "expected an address"),
        (["--concurrency", "0"], "from 1 to 32"),
        (["--album", " "], "--album is empty"),
    ],
)
def test_wrong_options_are_told_in_a_sentence(camera: Path, flags: list[str], said: str) -> None:
    ran = run(camera, *flags)
    assert ran.code in {1, 2}
    assert said in ran.error
    ran = run(camera / "missing", "--url", "https://h", "--key", "k")
    assert (ran.code, ran.error) == (2, f"{camera}/missing is not there")


def test_deleting_and_trying_it_first(immich: Immich, camera: Path) -> None:
    photo(camera / "a.jpg")
    wanted = [camera, "--delete-uploads", "--album", "A", *to(immich)]
    ran = run(*wanted, "--dry-run")
    assert "1 file would be uploaded" in ran.said
    assert "1 file would be deleted here" in ran.said
    assert names(camera) == ["a.jpg"]
    ran = run(*wanted)
    assert "1 file deleted here" in ran.said
    assert names(camera) == []


def test_many_names_are_cut_short(immich: Immich, camera: Path) -> None:
    for number in range(30):
        photo(camera / f"{number:02}.jpg")
    ran = run(camera, "--dry-run", "--ignore", "2*.jpg", *to(immich))
    assert "20 files would be uploaded" in ran.said
    (camera / "x").mkdir()
    ran = run(camera, "--dry-run", *to(immich))
    assert "… and 10 more" in ran.said


def test_no_key_appears_in_what_is_said(immich: Immich, camera: Path) -> None:
    photo(camera / "a.jpg")
    for fault in ("401", "503", "html"):
        immich.control.clear_faults()
        immich.control.fault(fault, times=None, path="/api/")
        ran = run(camera, *to(immich))
        assert ran.code == 1
        assert immich.api_key not in ran.said + ran.error


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_so_and_the_next_goes_on(
    immich_process: ImmichProcess, camera: Path, tmp_path: Path, number: signal.Signals
) -> None:
    immich = immich_process
    for count in range(30):
        photo(camera / f"{count:02}.jpg")
    immich.control.fault("delay", times=None, value=0.1, path="api/assets$")
    command = [sys.executable, str(MANAGE), "upload", str(camera), "--album", "A", "--url",
               immich.url, "--concurrency", "2"]  # fmt: skip
    process = subprocess.Popen(
        command, env=environment(tmp_path / "data", IMMICH_API_KEY=immich.api_key),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    give_up_at = time.monotonic() + 60
    while len(immich.control.requests("api/assets$")) < 5 and time.monotonic() < give_up_at:
        time.sleep(0.05)
    os.kill(process.pid, number)
    said, error = process.communicate(timeout=30)
    assert process.returncode == 128 + number, error
    assert "Interrupted. The same command goes on from here." in said
    assert "Traceback" not in error
    immich.control.clear_faults()
    ran = run(camera, "--album", "A", "--url", immich.url, "--key", immich.api_key)
    assert ran.code == 0
    album = immich.control.albums()["A"]
    told = immich.control.truth(with_sha1=False)
    mine = [each for each in told if each["filename"] in names(camera)]
    assert album
    assert len(mine) == 30


def test_a_terminal_has_bars(immich: Immich, camera: Path, tmp_path: Path) -> None:
    for number in range(5):
        photo(camera / f"{number}.jpg")
    immich.control.fault("delay", times=None, value=0.3, path="api/assets$")
    leader, follower = pty.openpty()
    command = [sys.executable, str(MANAGE), "upload", str(camera), *to(immich)]
    variables = environment(tmp_path / "data", TERM="xterm-256color", COLUMNS="100")
    process = subprocess.Popen(command, env=variables, stdout=follower, stderr=follower)
    os.close(follower)
    seen = b""
    with contextlib.suppress(OSError):  # the end of a terminal
        while piece := os.read(leader, 65_536):
            seen += piece
    os.close(leader)
    assert process.wait(30) == 0
    assert b"of 5 files" in seen
    assert "━".encode() in seen
    assert b"5 files uploaded" in seen
