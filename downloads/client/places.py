"""Where in a folder a download goes: under its name, or the next number that is free.

Nothing that is there is ever replaced, and two photos of one name both arrive.
"""

import hashlib
import os
import stat
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from downloads.batch.numbering import numbered
from downloads.engine import DownloadTask
from downloads.engine.notes import note_of, read_note
from downloads.engine.parts import note_path_of, part_of
from downloads.names import fold

from .errors import Trouble

MOST = 10_000  # files of one name in one folder


class Found(Enum):
    """What is where a file could go."""

    NOTHING = "nothing"  # or a beginning of the very same file
    SAME = "same"
    OTHER = "other"


@dataclass(slots=True)
class Places:
    """The places of one file in one folder. Blocks: for a thread."""

    folder: Path
    name: str
    passed: list[Path] = field(default_factory=list)  # files whose content could not be compared

    def path(self, number: int) -> Path:
        return self.folder / numbered(self.name, number)

    def look(self, number: int, task: DownloadTask) -> Found:
        """Compare what is there with what ``task`` is to bring."""
        path = self.path(number)
        try:
            if os.path.lexists(path):
                return self._compare(path, task)
            if fold(path.name) in {fold(each) for each in os.listdir(self.folder)}:  # noqa: PTH208
                return Found.OTHER
        except OSError as exc:
            raise Trouble(f"{path} cannot be read: {exc.strerror or exc}") from exc
        return Found.OTHER if _is_begun_by_another(path, task) else Found.NOTHING

    def _compare(self, path: Path, task: DownloadTask) -> Found:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or task.size not in {None, status.st_size}:
            return Found.OTHER
        if task.checksum is None:
            self.passed.append(path)
            return Found.OTHER
        return Found.SAME if sha1_of(path) == task.checksum else Found.OTHER

    def same_as(self, path: Path, sha1: bytes) -> Path | None:
        """Which of the files passed by turned out to be the same; the new one then goes."""
        size = path.stat().st_size
        for each in self.passed:
            if each.stat().st_size == size and sha1_of(each) == sha1:
                path.unlink()
                return each
        return None


def sha1_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.sha1(usedforsecurity=False)).digest()


def _is_begun_by_another(path: Path, task: DownloadTask) -> bool:
    """Whether a half download of another file waits here to go on."""
    earlier = read_note(note_path_of(part_of(path)))
    if earlier is None:
        return False
    ours = note_of(task)
    return earlier.url != ours.url and (ours.sha1 is None or earlier.sha1 != ours.sha1)
