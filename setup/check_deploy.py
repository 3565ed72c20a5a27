"""Checks settings and migrations as a deployment behind HTTPS would have them (``make lint``)."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

MANAGE = str(Path(__file__).resolve().parent.parent / "manage.py")
COMMANDS = (
    ["check", "--deploy", "--fail-level", "WARNING"],
    ["makemigrations", "--check", "--dry-run"],
)


def main() -> None:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("LOGGIA_")}
    with tempfile.TemporaryDirectory() as data:
        settings = {"LOGGIA_DATA": data, "LOGGIA_PUBLIC_URL": "https://photos.example.org"}
        for command in COMMANDS:
            done = subprocess.run(
                [sys.executable, MANAGE, *command], env=ours | settings, check=False
            )
            if done.returncode:
                sys.exit(done.returncode)


if __name__ == "__main__":
    main()
