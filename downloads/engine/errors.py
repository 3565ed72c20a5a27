"""What can go wrong with a file or a batch. Every message is a sentence without addresses or keys.

EngineError
├── Unauthorized      401, 403: stops the batch
├── Gone              404, 410, and 400 as Immich answers for a missing id: the file is skipped
├── Refused           an answer that no retry makes better: another host, an encoding, a web page
├── WrongContent      complete, but not of the size or checksum that was asked for
├── InTheWay          the final name is taken, or another process is fetching it
├── StorageError      the folder cannot be written, for another reason than a full disk
├── Interrupted       a network error, silence, a 5xx, a 429, a body cut short: worth a retry
│   └── Busy          …and the server said when to come back
└── Canceled
"""


class EngineError(Exception):
    """The boundary's own exception; the text is for people."""


class Unauthorized(EngineError):
    """The server does not accept the credentials; nothing else would succeed either."""


class Gone(EngineError):
    """The server no longer has the file."""


class Refused(EngineError):
    """The server's answer is not one to take a file from."""


class WrongContent(EngineError):
    """What came is complete, but it is not the file."""


class InTheWay(EngineError):
    """Something else has the place where the file should go."""


class StorageError(EngineError):
    """The folder cannot be read or written."""


class Interrupted(EngineError):
    """The transfer broke off in a way that may pass."""


class Busy(Interrupted):
    """The server asked to be left alone for ``seconds``."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class Canceled(EngineError):
    """Somebody asked to stop."""
