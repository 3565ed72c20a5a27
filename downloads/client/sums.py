"""SHA-1 of many files, a few at once, in threads."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import anyio

from .scanning import is_unchanged
from .target import LocalFile

AT_ONCE = max(2, min(4, os.cpu_count() or 2))
READ_AT_ONCE = 2**20


async def sum_up(files: Sequence[LocalFile]) -> tuple[dict[Path, bytes], dict[Path, str]]:
    """The sums, and why some have none, by path."""
    sums: dict[Path, bytes] = {}
    wrong: dict[Path, str] = {}
    room = anyio.CapacityLimiter(AT_ONCE)

    async def one(file: LocalFile) -> None:
        try:
            found = await anyio.to_thread.run_sync(_sum, file, limiter=room, abandon_on_cancel=True)
        except OSError as exc:
            wrong[file.path] = f"It cannot be read: {exc.strerror or exc}"
            return
        if isinstance(found, str):
            wrong[file.path] = found
        else:
            sums[file.path] = found

    async with anyio.create_task_group() as group:
        for file in files:
            group.start_soon(one, file)
    return sums, wrong


def _sum(file: LocalFile) -> bytes | str:
    if not file.size:
        return "It is empty"
    digest = hashlib.sha1(usedforsecurity=False)  # names a content, guards nothing
    with file.path.open("rb", buffering=0) as opened:
        while piece := opened.read(READ_AT_ONCE):
            digest.update(piece)
    return digest.digest() if is_unchanged(file) else "It was written to while it was read"
