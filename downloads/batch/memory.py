"""What earlier runs into a folder did: which file has which name, and which are ours.

One hidden file of JSON lines in the folder, only ever added to, so that a killed run leaves at
most a torn last line.
"""

import fcntl
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from .wanted import BatchError

FOLDER = ".loggia-download"
NAMES = "names.jsonl"


@dataclass(frozen=True, slots=True)
class Remembered:
    """A file's name, given before it was fetched. ``sha1`` is set once it was there and right."""

    id: str
    natural: str  # the path it would have if no other had it
    path: str
    sha1: str | None = None


class Memory:
    """The names given in a folder; a context, in which no other run can be in this folder.

    ``keep=False`` reads only, and writes nothing: for a dry run.
    """

    def __init__(self, folder: Path, *, keep: bool = True) -> None:
        self._file = folder / FOLDER / NAMES
        self._keep = keep
        self._known: dict[tuple[str, str], Remembered] = {}
        self._fd = -1

    def __enter__(self) -> Self:
        try:
            if self._keep:
                self._open()
            if self._file.is_file():
                self._read()
        except OSError as exc:
            self._close()
            raise BatchError(f"{self._file} cannot be used: {exc.strerror or exc}") from exc
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close()

    def of(self, asset_id: str, natural: str) -> Remembered | None:
        return self._known.get((asset_id, natural))

    def all(self) -> Iterable[Remembered]:
        return self._known.values()

    def add(self, names: Iterable[Remembered], *, is_safe: bool = True) -> None:
        """Remember; safely on the disk before this returns, unless a kill may forget it."""
        lines = []
        for each in names:
            if self._known.get((each.id, each.natural)) != each:
                self._known[each.id, each.natural] = each
                lines.append(json.dumps(asdict(each)) + "\n")
        if not lines or not self._keep:
            return
        try:
            os.write(self._fd, "".join(lines).encode())
            if is_safe:
                os.fsync(self._fd)
        except OSError as exc:
            raise BatchError(f"{self._file} cannot be written: {exc.strerror or exc}") from exc

    def _open(self) -> None:
        if self._file.parent.is_symlink():
            raise BatchError(f"{self._file.parent} is a link, and may lead out of the folder")
        self._file.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        self._fd = os.open(self._file, flags, 0o666)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            folder = self._file.parent.parent
            raise BatchError(f"Another download into {folder} is running") from exc

    def _read(self) -> None:
        content = self._file.read_bytes()
        for line in content.splitlines():
            if each := _read_line(line):
                self._known[each.id, each.natural] = each
        if self._keep and content and not content.endswith(b"\n"):
            os.write(self._fd, b"\n")

    def _close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _read_line(line: bytes) -> Remembered | None:
    """What a line says; None where it is torn by a kill or a full disk, or was written by others.

    A name is only ever numbered, so its folder is that of the natural one, which is looked at.
    """
    try:
        each = Remembered(**json.loads(line))
        bytes.fromhex(each.sha1 or "")
        is_beside = each.path.rpartition("/")[0] == each.natural.rpartition("/")[0]
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    is_name = isinstance(each.id, str) and each.path.rpartition("/")[2] not in {"", ".", ".."}
    return each if is_beside and is_name and "\0" not in each.path else None
