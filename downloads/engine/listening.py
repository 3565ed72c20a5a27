"""Who hears what happens."""

from .errors import EngineError
from .tasks import BatchState, Completed, DownloadTask, State


class Listener:
    """Override what you want to hear.

    Everything is called on the event loop and must return quickly; what it raises ends the run.
    ``progress`` comes with every piece that arrives, so a listener that writes somewhere thins it
    out itself. Every task ends with exactly one final ``status``, after its ``completed`` or
    ``failed``.
    """

    def progress(self, task: DownloadTask, received: int, total: int | None) -> None:
        """``received`` bytes of ``total`` are here; less than before when a transfer restarts."""

    def status(self, task: DownloadTask, state: State) -> None:
        """The task came into this state."""

    def completed(self, task: DownloadTask, completed: Completed) -> None:
        """The file is there."""

    def failed(self, task: DownloadTask, error: EngineError) -> None:
        """The task ended without a file: skipped, failed or canceled."""

    def batch(self, state: BatchState, reason: str) -> None:
        """The whole run came into this state; ``reason`` is a sentence, or empty."""
