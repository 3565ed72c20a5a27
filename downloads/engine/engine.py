"""The engine's front: a folder, limits, a listener, and one run at a time."""

from collections.abc import Callable, Iterable
from pathlib import Path

import httpx

from .batch import Batch, check_tasks
from .disk import Room, free_space
from .errors import EngineError
from .listening import Listener
from .obtaining import Means
from .tasks import DownloadTask, Existing, Limits, Report
from .transport import open_client


class Engine:
    """Fetches files into ``folder``.

    ``crc32=True`` computes the CRC-32 of each file on the way (ZIPs want it). ``transport`` stands
    in for the network, and ``free`` for the disk's own figure of free bytes.
    """

    def __init__(  # noqa: PLR0913 - each has a name and a default
        self,
        folder: Path,
        *,
        limits: Limits | None = None,
        listener: Listener | None = None,
        existing: Existing = Existing.REFUSE,
        crc32: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
        free: Callable[[Path], int] = free_space,
    ) -> None:
        self.folder = folder
        self.limits = limits or Limits()
        self.listener = listener or Listener()
        self.existing = existing
        self.crc32 = crc32
        self._transport = transport
        self._free = free
        self._batch: Batch | None = None

    async def run(self, tasks: Iterable[DownloadTask]) -> Report:
        """Fetch all; return when every task has come to a final state.

        Errors of files and of the batch are in the report, never raised. Canceling the call
        itself leaves ``.part`` files that a later run resumes.
        Raises ``EngineError`` for two tasks of one id or one filename.
        """
        waiting = list(tasks)
        check_tasks(waiting)
        if self._batch is not None:
            raise EngineError("This engine is running already")
        self.folder.mkdir(parents=True, exist_ok=True)
        async with open_client(self.limits, self._transport) as client:
            self._batch = Batch(waiting, self._means(client))
            try:
                return await self._batch.run()
            finally:
                self._batch = None

    def add(self, tasks: Iterable[DownloadTask]) -> None:
        """Give a run more to do while it goes on. Call it on the event loop, as ``cancel``.

        What comes when no run goes on, or after it was stopped, is ignored: the report has no
        outcome for it. Raises ``EngineError`` for an id that this run has had, or the filename of
        a task that has not ended.
        """
        if self._batch is not None:
            self._batch.add(list(tasks))

    def cancel(self, task_id: str, *, keep_part: bool = False) -> None:
        """Stop one task wherever it is; unknown and ended ones are left alone.

        Call it on the event loop (from a thread: ``loop.call_soon_threadsafe``). What was fetched
        of it is removed, unless ``keep_part``: then a later run resumes it.
        """
        if self._batch is not None:
            self._batch.cancel(task_id, keep_part=keep_part)

    def cancel_all(self, *, keep_parts: bool = False) -> None:
        """Stop every task and start none; ``run`` returns its report soon after."""
        if self._batch is not None:
            self._batch.cancel_all(keep_parts=keep_parts)

    def _means(self, client: httpx.AsyncClient) -> Means:
        room = Room(self.folder, self.limits, self.listener.batch, self._free)
        return Means(
            folder=self.folder,
            client=client,
            limits=self.limits,
            listener=self.listener,
            room=room,
            existing=self.existing,
            crc32=self.crc32,
        )
