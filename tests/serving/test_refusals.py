"""What makes no sense is refused in one line, before anything is begun."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import MANAGE, environment, manage, wait_until


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def refusal(data: Path, command: str = "serve", **variables: str) -> str:
    """The one line with which a command ends, without what is the same in all."""
    done = manage(data, command, **({"LOGGIA_BIND": "127.0.0.1:0"} | variables))
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("loggia: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.removeprefix("loggia: ").strip()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("LOGGIA_BIND", "8000", "expected HOST:PORT"),
        ("LOGGIA_BIND", "127.0.0.1:99999", "expected HOST:PORT"),
        ("LOGGIA_BIND", "no-such-host.invalid:8000", "this host name is not known"),
        ("LOGGIA_BIND", "192.0.2.1:8000", "this machine does not have that address"),
        ("LOGGIA_PUBLIC_URL", "photos.example.org", "expected https://photos.example.org"),
        ("LOGGIA_PUBLIC_URL", "https://example.org/photos", "expected https://photos.example.org"),
        ("LOGGIA_PUBLIC_URL", "https://[::1", "expected https://photos.example.org"),
        ("LOGGIA_TRUSTED_PROXIES", "127.0.0.1, caddy", "expected addresses or networks"),
        ("LOGGIA_TRUSTED_PROXIES", "*", "expected addresses or networks"),
        ("LOGGIA_TIME_ZONE", "Mars/Olympus", "expected a time zone like Europe/Berlin"),
        ("LOGGIA_TIME_ZONE", "../../etc/passwd", "expected a time zone like Europe/Berlin"),
        ("LOGGIA_LOG_LEVEL", "loud", "expected one of debug, info, warning, error"),
        ("LOGGIA_WEB_PROCESSES", "0", "expected a whole number from 1"),
        ("LOGGIA_SCAN_INTERVAL", "soon", "expected a duration"),
        ("LOGGIA_CACHE_SIZE", "huge", "expected a size"),
        ("LOGGIA_PHOTOS", "/no/such/folder", "there is no folder /no/such/folder"),
        ("LOGGIA_DATA", "/proc/no/such/place", "cannot use /proc/no/such/place"),
        ("LOGGIA_DATA", "~nobody-of-this-name/data", "LOGGIA_DATA=~nobody-of-this-name/data"),
        ("LOGGIA_ADMIN_PASSWORD_FILE", "/no/such/file", "cannot read /no/such/file"),
    ],
)
def test_a_broken_setting_is_named(data: Path, name: str, value: str, says: str) -> None:
    line = refusal(data, **{name: value})
    assert name.removesuffix("_FILE") in line
    assert says in line
    assert not (data / "loggia.sqlite3").exists()


def test_a_data_folder_among_the_photos_is_refused(data: Path) -> None:
    before = set(data.parent.iterdir())
    line = refusal(data, LOGGIA_PHOTOS=str(data.parent))
    assert line.startswith("LOGGIA_DATA lies inside LOGGIA_PHOTOS")
    assert set(data.parent.iterdir()) == before


def test_photos_among_what_loggia_makes_are_refused(data: Path) -> None:
    (data / "renditions").mkdir(parents=True)
    line = refusal(data, LOGGIA_PHOTOS=str(data / "renditions"))
    assert line.startswith("LOGGIA_PHOTOS is a folder that Loggia writes to")


def test_a_database_that_is_newer_than_the_code_is_left_alone(data: Path) -> None:
    assert manage(data, "migrate").returncode == 0
    with sqlite3.connect(data / "loggia.sqlite3") as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('sharing', '9999_of_tomorrow', '2030-01-01')"
        )
    line = refusal(data)
    assert "is newer than this version of Loggia (it has sharing.9999_of_tomorrow)" in line


def test_a_damaged_database_is_left_alone(data: Path) -> None:
    data.mkdir()
    database = data / "loggia.sqlite3"
    database.write_bytes(b"this was a database once" * 1000)
    assert "it is damaged" in refusal(data)
    assert database.read_bytes() == b"this was a database once" * 1000


def test_a_database_damaged_in_its_middle_is_noticed_at_the_start(data: Path) -> None:
    assert manage(data, "migrate").returncode == 0
    database = data / "loggia.sqlite3"
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(database.read_bytes())
    content[20_000:60_000] = bytes(40_000)
    database.write_bytes(content)
    assert "it is damaged" in refusal(data)


def test_a_database_that_cannot_be_opened_is_named(data: Path) -> None:
    (data / "loggia.sqlite3").mkdir(parents=True)
    assert "it cannot be opened" in refusal(data)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_database_that_cannot_be_written_is_named(data: Path) -> None:
    assert manage(data, "migrate").returncode == 0
    (data / "loggia.sqlite3").chmod(stat.S_IRUSR)
    assert "cannot be written" in refusal(data)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_folder_that_cannot_be_written_is_named(data: Path) -> None:
    data.mkdir(mode=0o500)
    assert "cannot be written" in refusal(data)


def test_a_full_disk_is_named(data: Path) -> None:
    """A limit on the size of files fails writes as a full disk does, and for root too."""
    script = (
        "import resource, signal, runpy, sys;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192));"
        f"sys.argv = [{str(MANAGE)!r}, 'serve']; runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment(data, LOGGIA_BIND="127.0.0.1:0", PYTHONPATH=str(MANAGE.parent)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == f"loggia: {data} cannot be written (File too large). Make room there.\n"
    assert done.stdout == ""


def test_a_command_before_the_first_start_says_what_to_do(data: Path) -> None:
    assert "it is not set up yet" in refusal(data, "clearsessions")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_start_can_be_broken_off_quietly(data: Path, number: signal.Signals) -> None:
    data.mkdir()
    held = sqlite3.connect(data / "loggia.sqlite3")
    held.execute("BEGIN EXCLUSIVE")  # so that the start waits for the database
    # Who starts the tests in the background has their children ignore Ctrl-C.
    before = signal.signal(number, signal.default_int_handler)
    process = subprocess.Popen(
        [sys.executable, str(MANAGE), "serve"],
        env=environment(data, LOGGIA_BIND="127.0.0.1:0"),
        stderr=subprocess.PIPE,
    )
    signal.signal(number, before)
    wait_until((data / "serve.lock").exists, 20)
    process.send_signal(number)
    held.close()
    _out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert err == b""
