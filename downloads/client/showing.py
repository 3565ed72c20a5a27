"""What people see of downloads and uploads; several at once share one display."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from downloads.batch.showing import Show, show_on
from downloads.engine import Completed, DownloadTask, EngineError, Listener, State


@dataclass(slots=True)
class Display:
    """Opened by the first who has something to show, closed after the last."""

    _show: Show | None = None
    _users: int = 0
    _files: int = 0
    _size: int = 0

    @contextmanager
    def opened(self, files: int, size: int) -> Iterator[Show]:
        if self._show is None:
            self._files = self._size = 0
            self._show = show_on(sys.stderr)
            self._show.__enter__()
        show = self._show
        self._users, self._files, self._size = (
            self._users + 1,
            self._files + files,
            self._size + size,
        )
        show.begin(self._files, self._size)
        try:
            yield show
        finally:
            self._users -= 1
            if not self._users:
                show.__exit__(None, None, None)
                self._show = None


@dataclass
class Told(Listener):
    """Tells a show what the engine tells."""

    show: Show
    _sizes: dict[str, int] = field(default_factory=dict)

    def progress(self, task: DownloadTask, received: int, total: int | None) -> None:
        self.show.progress(task.task_id, received, total)

    def status(self, task: DownloadTask, state: State) -> None:
        if state == State.RUNNING:
            self.show.began(task.task_id, task.filename, task.size)
        elif state == State.RETRYING:
            self.show.note(f"{task.filename}: trying again")

    def completed(self, task: DownloadTask, completed: Completed) -> None:
        self.show.ended(task.task_id, completed.size)
        self.show.came(task.filename, completed.size)

    def failed(self, task: DownloadTask, error: EngineError) -> None:
        self.show.ended(task.task_id, 0)
