"""Files in the spool's folder that no row knows: a crash, or a database brought back, leaves them."""

import fcntl
import logging
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from downloads.spool.models import SpoolFile

logger = logging.getLogger(__name__)
_OURS = re.compile(r"(?P<pk>\d{1,18})-(?P<key>[0-9a-f]{32})(?P<part>\.part(\.json)?)?")


def remove_orphans() -> int:
    """Remove files of our own naming without a row, and parts of what is complete.

    A part that somebody is writing is left alone, and so is whatever has another name.
    """
    files = list(_files(Path(settings.SPOOL_DIR)))
    # Read after the folder: a file is made after its row, so none of these is too new to be known.
    known = dict(SpoolFile.objects.values_list("pk", "key"))
    complete = set(SpoolFile.objects.complete().values_list("pk", flat=True))
    removed = 0
    for path, pk, key, is_part in files:
        is_known = known.get(pk) == key
        if is_known and not (is_part and pk in complete):
            continue
        removed += _remove(path)
    if removed:
        logger.info("Removed %s files from the spool that belonged to nothing", removed)
    return removed


def _files(root: Path) -> Iterator[tuple[Path, int, str, bool]]:
    for path in root.glob("??/*"):
        match = _OURS.fullmatch(path.name)
        if match and path.is_file() and not path.is_symlink():
            yield path, int(match["pk"]), match["key"], bool(match["part"])


def _remove(path: Path) -> bool:
    try:
        fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        with suppress(FileNotFoundError):
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
    except BlockingIOError:
        return False
    finally:
        os.close(fd)
    return True
