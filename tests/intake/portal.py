"""Web processes of a portal on one socket, without workers: what arrives stays as it came."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.running import environment

SERVE = "import socket, portal.web; portal.web.run(socket.socket(fileno={fd}))"
PREPARE = """
import sys, django
django.setup()
from django.core.management import call_command
from django.contrib.auth.models import User
from sharing.models import SharedLink
call_command("migrate", verbosity=0)
owner = User.objects.create_user("owner")
album = "00000000-0000-4000-8000-000000000001"
link = SharedLink.objects.create(
    owner=owner, kind="ALBUM", album_id=album, allow_upload=True, description="Wedding"
)
sys.stdout.write(link.pk.hex)
"""


@dataclass
class Portal:
    """Answers at ``url``; ``template`` is a link that takes uploads, from which others are made."""

    data: Path
    variables: dict[str, str]
    listener: socket.socket = field(init=False)
    template: str = field(init=False)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, count: int) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        prepare = [sys.executable, "-c", PREPARE]
        made = subprocess.run(
            prepare, env=self.environment(), capture_output=True, text=True, check=True
        )
        self.template = made.stdout
        for _ in range(count):
            self.add_process()
        self.wait()

    def environment(self) -> dict[str, str]:
        return environment(self.data, **self.variables)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    @property
    def log(self) -> Path:
        return self.data.with_name(f"{self.data.name}.log")

    def add_process(self) -> None:
        fd = self.listener.fileno()
        command = [sys.executable, "-c", SERVE.format(fd=fd)]
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command, env=self.environment(), pass_fds=[fd], stdout=log, stderr=log
            )
        self.processes.append(process)

    def wait(self) -> None:
        for _ in range(4 * len(self.processes)):
            with httpx.Client(trust_env=False, timeout=60) as client:
                assert client.get(f"{self.url}/healthz").status_code == 200

    def kill(self, index: int) -> None:
        """End one process as a crash would, and start another in its place."""
        process = self.processes.pop(index)
        process.kill()
        process.wait()
        self.add_process()

    def stop(self) -> None:
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(20)
        self.listener.close()

    # ── Rows ─────────────────────────────────────────────────────────────────
    def link(self, **changes: Any) -> str:
        """Make a link, different from the template where ``changes`` say so; returns its address."""
        key = uuid4().hex + uuid4().hex
        with closing(self._database()) as database:
            row = database.execute(
                "SELECT * FROM sharing_sharedlink WHERE id = ?", [self.template]
            ).fetchone()
            values = {**dict(row), "id": uuid4().hex, "key": key, **changes}
            columns, marks = ", ".join(values), ", ".join("?" * len(values))
            database.execute(
                f"INSERT INTO sharing_sharedlink ({columns}) VALUES ({marks})",  # noqa: S608
                list(values.values()),
            )
            database.commit()
        return f"{self.url}/share/{key}"

    def change(self, link: str, **changes: Any) -> None:
        assignments = ", ".join(f"{name} = ?" for name in changes)
        with closing(self._database()) as database:
            database.execute(
                f"UPDATE sharing_sharedlink SET {assignments} WHERE key = ?",  # noqa: S608
                [*changes.values(), link.rpartition("/")[2]],
            )
            database.commit()

    def be_silent(self, address: str) -> None:
        """Let the last byte of an upload have come two hours ago."""
        pk = UUID(address.rpartition("/")[2]).hex
        with closing(self._database()) as database:
            question = """
                UPDATE contributions_upload SET touched_at = datetime(touched_at, '-2 hours')
                WHERE id = ?
            """
            database.execute(question, [pk])
            database.commit()

    def rows(self, link: str) -> list[dict[str, Any]]:
        """What was sent by a link, the oldest first, with the name of its sender."""
        question = """
            SELECT uploads.*, people.name AS contributor_name FROM contributions_upload AS uploads
            JOIN contributions_contributor AS people ON people.id = uploads.contributor_id
            JOIN sharing_sharedlink AS links ON links.id = uploads.link_id
            WHERE links.key = ? ORDER BY uploads.created_at, uploads.rowid
        """
        with closing(self._database()) as database:
            found = database.execute(question, [link.rpartition("/")[2]]).fetchall()
        return [dict(row) for row in found]

    def row(self, address: str) -> dict[str, Any]:
        """The row of one upload, by its address."""
        pk = UUID(address.rpartition("/")[2]).hex
        with closing(self._database()) as database:
            question = "SELECT * FROM contributions_upload WHERE id = ?"
            return dict(database.execute(question, [pk]).fetchone())

    def staged(self, address: str) -> Path:
        return self.data / "staging" / UUID(address.rpartition("/")[2]).hex

    def content(self, address: str) -> bytes:
        return self.staged(address).read_bytes()

    def size(self, address: str) -> int:
        """How many bytes lie in its file."""
        path = self.staged(address)
        return path.stat().st_size if path.exists() else 0

    def _database(self) -> sqlite3.Connection:
        database = sqlite3.connect(self.data / "loggia.sqlite3", timeout=30)
        database.row_factory = sqlite3.Row
        return database


def pause() -> None:
    time.sleep(0.05)


def resident(pid: int) -> float:
    """MB of memory that a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
