"""Opening files that others may swap, cut or replace under our hands."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from portal.library.content.wording import marked as _
from portal.library.interface import ContentUnreadable

MAX_STILL_BYTES = 512 * 2**20  # a still is read into memory whole


@contextmanager
def open_media(path: Path) -> Iterator[BinaryIO]:
    """Open a regular file for reading; a symbolic link, pipe or device is refused.

    Raises ``ContentUnreadable`` or ``OSError``.
    """
    # NONBLOCK: opening a pipe would else wait for a writer for ever
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    with os.fdopen(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ContentUnreadable(_("This is not a regular file."))
        yield file


def read_still(path: Path) -> bytes:
    with open_media(path) as file:
        return read_bounded(file)


def read_bounded(file: BinaryIO) -> bytes:
    data = file.read(MAX_STILL_BYTES + 1)
    if len(data) > MAX_STILL_BYTES:
        raise ContentUnreadable(_("The picture is too large to be opened (more than 512 MB)."))
    return data
