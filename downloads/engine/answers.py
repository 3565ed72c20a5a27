"""What a server's answer means before its body is read: a file, or which error."""

import ssl

import httpx

from .errors import Busy, EngineError, Gone, Interrupted, Refused, Unauthorized
from .patience import retry_after

UNAUTHORIZED = {401, 403}
GONE = {404, 410}
PASSING = {408, 425, 429}
REDIRECTS = {301, 302, 303, 307, 308}
MOST_REDIRECTS = 5
PAGES = {"text/html", "application/json", "application/xhtml+xml", "text/xml", "application/xml"}


def check_status(response: httpx.Response) -> None:
    """Return for 200, 206 and 416; raise what any other status means."""
    status = response.status_code
    if status in {200, 206} or _is_past_the_end(response):
        return
    raise _error_for(status, response)


def check_encoding(response: httpx.Response) -> None:
    """The bytes must be the file's own: identity was asked for. Raises ``Refused``."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        raise Refused("The server sent the file compressed though it was asked not to")


def check_kind(response: httpx.Response) -> None:
    """Where neither size nor checksum can tell, a web page is no photo. Raises ``Refused``."""
    kind = media_type(response)
    if kind in PAGES:
        raise Refused(f"The server answered with a page ({kind}) instead of the file")


def media_type(response: httpx.Response) -> str:
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


def error_of(exc: httpx.HTTPError) -> EngineError:
    """What a failure below HTTP means."""
    cause: BaseException | None = exc
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Refused("The server's certificate is not one this machine trusts")
        cause = cause.__cause__ or cause.__context__
    if isinstance(exc, httpx.ConnectError | httpx.ConnectTimeout):
        return Interrupted("The server cannot be reached")
    if isinstance(exc, httpx.TimeoutException):
        return Interrupted("The server was silent for too long")
    return Interrupted("The connection broke off")


def next_address(response: httpx.Response) -> httpx.URL | None:
    """Where a redirect leads; None when the answer is none.

    Only to the same origin, or from http to https of the same host, since the headers carry the
    credentials. Raises ``Refused`` for any other.
    """
    if response.status_code not in REDIRECTS:
        return None
    here = response.request.url
    try:
        there = here.join(response.headers.get("location", ""))
    except httpx.InvalidURL as exc:
        raise Refused("The server redirects to an address that is none") from exc
    same = (there.scheme, there.port) == (here.scheme, here.port)
    upgrade = (here.scheme, here.port) == ("http", None) and (there.scheme, there.port) == (
        "https",
        None,
    )
    if there.host != here.host or not (same or upgrade):
        raise Refused("The server redirects elsewhere; the credentials are not sent there")
    return there


def _error_for(status: int, response: httpx.Response) -> EngineError:
    if status in UNAUTHORIZED:
        return Unauthorized(f"The server does not accept the credentials ({status})")
    if status in GONE:
        return Gone(f"The server no longer has it ({status})")
    if status == 400 and media_type(response) == "application/json":
        return Gone("The server does not have it, or does not give it to this key (400)")
    if status in PASSING or status >= 500:
        wait = retry_after(response.headers.get("retry-after"))
        sentence = f"The server cannot answer right now ({status})"
        return Interrupted(sentence) if wait is None else Busy(sentence, wait)
    return Refused(f"The server gave an answer that is no file ({status})")


def _is_past_the_end(response: httpx.Response) -> bool:
    """416, or Immich's 500 that carries the Content-Range of one."""
    ranged = "range" in response.request.headers
    unsatisfied = response.headers.get("content-range", "").startswith("bytes */")
    return ranged and (response.status_code == 416 or (response.status_code == 500 and unsatisfied))
