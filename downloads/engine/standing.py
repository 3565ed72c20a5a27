"""A file that stands under the final name before anything is fetched."""

import os
import stat
from pathlib import Path

import anyio

from .disk import storage_errors
from .errors import InTheWay
from .sums import Sums
from .tasks import Completed, DownloadTask, Existing
from .transfer import REREAD_AT_ONCE


async def already_there(
    task: DownloadTask, final: Path, existing: Existing, sums: Sums
) -> Completed | None:
    """The finished file, when it may count as the task's; None when it is to be fetched.

    Raises ``InTheWay`` when the name is taken and must not be replaced.
    """
    size = await anyio.to_thread.run_sync(_size_of, final, task.filename)
    if size is None or existing == Existing.REPLACE:
        return None
    if existing == Existing.REFUSE:
        raise InTheWay(f"{task.filename} is there already")
    if task.size not in {None, size} or (task.size is None and task.checksum is None):
        return None
    await _sum_up(final, task.filename, sums)
    if sums.length != size or task.checksum not in {None, sums.sha1}:
        return None
    return Completed(final, size, sums.sha1, sums.crc32, fetched=False)


def _size_of(path: Path, name: str) -> int | None:
    with storage_errors(name):
        try:
            found = path.lstat()
        except FileNotFoundError:
            return None
    if not stat.S_ISREG(found.st_mode):
        raise InTheWay(f"{name} is there, and is no file")
    return found.st_size


async def _sum_up(path: Path, name: str, sums: Sums) -> None:
    with storage_errors(name):
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            while await anyio.to_thread.run_sync(sums.add_from, fd, REREAD_AT_ONCE):
                pass
        finally:
            os.close(fd)
