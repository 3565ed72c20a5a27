"""The command, run in this process against a stand-in for Immich."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from downloads.batch.memory import FOLDER
from tests.immich import Immich


@dataclass(frozen=True)
class Ran:
    code: int
    said: str
    error: str

    @property
    def summary(self) -> str:
        """``3 downloaded, 0 repaired (…), 1 already there, 0 missing``"""
        return next(line for line in self.said.splitlines() if " already there, " in line)


Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine has set is not meant for these tests."""
    for name in ("IMMICH_API_URL", "IMMICH_API_KEY", "SAVE_TO", "THREADS", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)


def run_command(*flags: str) -> Ran:
    """``manage.py download`` with these flags, as seen from outside."""
    out = StringIO()
    try:
        call_command("download", *flags, stdout=out)
    except CommandError as exc:
        return Ran(exc.returncode, out.getvalue(), str(exc))
    except SystemExit as exc:
        return Ran(int(exc.code or 0), out.getvalue(), "")
    return Ran(0, out.getvalue(), "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "saved"


@pytest.fixture
def run(immich: Immich, folder: Path) -> Run:
    """``run("--album", "Small 20")``: from the stand-in into ``folder``."""

    def run_it(*flags: str) -> Ran:
        given = [] if "--share-url" in flags else server_flags(immich)
        return run_command("--save-to", str(folder), *given, *flags)

    return run_it


def server_flags(immich: Immich) -> list[str]:
    return ["--immich-api-url", immich.url, "--immich-api-key", immich.api_key]


def files_in(folder: Path) -> dict[str, str]:
    """Path and SHA-1 of every file, but for what the command keeps for itself."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha1(
            path.read_bytes(), usedforsecurity=False
        ).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and FOLDER not in path.parts
    }


def wanted_of(immich: Immich) -> list[str]:
    """The SHA-1 of all that a plain run brings: the timeline, and the halves of live photos."""
    truth = immich.control.truth()
    mine = [each for each in truth if each["owner_id"] == immich.control.owner_id()
            and not each["is_trashed"]]  # fmt: skip
    return sorted(each["sha1"] for each in mine if each["visibility"] in {"timeline", "hidden"})


def manifest_in(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text().splitlines()]
