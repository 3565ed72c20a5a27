"""What people see while it runs: bars on a terminal, plain lines everywhere else."""

import time
from contextlib import suppress
from types import TracebackType
from typing import Protocol, Self, TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from .wording import amount, duration, printable, short

EVERY = 5.0  # seconds between two plain lines on how far it is


class Show(Protocol):
    """Hears of files by a key. ``ended`` comes once a file, whatever became of it.

    ``begin`` may come again with more files than before.
    """

    def begin(self, files: int, size: int) -> None: ...
    def began(self, key: str, name: str, size: int | None) -> None: ...
    def progress(self, key: str, received: int, total: int | None) -> None: ...
    def ended(self, key: str, size: int) -> None: ...
    def came(self, name: str, size: int) -> None: ...
    def note(self, line: str) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...


class Bars:
    """One bar for the whole, and one for each file under way."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._files: dict[str, TaskID] = {}
        self._sizes: dict[str, int] = {}
        self._whole = TaskID(-1)
        self._count = self._of = self._done = 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def begin(self, files: int, size: int) -> None:
        self._of = files
        if self._whole < 0:
            self._whole = self._progress.add_task(f"0 of {files} files", total=size or None)
        self._progress.update(self._whole, total=size or None)

    def began(self, key: str, name: str, size: int | None) -> None:
        if key not in self._files:
            self._files[key] = self._progress.add_task(short(name), total=size)

    def progress(self, key: str, received: int, total: int | None) -> None:
        self._sizes[key] = received
        if key in self._files:
            self._progress.update(self._files[key], completed=received, total=total)
        self._update()

    def ended(self, key: str, size: int) -> None:
        self._count += 1
        self._done += size
        self._sizes.pop(key, None)
        if key in self._files:
            self._progress.remove_task(self._files.pop(key))
        self._update()

    def came(self, name: str, size: int) -> None:
        """The bar has shown it."""

    def note(self, line: str) -> None:
        self._progress.console.print(printable(line), markup=False, highlight=False)

    def _update(self) -> None:
        if self._whole >= 0:
            here = self._done + sum(self._sizes.values())
            said = f"{self._count} of {self._of} files"
            self._progress.update(self._whole, completed=here, description=said)


class Lines:
    """For logs: each file that came, and every few seconds how far it is."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._sizes: dict[str, int] = {}
        self._count = self._of = self._done = self._whole = 0
        self._fetched = 0
        self._began_at = self._said_at = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Every line is out already."""

    def begin(self, files: int, size: int) -> None:
        if not self._of:
            self._began_at = self._said_at = time.monotonic()
        self._of, self._whole = files, size

    def began(self, key: str, name: str, size: int | None) -> None:
        """Its end is told."""

    def progress(self, key: str, received: int, total: int | None) -> None:
        self._fetched += max(0, received - self._sizes.get(key, 0))
        self._sizes[key] = received
        self._say_how_far()

    def ended(self, key: str, size: int) -> None:
        self._count += 1
        self._done += size
        self._sizes.pop(key, None)
        self._say_how_far()

    def came(self, name: str, size: int) -> None:
        self.note(f"{name} ({amount(size)})")

    def note(self, line: str) -> None:
        with suppress(BrokenPipeError):  # nobody reads; the files come all the same
            self._out.write(printable(line) + "\n")
            self._out.flush()

    def _say_how_far(self) -> None:
        if time.monotonic() - self._said_at < EVERY:
            return
        self._said_at = time.monotonic()
        here = self._done + sum(self._sizes.values())
        rate = self._fetched / max(0.001, time.monotonic() - self._began_at)
        left = max(0, self._whole - here) / rate if rate else 0
        self.note(
            f"{self._count} of {self._of} files, {amount(here)} of {amount(self._whole)}, "
            f"{amount(int(rate))}/s, {duration(left)} left"
        )


def show_on(out: TextIO) -> Show:
    """Bars where somebody looks, lines where a log is written."""
    console = Console(file=out)
    return Bars(console) if console.is_terminal and not console.is_dumb_terminal else Lines(out)


class Reading:
    """Tells now and then which file is read, while nothing else can be shown."""

    def __init__(self, out: TextIO) -> None:
        self._lines = Lines(out)
        self._said_at = time.monotonic()

    def __call__(self, name: str) -> None:
        if time.monotonic() - self._said_at >= EVERY:
            self._said_at = time.monotonic()
            self._lines.note(f"Reading what is there: {name}")
