"""The engine's front: a folder, limits, a listener, and one run at a time."""

from collections.abc import Iterable
from pathlib import Path

from .listening import Listener
from .tasks import DownloadTask, Existing, Limits, Report


class Engine:
    """Fetches files into ``folder``.

    ``crc32=True`` computes the CRC-32 of each file on the way (ZIPs want it).
    """

    def __init__(
        self,
        folder: Path,
        *,
        limits: Limits | None = None,
        listener: Listener | None = None,
        existing: Existing = Existing.REFUSE,
        crc32: bool = False,
    ) -> None:
        self.folder = folder
        self.limits = limits or Limits()
        self.listener = listener or Listener()
        self.existing = existing
        self.crc32 = crc32

    async def run(self, tasks: Iterable[DownloadTask]) -> Report:
        """Fetch all; return when every task has come to a final state.

        Errors of files and of the batch are in the report, never raised. Canceling the call
        itself leaves ``.part`` files that a later run resumes.
        Raises ``EngineError`` for two tasks of one id or one filename.
        """
        raise NotImplementedError

    def cancel(self, task_id: str, *, keep_part: bool = False) -> None:
        """Stop one task wherever it is; unknown and ended ones are left alone.

        Call it on the event loop (from a thread: ``loop.call_soon_threadsafe``). What was fetched
        of it is removed, unless ``keep_part``: then a later run resumes it.
        """
        raise NotImplementedError

    def cancel_all(self, *, keep_parts: bool = False) -> None:
        """Stop every task and start none; ``run`` returns its report soon after."""
        raise NotImplementedError
