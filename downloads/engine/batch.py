"""One run: starts what the limits allow, collects how each ended, stops when told."""

from collections import Counter
from collections.abc import Sequence

import anyio

from .errors import (
    Canceled,
    EngineError,
    Gone,
    Unauthorized,
)
from .line import Line
from .obtaining import Job, Means, obtain
from .reporting import pairs_of
from .tasks import BatchState, Completed, DownloadTask, Outcome, Report, State


def check_tasks(tasks: Sequence[DownloadTask]) -> None:
    """Two tasks must not share an id or a place. Raises ``EngineError``."""
    for what, values in (
        ("id", Counter(task.task_id for task in tasks)),
        ("name", Counter(task.filename for task in tasks)),
    ):
        value, times = values.most_common(1)[0] if values else ("", 0)
        if times > 1:
            raise EngineError(f"{times} tasks have the same {what}: {value}")


class Batch:
    """The state of one run. Everything happens on one event loop; there is nothing to lock."""

    def __init__(self, tasks: Sequence[DownloadTask], means: Means) -> None:
        self._tasks: list[DownloadTask] = []
        self._ids: set[str] = set()
        self._names: set[str] = set()  # of those that have not ended
        self._means = means
        self._line = Line(means.limits, tasks)
        self._jobs: dict[str, Job] = {}
        self._outcomes: dict[str, Outcome] = {}
        self._state = BatchState.RUNNING
        self._error: EngineError | None = None
        self._changed = anyio.Event()
        self._take(tasks)

    def _take(self, tasks: Sequence[DownloadTask]) -> None:
        self._tasks += tasks
        self._ids.update(task.task_id for task in tasks)
        self._names.update(task.filename for task in tasks)

    async def run(self) -> Report:
        """Fetch everything; the report has an outcome for every task."""
        listener = self._means.listener
        listener.batch(BatchState.RUNNING, "")
        for task in self._tasks:
            listener.status(task, State.QUEUED)
        async with anyio.create_task_group() as group:
            while not self._line.is_done:
                self._changed = anyio.Event()
                while started := self._line.start_next():
                    job = self._jobs[started.task_id] = Job(started)
                    group.start_soon(self._work, job)
                await self._changed.wait()
        if self._state == BatchState.RUNNING:
            self._state = BatchState.ENDED
        listener.batch(self._state, str(self._error or ""))
        return self._report()

    def add(self, tasks: Sequence[DownloadTask]) -> None:
        """Take more tasks into the line."""
        if self._state != BatchState.RUNNING:
            return
        check_tasks(tasks)
        for task in tasks:
            if task.task_id in self._ids or task.filename in self._names:
                raise EngineError(f"{task.filename} is in this run already")
        self._take(tasks)
        self._line.add(tasks)
        for task in tasks:
            self._means.listener.status(task, State.QUEUED)
        self._changed.set()

    def cancel(self, task_id: str, *, keep_part: bool) -> None:
        """Stop a waiting or running task."""
        if task := self._line.drop(task_id):
            self._end(task, State.CANCELED, error=Canceled(f"{task.filename} was canceled"))
            self._changed.set()
        elif job := self._jobs.get(task_id):
            job.keep_part = keep_part
            job.scope.cancel()

    def cancel_all(self, *, keep_parts: bool) -> None:
        """Stop everything."""
        self._stop(BatchState.CANCELED, None, keep_parts=keep_parts)

    def _stop(self, state: BatchState, error: EngineError | None, *, keep_parts: bool) -> None:
        if self._state != BatchState.RUNNING:
            return
        self._state, self._error = state, error
        for task in self._line.drop_all():
            self._end(task, State.CANCELED, error=self._reason(task))
        for job in self._jobs.values():
            job.keep_part = keep_parts
            job.scope.cancel()
        self._changed.set()

    def _reason(self, task: DownloadTask) -> EngineError:
        return self._error or Canceled(f"{task.filename} was canceled")

    async def _work(self, job: Job) -> None:
        task = job.task
        try:
            with job.scope:
                await self._settle(job)
            if job.scope.cancelled_caught:
                self._end(task, State.CANCELED, job, error=self._reason(task))
        finally:
            del self._jobs[task.task_id]
            self._line.leave(task)
            self._changed.set()

    async def _settle(self, job: Job) -> None:
        """Fetch one file, and say how it ended."""
        task = job.task
        try:
            completed = await obtain(job, self._means)
        except Unauthorized as exc:
            self._end(task, State.FAILED, job, error=exc)
            self._stop(BatchState.STOPPED_UNAUTHORIZED, exc, keep_parts=True)
        except Gone as exc:
            self._end(task, State.SKIPPED, job, error=exc)
        except EngineError as exc:
            self._end(task, State.FAILED, job, error=exc)
        else:
            self._end(task, State.COMPLETE, job, completed=completed)

    def _end(
        self,
        task: DownloadTask,
        state: State,
        job: Job | None = None,
        *,
        completed: Completed | None = None,
        error: EngineError | None = None,
    ) -> None:
        retries = job.retries if job else 0
        self._names.discard(task.filename)
        self._outcomes[task.task_id] = Outcome(task, state, completed, error, retries)
        if completed:
            self._means.listener.completed(task, completed)
        elif error:
            self._means.listener.failed(task, error)
        self._means.listener.status(task, state)

    def _report(self) -> Report:
        outcomes = {task.task_id: self._outcomes[task.task_id] for task in self._tasks}
        return Report(outcomes, pairs_of(outcomes.values()), self._state, self._error)
