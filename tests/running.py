"""A real ``manage.py serve`` on a data folder and a port of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from django.conf import settings

MANAGE = Path(__file__).resolve().parent.parent / "manage.py"
ADMIN = "owner"
PASSWORD = "a quiet garden wall"


def environment(data: Path, **variables: str) -> dict[str, str]:
    """The variables of a Loggia that knows nothing of the tests but their static files."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("LOGGIA_")}
    fixed = {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "LOGGIA_DATA": str(data),
        "LOGGIA_STATIC_ROOT": str(settings.STATIC_ROOT),
        "PYTHONUNBUFFERED": "1",
    }
    return ours | fixed | variables


def manage(data: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a management command on this data folder, and wait for its end."""
    return subprocess.run(
        [sys.executable, str(MANAGE), *command],
        env=environment(data, **variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@dataclass(frozen=True)
class RunningLoggia:
    """A portal that answers at ``url``; ``ADMIN`` may sign in with ``PASSWORD``."""

    url: str
    data: Path
    process: subprocess.Popen[bytes]
    log: Path
    variables: dict[str, str]

    def said(self) -> str:
        return self.log.read_text()

    def manage(self, *command: str) -> str:
        done = manage(self.data, *command, **self.variables)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def processes(self) -> dict[int, str]:
        """Every process that works on this data folder, with its command line."""
        return processes_on(self.data)

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.kill()
        self.process.wait()

    def stop(self, within: float = 15) -> int:
        """Ask it to end; returns its exit code."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within)


def start(data: Path, **variables: str) -> RunningLoggia:
    """Start it and wait until it answers."""
    port = free_port()
    data.mkdir(parents=True, exist_ok=True)
    log = data.with_name(f"{data.name}-{port}.log")
    variables = {
        "LOGGIA_BIND": f"127.0.0.1:{port}",
        "LOGGIA_ADMIN_USER": ADMIN,
        "LOGGIA_ADMIN_PASSWORD": PASSWORD,
        "LOGGIA_WEB_PROCESSES": "1",
    } | variables
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, str(MANAGE), "serve"],
            env=environment(data, **variables),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    loggia = RunningLoggia(f"http://127.0.0.1:{port}", data, process, log, variables)
    wait_until(lambda: answers(loggia), 120, log)
    return loggia


def answers(loggia: RunningLoggia) -> bool:
    assert loggia.process.poll() is None, loggia.said()
    try:
        return httpx.get(f"{loggia.url}/login/", trust_env=False).status_code < 500
    except httpx.TransportError:
        return False


def wait_until(is_so: Callable[[], object], within: float, log: Path | None = None) -> None:
    """Wait for a condition; fails with the log when it does not come true in time."""
    deadline = time.monotonic() + within
    while not is_so():
        assert time.monotonic() < deadline, log.read_text() if log else "it took too long"
        time.sleep(0.05)


def processes_on(data: Path) -> dict[int, str]:
    wanted = f"LOGGIA_DATA={data}".encode()
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                words = (folder / "cmdline").read_bytes().split(b"\0")
                found[int(folder.name)] = b" ".join(words).decode().strip()
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
