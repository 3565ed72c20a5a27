"""``--write-manifest``: what arrived, one JSON object a line."""

import json
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from .result import Arrived
from .wanted import BatchError


def write_manifest(path: Path, arrived: Iterable[Arrived]) -> None:
    """Replace the file in one step, once the new one is complete. Raises ``BatchError``."""
    lines = [
        json.dumps(
            {
                "id": each.placed.file.id,
                "path": each.path,
                "sha1": each.sha1.hex(),
                "time": each.placed.file.instant.isoformat(),
            },
            ensure_ascii=False,
        )
        for each in sorted(arrived, key=lambda each: each.path)
    ]
    text = "".join(f"{line}\n" for line in lines)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, text.encode("utf-8", "replace"))
    except OSError as exc:
        raise BatchError(f"{path} cannot be written: {exc.strerror or exc}") from exc


def _replace(path: Path, content: bytes) -> None:
    fd, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
    made = Path(name)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        made.chmod(0o644)
        made.replace(path)
    except BaseException:
        with suppress(OSError):
            made.unlink()
        raise
