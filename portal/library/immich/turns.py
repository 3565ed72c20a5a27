"""Who may go now, over all processes of this machine: by locks on files, which no death leaves shut."""

import fcntl
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from portal.library.interface import LibraryUnavailable

SHORTEST, LONGEST = 0.005, 0.025  # seconds between two looks at whether it is one's turn
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)


class Busy(LibraryUnavailable):
    """It was not one's turn in time; the same call may work later."""


@dataclass(frozen=True)
class Turns:
    """``most`` may go at once; of those who want the same, one. Threads count like processes."""

    folder: Path
    most: int
    patience: float = 45.0  # seconds that anybody waits

    @contextmanager
    def slot(self, *, is_long: bool = False) -> Iterator[None]:
        """One of the places of all; raises ``Busy``. What takes long gets half of them at most."""
        most = max(1, self.most // 2) if is_long else self.most
        paths = [self.folder / f"slot-{number}" for number in range(most)]
        random.shuffle(paths)
        with self._held(paths):
            yield

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """The only one who does this; raises ``Busy``."""
        path = self.folder / f"alone-{name}"
        with self._held([path]):
            try:
                yield
            finally:
                path.unlink(missing_ok=True)  # still held: nobody else has it, but may wait for it

    def left_behind(self) -> Iterator[str]:
        """What somebody did ``alone`` whose process was killed; nobody else does it meanwhile."""
        for path in self.folder.glob("alone-*"):
            if (file := _lock(path)) is None:
                continue
            try:
                yield path.name.removeprefix("alone-")
            finally:
                path.unlink(missing_ok=True)
                os.close(file)

    @contextmanager
    def _held(self, paths: list[Path]) -> Iterator[None]:
        file = self._wait(paths)
        try:
            yield
        finally:
            os.close(file)

    def _wait(self, paths: list[Path]) -> int:
        self.folder.mkdir(parents=True, exist_ok=True)
        give_up_at = time.monotonic() + self.patience
        while True:
            for path in paths:
                if (file := _lock(path)) is not None:
                    return file
            if time.monotonic() > give_up_at:
                raise Busy(_("Too many pictures are asked for at once. Try again in a moment."))
            time.sleep(random.uniform(SHORTEST, LONGEST))  # noqa: S311 - not a secret


def _lock(path: Path) -> int | None:
    """Lock a file without waiting. One that was unlinked meanwhile is another's leftover."""
    file = os.open(path, _FLAGS, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if path.stat().st_ino == os.fstat(file).st_ino:
            return file
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(file)
    return None
