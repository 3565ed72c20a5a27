"""Bring the files: through the engine, with the right times, remembered once they are right."""

import signal
from collections.abc import Iterable, Sequence
from pathlib import Path

import anyio

from downloads.engine import (
    BatchState,
    Completed,
    DownloadTask,
    Engine,
    EngineError,
    Existing,
    Group,
    Limits,
    Listener,
    State,
)
from downloads.engine.local import LocalFiles, url_of

from .memory import Memory, Remembered
from .naming import How, Naming, Placed
from .result import Arrived, Result
from .settling import ASIDE, aside_of, set_time, settle, tidy
from .showing import Show
from .wanted import BatchError, Kind, Missing

_GROUPS = {Kind.IMAGE: Group.IMAGE, Kind.VIDEO: Group.VIDEO, Kind.LIVEPHOTO: Group.LIVEPHOTO}


class Fetching(Listener):
    """One batch into one folder."""

    def __init__(self, folder: Path, naming: Naming, show: Show) -> None:
        self._folder = folder
        self._naming = naming
        self._show = show
        self._placed: dict[str, Placed] = {}
        self._aside: list[tuple[Placed, Completed]] = []
        self.result = Result()

    @property
    def _memory(self) -> Memory:
        return self._naming.memory

    def run(self, placed: Sequence[Placed], limits: Limits) -> Result:
        """Bring every file; what went wrong is in the result."""
        self._memory.add(Remembered(each.file.id, each.natural, each.path) for each in placed
                         if self._memory.of(each.file.id, each.natural) is None
                         or self._is_renamed(each))  # fmt: skip
        self._take_what_is_there(placed)
        beside = [each for each in placed if each.how in ASIDE | {How.CHECK}]
        fresh = [each for each in placed if each.how == How.FETCH]
        anyio.run(self._run_both, beside, fresh, limits)
        self._put_in_place()
        return self.result

    async def _run_both(
        self, beside: Sequence[Placed], fresh: Sequence[Placed], limits: Limits
    ) -> None:
        """What lies there is checked and repaired first; what is new never replaces anything."""
        await self._run_engine(beside, Existing.VERIFY, limits)
        if not self.result.stopped and not self.result.signal:
            await self._run_engine(fresh, Existing.REFUSE, limits)
        else:
            self.result.canceled += len(fresh)

    async def _run_engine(
        self, placed: Sequence[Placed], existing: Existing, limits: Limits
    ) -> None:
        if not placed:
            return
        is_local = isinstance(placed[0].file.origin, Path)
        transport = LocalFiles() if is_local else None
        engine = Engine(
            self._folder, limits=limits, listener=self, existing=existing, transport=transport
        )
        tasks = [self._task(each) for each in placed]
        error: EngineError | None = None
        async with anyio.create_task_group() as group:
            group.start_soon(self._heed, engine)
            try:
                await engine.run(tasks)
            except EngineError as exc:
                error = exc
            group.cancel_scope.cancel()
        if error:
            raise BatchError(str(error)) from error

    async def _heed(self, engine: Engine) -> None:
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async for number in signals:
                self.result.signal = int(number)
                engine.cancel_all(keep_parts=True)

    def _task(self, placed: Placed) -> DownloadTask:
        photo, file = placed.photo, placed.file
        key = f"{photo.id}/{file.id}"
        self._placed[key] = placed
        part = {"id": photo.id, "part": "image" if file is photo.still else "video"}
        is_local = isinstance(file.origin, Path)
        return DownloadTask(
            key,
            url_of(file.origin) if isinstance(file.origin, Path) else file.origin.url,
            {} if isinstance(file.origin, Path) else file.origin.headers,
            aside_of(placed) if placed.how in ASIDE else placed.path,
            _GROUPS[photo.kind] if not is_local else Group.IMAGE,
            file.size,
            file.sha1,
            part if photo.kind == Kind.LIVEPHOTO else {},
        )

    # What the engine tells

    def progress(self, task: DownloadTask, received: int, total: int | None) -> None:
        self._show.progress(task.task_id, received, total)

    def status(self, task: DownloadTask, state: State) -> None:
        path = self._placed[task.task_id].path
        if state == State.RUNNING:
            self._show.began(task.task_id, path, task.size)
        elif state == State.RETRYING:
            self._show.note(f"{path}: trying again")

    def completed(self, task: DownloadTask, completed: Completed) -> None:
        placed = self._placed[task.task_id]
        self._show.ended(task.task_id, completed.size)
        if placed.how in ASIDE:
            self._aside.append((placed, completed))
            return
        kept = self.result.there if not completed.fetched else (
            self.result.repaired if placed.how == How.CHECK else self.result.fetched
        )  # fmt: skip
        kept.append(self._arrived(placed, placed.path, completed.sha1, completed.size))
        if completed.fetched:
            self._show.came(placed.path, completed.size)

    def failed(self, task: DownloadTask, error: EngineError) -> None:
        placed = self._placed[task.task_id]
        self._show.ended(task.task_id, 0)
        if self.result.signal or self.result.stopped:
            self.result.canceled += 1
            return
        self.result.missing.append(Missing(placed.path, str(error)))
        self._show.note(f"{placed.path}: {error}")

    def batch(self, state: BatchState, reason: str) -> None:
        if state == BatchState.STOPPED_UNAUTHORIZED:
            self.result.stopped = reason
        if reason:
            self._show.note(reason)

    # What lies in the folder

    def _is_renamed(self, placed: Placed) -> bool:
        known = self._memory.of(placed.file.id, placed.natural)
        return known is not None and known.path != placed.path

    def _take_what_is_there(self, placed: Iterable[Placed]) -> None:
        for each in placed:
            if each.how != How.NOTHING:
                continue
            sha1 = each.file.sha1 or self._naming.lying.sha1(each.path)
            size = self._naming.lying.size(each.path)
            if sha1 is None or size is None:
                self.result.missing.append(Missing(each.path, "it cannot be read any more"))
                continue
            self.result.there.append(self._arrived(each, each.path, sha1, size))
            self._show.ended(f"{each.photo.id}/{each.file.id}", size)

    def _put_in_place(self) -> None:
        for placed, completed in self._aside:
            try:
                path = settle(self._folder, self._naming, placed, completed.path)
            except OSError as exc:
                reason = f"it cannot be put in place: {exc.strerror or exc}"
                self.result.missing.append(Missing(placed.path, reason))
                continue
            arrived = self._arrived(placed, path, completed.sha1, completed.size)
            kept = self.result.repaired if path == placed.path else self.result.fetched
            kept.append(arrived)
            self._show.came(path, completed.size)

    def _arrived(self, placed: Placed, path: str, sha1: bytes, size: int) -> Arrived:
        """Give it the time it was taken, and remember that it is ours."""
        file = placed.file
        try:
            set_time(self._folder / path, file.instant.timestamp())
            tidy(self._folder, placed, path)
            known = Remembered(file.id, placed.natural, path, sha1.hex())
            self._memory.add([known], is_safe=False)
        except OSError as exc:
            self._show.note(f"{path}: its time cannot be set: {exc.strerror or exc}")
        except BatchError as exc:  # it is known by its bytes the next time
            self._show.note(str(exc))
        return Arrived(placed, path, sha1, size)
