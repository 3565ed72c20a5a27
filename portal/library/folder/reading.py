"""Reads new files in a few threads, each once its writer has left it alone for a second.

What was open when an earlier look was killed is read last and alone, so that the one file that ends
the process is told from those that were open beside it.
"""

import logging
import os
import time
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from portal.library.folder import attempts
from portal.library.folder.filing import INCOMING
from portal.library.folder.roots import Look, Root, Spot
from portal.library.folder.sidecars import applied, beside
from portal.library.interface import ContentUnreadable
from portal.library.types import Rendition

if TYPE_CHECKING:
    from portal.library.content.reading import Content

logger = logging.getLogger(__name__)
THREADS = 2
WINDOW = 32  # files handed to the threads at once


@dataclass(frozen=True, slots=True)
class Patience:
    """How files that are being written are waited for, in seconds."""

    between_looks: float = 1.0
    at_most: float = 30.0


@dataclass(frozen=True, slots=True)
class Read:
    """A file that was taken in."""

    spot: Spot
    look: Look
    content: "Content"


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that cannot be taken in, and why. Not ``is_final``: worth another try as it is."""

    spot: Spot
    look: Look
    reason: str
    is_final: bool


Finding = Read | Refused


@dataclass
class Reader:
    """Hands out one finding per file; ``None`` now and then, so that the caller may record them.

    What is still being written when patience ends is ``growing``; ``left`` counts what the time
    did not suffice for.
    """

    roots: Mapping[int, Root]
    looks: dict[Spot, Look]
    patience: Patience
    stop_at: float = float("inf")  # by time.monotonic()
    ahead: Collection[Rendition] = ()  # drawn while a file is open, where that costs little
    ready: deque[Spot] = field(default_factory=deque)
    growing: set[Spot] = field(default_factory=set)
    _waiting: dict[Spot, float] = field(default_factory=dict)  # when it was last looked at
    _changed_since: dict[Spot, float] = field(default_factory=dict)
    _reading: dict[Future["Finding | None"], Spot] = field(default_factory=dict)
    _suspects: list[tuple[int, Spot]] = field(default_factory=list)  # after how many deaths
    _alone: Spot | None = None
    _open: dict[Spot, str] = field(default_factory=dict)  # begun attempts
    _closed: list[str] = field(default_factory=list)  # survived, and not yet struck out

    @property
    def left(self) -> int:
        """How many files were not come to."""
        return len(self.ready) + len(self._waiting) + len(self._reading) + len(self._suspects)

    def findings(self) -> Iterator[Finding | None]:
        now = time.monotonic()
        self._waiting = dict.fromkeys(self.looks, now)
        with ThreadPoolExecutor(THREADS, "library-read") as pool:
            try:
                while self.left and time.monotonic() < self.stop_at:
                    self._look_again()
                    if self._is_suspect_next():
                        yield None  # so that what was read before is recorded, come what may
                    self._hand_out(pool)
                    yield from self._collect()
                self._take_back()
                while self._reading:  # a file that takes longer than all the time given counts too
                    yield from self._collect()
            finally:
                pool.shutdown(cancel_futures=True)
                attempts.survived([*self._closed, *self._open.values()])

    def _take_back(self) -> None:
        """What no thread has begun yet is left for the next look."""
        for future in [future for future in self._reading if future.cancel()]:
            self.ready.append(self._reading.pop(future))

    def _look_again(self) -> None:
        """Sort out the files whose last look is a second old: left alone, changed, or gone."""
        now = time.monotonic()
        due = [
            spot for spot, at in self._waiting.items() if at + self.patience.between_looks <= now
        ]
        for spot in due:
            del self._waiting[spot]
            look = self.roots[spot.root].look(spot.folder, spot.name)
            if look is None:
                continue
            if look.is_same(self.looks[spot]):
                self.ready.append(spot)
            else:
                self._wait_for(spot, look)

    def _wait_for(self, spot: Spot, look: Look) -> None:
        now = time.monotonic()
        if now - self._changed_since.setdefault(spot, now) >= self.patience.at_most:
            self.growing.add(spot)
            return
        self.looks[spot] = look
        self._waiting[spot] = now

    def _hand_out(self, pool: ThreadPoolExecutor) -> None:
        if self._alone in self._reading.values():
            return
        if self._is_suspect_next():
            self._hand_out_suspect(pool)
        elif self.ready and len(self._reading) <= WINDOW // 2:  # several cost one transaction
            self._hand_out_ready(pool)

    def _is_suspect_next(self) -> bool:
        return bool(self._suspects) and not self.ready and not self._reading

    def _hand_out_ready(self, pool: ThreadPoolExecutor) -> None:
        room = min(WINDOW - len(self._reading), len(self.ready))
        names = {spot: self._attempt(spot) for spot in (self.ready.popleft() for _ in range(room))}
        deaths = attempts.deaths(names.values())
        self._suspects += [(deaths[name], spot) for spot, name in names.items() if deaths[name]]
        self._begin([spot for spot, name in names.items() if not deaths[name]], pool)

    def _hand_out_suspect(self, pool: ThreadPoolExecutor) -> None:
        """The least suspicious first: most of them only lay beside the one that did it."""
        self._suspects.sort(reverse=True)
        deaths, spot = self._suspects.pop()
        self._alone = spot
        if deaths < attempts.MOST:
            self._begin([spot], pool)
        else:
            self._reading[pool.submit(self._leave_alone, spot)] = spot

    def _begin(self, spots: Sequence[Spot], pool: ThreadPoolExecutor) -> None:
        attempts.survived(self._closed)
        self._closed = []
        self._open |= {spot: self._attempt(spot) for spot in spots}
        attempts.begin([self._open[spot] for spot in spots])
        for spot in spots:
            self._reading[pool.submit(self._read, spot)] = spot

    def _attempt(self, spot: Spot) -> str:
        return attempts.reading(spot, self.looks[spot])

    def _leave_alone(self, spot: Spot) -> Finding:
        return Refused(spot, self.looks[spot], attempts.in_words(), is_final=False)

    def _collect(self) -> Iterator[Finding | None]:
        if not self._reading:
            time.sleep(min(0.1, self.patience.between_looks))
            yield None
            return
        done, _still = wait(self._reading, timeout=0.5, return_when=FIRST_COMPLETED)
        if not done:
            yield None
        for future in done:
            spot = self._reading.pop(future)
            if spot in self._open:
                self._closed.append(self._open.pop(spot))
            finding = future.result()
            if finding is None or (isinstance(finding, Read) and self._differs(finding)):
                self._look_after_change(spot)
            else:
                yield finding

    def _differs(self, read: Read) -> bool:
        return not read.look.is_same(self.looks[read.spot])

    def _look_after_change(self, spot: Spot) -> None:
        look = self.roots[spot.root].look(spot.folder, spot.name)
        if look is not None:
            self._wait_for(spot, look)

    def _read(self, spot: Spot) -> Finding | None:
        """Read one file; ``None`` when it changed meanwhile, or left the root."""
        return read_file(self.roots[spot.root], spot, self.looks[spot], self.ahead)


def read_file(
    root: Root, spot: Spot, look: Look, ahead: Collection[Rendition] = ()
) -> Finding | None:
    """Read one file inside its root.

    A symbolic link may be swapped at any time, so where the path leads is asked before and after:
    what was read counts only if both answers are the same place inside the root.
    """
    real = root.resolve(spot.folder, spot.name)
    finding = read_at(real, spot, look, ahead) if real else None
    return finding if root.resolve(spot.folder, spot.name) == real else None


def read_at(
    real: bytes,
    spot: Spot,
    look: Look,
    ahead: Collection[Rendition] = (),
    sidecar: bytes = b"",
) -> Finding | None:
    """Read the file at this path as if it lay at the spot; ``None`` when it changed meanwhile.

    Below the incoming root a file may have a sidecar beside it, if none is given.
    """
    from portal.library.content.reading import ContentChanged, read_content

    try:
        path = Path(os.fsdecode(real))
        packet = sidecar or (beside(path) if spot.root == INCOMING else b"")
        content = applied(packet, read_content(path, ahead))
    except (ContentChanged, FileNotFoundError):
        return None
    except ContentUnreadable as exc:
        return Refused(spot, look, str(exc), is_final=True)
    except OSError as exc:
        reason = _("This file cannot be read (%(why)s).") % {"why": exc.strerror}
        return Refused(spot, look, reason, is_final=False)
    except Exception as exc:  # one file's riddle must not end the work on all others
        logger.exception("%r cannot be read", real)
        reason = _("Loggia could not make sense of this file; its log says more.")
        return Refused(spot, look, reason, is_final=not isinstance(exc, MemoryError))
    return Read(spot, Look(content.size, content.mtime_ns, look.inode), content)
