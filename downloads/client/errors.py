"""What can go wrong with a server or a file. Every message is a sentence without addresses or keys.

ClientError
├── NotAllowed     401, 403: the key, the link or its password is not accepted for this
├── NotThere       404, 410, and 400 as Immich answers for a missing id
├── Refused        the server does not want this one file or question; its own words follow
├── Unreachable    no whole answer came, or the server is in trouble: try again later
├── NotAServer     something answers, but not as an Immich or a Loggia that we know
└── Trouble        a file or folder of this machine cannot be read or written
"""

import re
import ssl
from typing import Any

import httpx

from downloads import engine
from downloads.engine.patience import retry_after

SHOWN = 200  # characters of a stranger's words
FULL = 507  # RFC 4918, 11.5: no room on the server's disk
PASSING = {408, 425, 429}


class ClientError(Exception):
    """The boundary's own exception; the text is for people."""


class NotAllowed(ClientError):
    """Nothing else of this kind would succeed either."""


class NotThere(ClientError):
    """The server has no such thing for these credentials."""


class Refused(ClientError):
    """No retry makes it better."""


class Unreachable(ClientError):
    """It may pass. ``wait`` is what the server asked for, in seconds."""

    def __init__(self, message: str, wait: float | None = None, *, is_full: bool = False) -> None:
        super().__init__(message)
        self.wait = wait
        self.is_full = is_full


class NotAServer(ClientError):
    """Not the right address, or a version that is not known."""


class Trouble(ClientError):
    """Of this machine's files."""


def of_transport(exc: httpx.HTTPError | httpx.InvalidURL) -> ClientError:
    """What went wrong before there was an answer."""
    if isinstance(exc, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return NotAServer("The server's address is none")
    if isinstance(exc, httpx.ConnectTimeout | httpx.ConnectError):
        if any(isinstance(each, ssl.SSLCertVerificationError) for each in _causes(exc)):
            return NotAServer("The server's certificate is not one this machine trusts")
        return Unreachable("The server cannot be reached")
    if isinstance(exc, httpx.TimeoutException):
        return Unreachable("The server was silent for too long")
    return Unreachable("The connection to the server broke off")


def of_answer(response: httpx.Response, said: Any) -> ClientError:
    """What a status other than 2xx means; ``said`` is its JSON, where it had any."""
    status, words = response.status_code, words_in(said)
    if response.has_redirect_location:
        return NotAServer("The server leads elsewhere: use the address where Immich or Loggia is")
    if status >= 500 or status in PASSING:
        return _of_trouble(response, words)
    if status in {401, 403}:
        return NotAllowed(f"The server does not allow this: {words or f'HTTP {status}'}")
    if status == 413:
        return Refused(words or "The server, or a proxy before it, takes no files of this size")
    return _of_words(status, words)


def of_engine(exc: engine.EngineError) -> ClientError:
    """The same of what the engine met."""
    if isinstance(exc, engine.Unauthorized):
        return NotAllowed(str(exc))
    if isinstance(exc, engine.Gone):
        return NotThere(str(exc))
    if isinstance(exc, engine.Interrupted | engine.Canceled):
        return Unreachable(str(exc))
    if isinstance(exc, engine.StorageError | engine.InTheWay):
        return Trouble(str(exc))
    return Refused(str(exc))


def words_in(said: Any) -> str:
    """The words of an error of Immich's; empty where it is none."""
    message = said.get("message") if isinstance(said, dict) else None
    text = ", ".join(map(str, message)) if isinstance(message, list) else str(message or "")
    return "".join(char if char.isprintable() else " " for char in text[:SHOWN])


def _of_words(status: int, words: str) -> ClientError:
    if not words:
        return NotAServer(f"The server does not answer as Immich does (HTTP {status})")
    if status in {404, 410} or words.startswith("Not found or no"):
        return NotThere("The server does not have it, or does not show it to these credentials")
    return Refused(f"The server refused: {words}")


def _of_trouble(response: httpx.Response, words: str) -> Unreachable:
    status, wait = response.status_code, retry_after(response.headers.get("retry-after"))
    if status == FULL:
        return Unreachable(words or "The server's disk is full", wait, is_full=True)
    why = f": {words}" if words and not re.fullmatch(r"(?i)internal server error", words) else ""
    return Unreachable(f"The server cannot answer right now (HTTP {status}){why}", wait)


def _causes(exc: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    cause: BaseException | None = exc
    while cause is not None and len(found) < 10:
        found.append(cause)
        cause = cause.__cause__ or cause.__context__
    return found
