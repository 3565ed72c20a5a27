"""Many files from a server, fast and without a single wrong byte.

    engine = Engine(Path("photos"), listener=Bars(), existing=Existing.VERIFY)
    report = await engine.run(tasks)

Pure asyncio (through anyio) and httpx, no Django; usable alone.

*Tasks* are frozen values; a file goes to ``folder / task.filename``. Six at once, six a host, three
a group (``Limits``); a group at its limit lets the others pass.

*A file appears under its final name only when it is complete and checked*: size and SHA-1 where
they are known, made safe on the disk, renamed in one step, nothing replaced unless ``existing``
says so. Until then it is ``NAME.part``, locked, with ``NAME.part.json`` that says of what. A run
after a kill goes on with a part of the same content and empties any other.

*Errors* (``errors``) end one file and stand in the report; only 401 and 403 stop the batch.
Network errors, 5xx, 429 and bodies cut short are tried three times more, with exponential
back-off, full jitter and the server's own Retry-After; a wrong SHA-1 is fetched once more from the
beginning. A full disk pauses everything and goes on when there is room.

*Cancel* one or all at any moment, on the event loop; canceling the call of ``run`` itself keeps
what can be resumed. A ``Listener`` hears progress, states, completions and errors.
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
