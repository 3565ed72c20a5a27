"""Clients of Immich that others wrote, each in a process of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.running import MANAGE

HERE = Path(__file__).resolve().parent
VENV = Path(sys.prefix)
NODE_MODULES = MANAGE.parent / "node_modules"
CLI = NODE_MODULES / "@immich" / "cli" / "bin" / "immich"
IMMICHPY_4 = VENV / "immichpy-4"
IMMICHPY = {"9.2.4": "", "4.2.3": str(IMMICHPY_4)}  # by version: where it lies, if elsewhere


class Refused(Exception):
    """The server said no, and the client told so; ``message`` is what it says to people."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(status, body)
        self.status = status
        self.message = json.loads(body)["message"] if body else ""


@dataclass(frozen=True)
class Calls:
    """A client that waits for calls: ``calls("albums.get_all_albums", shared=True)``."""

    process: subprocess.Popen[str]

    def __call__(self, call: str, **arguments: Any) -> Any:
        """What the client returned, as JSON; raises ``Refused``."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"call": call, "arguments": arguments}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the client ended"
        answer = json.loads(line)
        if "refused" in answer:
            raise Refused(answer["refused"], answer["body"])
        assert "broken" not in answer, f"{call}: {answer['broken']}"
        return answer.get("result")

    def end(self) -> None:
        self.process.communicate()


def immichpy(version: str, url: str, api_key: str = "") -> Calls:
    command = [sys.executable, "-W", "ignore", str(HERE / "immichpy_calls.py"), url, api_key]
    return _calls(command, PYTHONPATH=IMMICHPY[version])


def sdk(url: str, api_key: str = "") -> Calls:
    return _calls([str(VENV / "bin" / "node"), str(HERE / "sdk_calls.mjs"), url, api_key])


def immich_cli(config: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command of ``@immich/cli`` to its end."""
    return subprocess.run(
        [str(VENV / "bin" / "node"), str(CLI), *words],
        env=_environment(IMMICH_CONFIG_DIR=str(config)),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def dto(kind: str, **fields: Any) -> dict[str, Any]:
    """One of immichpy's models; its fields are named as Immich names them."""
    return {"dto": kind, "fields": fields}


def path(where: Path) -> dict[str, str]:
    return {"path": str(where)}


def _calls(command: list[str], **variables: str) -> Calls:
    return Calls(
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=_environment(**variables),
        )
    )


def _environment(**variables: str) -> dict[str, str]:
    apart = ("LOGGIA_", "IMMICH_", "DJANGO_", "PYTHON")
    ours = {name: value for name, value in os.environ.items() if not name.startswith(apart)}
    return ours | {name: value for name, value in variables.items() if value}
