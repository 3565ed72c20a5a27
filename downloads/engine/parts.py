"""The file in the making: ``NAME.part``, and beside it ``NAME.part.json`` that says of what.

Everything here blocks and runs in threads. The part is locked while it is open (flock), so that
two processes never write one; the note beside it appears once there is something worth resuming.
A part whose note is missing, unreadable or of other content is emptied, never continued.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from .disk import storage_errors
from .errors import InTheWay
from .ranges import Held
from .sums import Sums
from .tasks import DownloadTask

NAME_MAX = 255
NOTE_MAX = 4096
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
WRITEV_MAX = 512  # pieces; Linux takes 1024 at once


@dataclass(frozen=True, slots=True)
class Note:
    """What a part is a part of."""

    url: str  # SHA-256 of the address: it may hold a key
    size: int | None
    sha1: str | None
    total: int | None
    validator: str | None
    boot: str

    def continues(self, earlier: "Note") -> bool:
        """Whether bytes noted as ``earlier`` are of this content.

        With a checksum, the end result is the judge, so they may be from another address. Without
        one, the validator is, and only since this start of the machine: after a power cut a file
        may have its length and not its bytes.
        """
        if self.size != earlier.size or self.sha1 != earlier.sha1:
            return False
        same_source = self.url == earlier.url and self.boot == earlier.boot
        return self.sha1 is not None or (same_source and earlier.validator is not None)


def part_of(final: Path) -> Path:
    """Where a file is made: beside its final place, under a name no longer than a disk allows."""
    name = f"{final.name}.part"
    if len(os.fsencode(name)) + len(".json") > NAME_MAX:
        name = f"{hashlib.sha256(os.fsencode(final.name)).hexdigest()}.part"
    return final.with_name(name)


class Part:
    """One open, locked part. Its sums are those of its bytes once ``reread`` has returned False."""

    def __init__(self, task: DownloadTask, final: Path, sums: Sums) -> None:
        self.final = final
        self.path = part_of(final)
        self.sums = sums
        self.note = _note_of(task)
        self.length = 0
        self.task_id = task.task_id
        self._name = task.filename
        self._note_path = self.path.with_name(f"{self.path.name}.json")
        self._noted = False
        with storage_errors(self._name):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = _open_locked(self.path, self._name)
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
        n = self.note
        self.note = Note(n.url, n.size, n.sha1, total or n.total, validator or n.validator, n.boot)

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
            self._note_path.unlink(missing_ok=True)
            os.ftruncate(self._fd, 0)
        n = self.note
        self.note = Note(n.url, n.size, n.sha1, None, None, n.boot)
        self.sums.clear()
        self.length, self._noted = 0, False

    def finish(self, *, replace: bool) -> None:
        """Give the file its final name, safely on the disk before; the part is closed then."""
        with storage_errors(self._name):
            os.fsync(self._fd)
            if replace:
                self.path.replace(self.final)
            else:
                _move_to_free_name(self.path, self.final, self._name)
            self._note_path.unlink(missing_ok=True)
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
        earlier = _read_note(self._note_path)
        length = os.fstat(self._fd).st_size
        if earlier is not None and length and self.note.continues(earlier):
            self.note = Note(
                self.note.url,
                earlier.size,
                earlier.sha1,
                earlier.total,
                earlier.validator,
                self.note.boot,
            )
            self.length, self._noted = length, True
        else:
            self._note_path.unlink(missing_ok=True)
            os.ftruncate(self._fd, 0)

    def _write_note(self) -> None:
        complete = self.length == self.note.total
        if self._noted or complete or not self.is_resumable:
            return
        self._note_path.write_text(json.dumps(asdict(self.note)))
        self._noted = True


def _note_of(task: DownloadTask) -> Note:
    try:
        boot = BOOT_ID.read_text().strip()
    except OSError:
        boot = ""
    url = hashlib.sha256(task.url.encode()).hexdigest()
    sha1 = task.checksum.hex() if task.checksum else None
    return Note(url, task.size, sha1, None, None, boot)


def _read_note(path: Path) -> Note | None:
    try:
        with path.open("rb") as file:
            return Note(**json.loads(file.read(NOTE_MAX)))
    except (OSError, ValueError, TypeError):
        return None


def _open_locked(path: Path, name: str) -> int:
    """Open for writing, as the only one. Raises ``InTheWay`` when another process has it."""
    while True:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_ours(fd, path):
                return fd
        except BlockingIOError as exc:
            os.close(fd)
            raise InTheWay(f"{name} is being fetched by another process") from exc
        except BaseException:
            os.close(fd)
            raise
        os.close(fd)


def _is_ours(fd: int, path: Path) -> bool:
    """Whether the locked file is still the one of that name, and of that name alone."""
    mine = os.fstat(fd)
    try:
        there = path.lstat()
    except FileNotFoundError:
        return False
    if (mine.st_dev, mine.st_ino) != (there.st_dev, there.st_ino):
        return False
    if mine.st_nlink > 1:  # a crash between link and unlink: emptying it would empty the file
        path.unlink()
        return False
    return True


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
