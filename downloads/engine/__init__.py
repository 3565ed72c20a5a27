"""Many files from a server, fast and without a single wrong byte.

    engine = Engine(Path("photos"), listener=Bars())
    report = await engine.run(tasks)

Pure asyncio (through anyio) and httpx, no Django. A file appears under its final name only when
it is complete and checked.
"""

from .engine import Engine
from .errors import (
    Busy,
    Canceled,
    EngineError,
    Gone,
    Interrupted,
    InTheWay,
    Refused,
    StorageError,
    Unauthorized,
    WrongContent,
)
from .listening import Listener
from .tasks import (
    BatchState,
    Completed,
    DownloadTask,
    Existing,
    Group,
    Limits,
    Outcome,
    Pair,
    Report,
    State,
)

__all__ = [
    "BatchState",
    "Busy",
    "Canceled",
    "Completed",
    "DownloadTask",
    "Engine",
    "EngineError",
    "Existing",
    "Gone",
    "Group",
    "InTheWay",
    "Interrupted",
    "Limits",
    "Listener",
    "Outcome",
    "Pair",
    "Refused",
    "Report",
    "State",
    "StorageError",
    "Unauthorized",
    "WrongContent",
]
