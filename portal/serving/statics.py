"""Collects scripts, styles and icons when they changed since the last time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from portal.serving.refusal import CannotStart
from portal.static import StaticFiles

MANIFEST = "staticfiles.json"
STAMP = "collected.txt"


def collect_static() -> bool:
    """Collect static files if any changed; whether it did. Raises ``CannotStart``."""
    root = Path(settings.STATIC_ROOT)
    wanted = _fingerprint()
    if _is_current(root, wanted):
        return False
    try:
        with _alone(root):
            if _is_current(root, wanted):
                return False
            call_command("collectstatic", interactive=False, verbosity=0, stderr=StringIO())
            (root / STAMP).write_text(wanted)
    except ValueError as exc:  # a file names another that is not there
        reason = str(exc).partition(" with <")[0].splitlines()[0]
        raise CannotStart(f"Static files are incomplete. {reason}. Does `make run` help?") from exc
    except OSError as exc:
        raise CannotStart(f"{root}: static files cannot be written ({exc.strerror}).") from exc
    return True


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Let one process collect at a time: several data folders share one checkout's files."""
    root.mkdir(parents=True, exist_ok=True)
    folder = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _is_current(root: Path, wanted: str) -> bool:
    stamp = root / STAMP
    return (root / MANIFEST).exists() and stamp.exists() and stamp.read_text() == wanted


def _fingerprint() -> str:
    """The content of all that would be collected: modification times lie after a checkout."""
    digest = sha256()
    ignored = StaticFiles.ignore_patterns
    for finder in get_finders():
        for path, storage in finder.list(ignored):
            file = Path(storage.path(path))
            digest.update(f"{path}\0{file.stat().st_size}\0".encode() + file.read_bytes())
    return digest.hexdigest()
