"""The file in the making: ``NAME.part``, and beside it ``NAME.part.json`` that says of what.

Everything here blocks and runs in threads. The part is locked while it is open (flock), so that
two processes never write one; the note beside it appears once there is something worth resuming.
A part whose note is missing, unreadable or of other content is emptied, never continued.
"""

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from .disk import storage_errors
from .errors import InTheWay
from .locks import open_locked
from .notes import note_of, read_note, write_note
from .ranges import Held
from .sums import Sums
from .tasks import DownloadTask

NAME_MAX = 255
WRITEV_MAX = 512  # pieces; Linux takes 1024 at once


def part_of(final: Path) -> Path:
    """Where a file is made: beside its final place, under a name no longer than a disk allows."""
    name = f"{final.name}.part"
    if len(os.fsencode(name)) + len(".json") > NAME_MAX:
        name = f"{hashlib.sha256(os.fsencode(final.name)).hexdigest()}.part"
    return final.with_name(name)


def note_path_of(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def sweep(final: Path) -> None:
    """Remove what a killed process left beside a file that is finished now."""
    part = part_of(final)
    note = note_path_of(part)
    if not (os.path.lexists(part) or os.path.lexists(note)):
        return
    with suppress(OSError, InTheWay):
        fd = open_locked(part, final.name)
        note.unlink(missing_ok=True)
        part.unlink()
        os.close(fd)


class Part:
    """One open, locked part. Its sums are those of its bytes once ``reread`` has returned False."""

    def __init__(self, task: DownloadTask, final: Path, sums: Sums) -> None:
        self.final = final
        self.path = part_of(final)
        self.sums = sums
        self.note = note_of(task)
        self.length = 0
        self.task_id = task.task_id
        self._name = task.filename
        self._note_path = note_path_of(self.path)
        self._noted = False
        with storage_errors(self._name):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = open_locked(self.path, self._name)
            try:
                self._take_over()
            except BaseException:
                os.close(self._fd)
                raise

    @property
    def held(self) -> Held:
        return Held(self.length, self.note.total, self.note.validator)

    @property
    def is_resumable(self) -> bool:
        return self.note.sha1 is not None or self.note.validator is not None

    def reread(self, most: int) -> bool:
        """Take ``most`` more bytes of a resumed part into the sums; False when all are in."""
        with storage_errors(self._name):
            return self.sums.length < self.length and self.sums.add_from(self._fd, most)

    def bind(self, total: int | None, validator: str | None) -> None:
        """Remember what the server says the bytes are of."""
        note = self.note
        self.note = replace(note, total=total or note.total, validator=validator or note.validator)

    def append(self, pieces: Sequence[bytes]) -> None:
        """Write and sum up pieces that follow what is here. All of them or, at an error, none."""
        with storage_errors(self._name):
            try:
                _write_all(self._fd, pieces, self.length)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(self._fd, self.length)
                raise
            self.sums.add(pieces)
            self.length = self.sums.length
            self._write_note()

    def restart(self) -> None:
        """Forget every byte, and what they were of."""
        with storage_errors(self._name):
            self._forget_note()
            os.ftruncate(self._fd, 0)
        self.note = replace(self.note, total=None, validator=None)
        self.sums.clear()
        self.length = 0

    def finish(self, *, over: bool) -> None:
        """Give the file its final name, safely on the disk before; the part is closed then."""
        with storage_errors(self._name):
            os.fsync(self._fd)
            self._forget_note()  # first: a kill in between may cost a transfer, but leaves no orphan
            if over:
                self.path.replace(self.final)
            else:
                _move_to_free_name(self.path, self.final, self._name)
        os.close(self._fd)

    def close(self) -> None:
        """Leave what a later run can resume, and nothing else."""
        if self.length and self._noted:
            os.close(self._fd)
        else:
            self.discard()

    def discard(self) -> None:
        """Remove the part; under its lock, so that nobody else's goes."""
        with suppress(OSError):
            self._note_path.unlink(missing_ok=True)
            self.path.unlink(missing_ok=True)
        os.close(self._fd)

    def _take_over(self) -> None:
        earlier = read_note(self._note_path)
        length = os.fstat(self._fd).st_size
        if earlier is not None and length and self.note.continues(earlier):
            self.note = replace(self.note, total=earlier.total, validator=earlier.validator)
            self.length, self._noted = length, True
        else:
            self._forget_note()
            os.ftruncate(self._fd, 0)

    def _forget_note(self) -> None:
        self._note_path.unlink(missing_ok=True)
        self._noted = False

    def _write_note(self) -> None:
        complete = self.length == self.note.total
        if self._noted or complete or not self.is_resumable:
            return
        write_note(self._note_path, self.note)
        self._noted = True


def _write_all(fd: int, pieces: Sequence[bytes], offset: int) -> None:
    views = [memoryview(piece) for piece in pieces if piece]
    while views:
        written = os.pwritev(fd, views[:WRITEV_MAX], offset)
        offset += written
        while views and written >= len(views[0]):
            written -= len(views.pop(0))
        if written:
            views[0] = views[0][written:]


def _move_to_free_name(part: Path, final: Path, name: str) -> None:
    """Rename without replacing: a hard link fails where the name is taken."""
    try:
        os.link(part, final, follow_symlinks=False)
    except FileExistsError as exc:
        raise InTheWay(f"{name} is there already") from exc
    except OSError:  # a file system without hard links
        if final.exists() or final.is_symlink():
            raise InTheWay(f"{name} is there already") from None
        part.rename(final)
        return
    part.unlink()
