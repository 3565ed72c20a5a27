"""What can go wrong with an Immich server, each in one sentence for its owner.

::

    LibraryError
    ├── NotInLibrary
    │   └── NotThere           no such id, or not for this key; a picture not made yet
    ├── LibraryUnavailable
    │   ├── Unreachable        no connection, no answer in time, broken off, busy: try again later
    │   ├── KeyRefused         401
    │   ├── PermissionLacking  403
    │   ├── NotImmich          a web page, a redirect, JSON of another kind, a version too old
    │   └── Refused            400: what was asked for makes no sense to this server
    │       └── TooLarge       413: a proxy in front of it takes no such files
"""

import json
import re
import ssl
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.utils.translation import gettext as _

from portal.library.interface import LibraryError, LibraryUnavailable, NotInLibrary

SHOWN = 200  # characters of a stranger's words


class NotThere(NotInLibrary):
    """The server has no such thing for this key."""


class Unreachable(LibraryUnavailable):
    """No whole answer came. ``wait`` is what the server asked for, in seconds."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class KeyRefused(LibraryUnavailable):
    """The key, the share key or its password is not accepted."""


class PermissionLacking(LibraryUnavailable):
    """The key may not do this; ``permission`` is its name, as far as the server told it."""

    def __init__(self, message: str, permission: str = "") -> None:
        super().__init__(message)
        self.permission = permission


class NotImmich(LibraryUnavailable):
    """Something answers at this address, but not as an Immich that we know."""


class Refused(LibraryUnavailable):
    """The server does not understand the question; its own words follow."""


class TooLarge(Refused):
    """More bytes than somebody on the way takes."""


def of_transport(exc: httpx.HTTPError | httpx.InvalidURL, site: str) -> LibraryError:
    """What went wrong before there was an answer; ``site`` is the server's address."""
    if isinstance(exc, httpx.ConnectTimeout):
        return Unreachable(_("%(site)s does not answer. Is it switched on?") % {"site": site})
    if isinstance(exc, httpx.TimeoutException):
        return Unreachable(_("%(site)s takes too long to answer.") % {"site": site})
    if isinstance(exc, httpx.ConnectError):
        return Unreachable(_of_connecting(exc, site))
    if isinstance(exc, httpx.RemoteProtocolError | httpx.DecodingError):
        return Unreachable(
            _("%(site)s broke off its answer, or does not speak HTTP there.") % {"site": site}
        )
    if isinstance(exc, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return NotImmich(_("%(site)s is not an address.") % {"site": site})
    return Unreachable(_("The connection to %(site)s was lost.") % {"site": site})


def of_answer(response: httpx.Response, body: bytes, site: str) -> LibraryError:
    """What an answer other than 2xx means; ``body`` is its beginning."""
    status = response.status_code
    if response.has_redirect_location:
        return NotImmich(_of_redirect(response, site))
    message = message_in(body)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        return _of_trouble(response, site)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        said = _("%(site)s takes no files of this size: is there a limit in a proxy before it?")
        return TooLarge(said % {"site": site})
    if not is_json(response) or message is None:
        return NotImmich(_of_page(response, site))
    return _of_words(status, message, site)


def _of_words(status: int, message: str, site: str) -> LibraryError:
    if status == HTTPStatus.UNAUTHORIZED:
        return KeyRefused(
            _("%(site)s does not accept the key: %(why)s") % {"site": site, "why": message}
        )
    if status == HTTPStatus.FORBIDDEN:
        return _of_permission(message, site)
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE} or message.startswith("Not found or no"):
        return NotThere(_("This is not there (any more)."))
    return Refused(_("%(site)s refused: %(why)s") % {"site": site, "why": message})


def other_than_expected(site: str) -> NotImmich:
    return NotImmich(
        _("%(site)s does not answer as Immich does. Is it the right address, and is the server "
          "not newer than Loggia knows?") % {"site": site}
    )  # fmt: skip


def too_long(site: str) -> NotImmich:
    return NotImmich(_("%(site)s sends a longer answer than Immich ever does.") % {"site": site})


def is_json(response: httpx.Response) -> bool:
    kind: str = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def message_in(body: bytes) -> str | None:
    """The words of an error of Immich's; ``None`` where it is none."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or "message" not in found:
        return None
    message = found["message"]
    text = ", ".join(map(str, message)) if isinstance(message, list) else str(message)
    return _printable(text)


def page_instead(response: httpx.Response, site: str) -> NotImmich:
    """For an answer that should have been JSON and is none."""
    return NotImmich(_of_page(response, site))


def _of_connecting(exc: httpx.ConnectError, site: str) -> str:
    causes = _causes(exc)
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return _("The certificate of %(site)s is not valid.") % {"site": site}
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return _("%(site)s does not speak TLS there: https or http?") % {"site": site}
    text = str(exc)
    if "refused" in text.lower() or "All connection attempts failed" in text:
        return _("%(site)s refuses connections. Is Immich running?") % {"site": site}
    if re.search(r"name|nodename|address", text, re.IGNORECASE):
        return _("There is no server of the name %(host)s.") % {"host": urlsplit(site).hostname}
    return _("%(site)s cannot be reached.") % {"site": site}


def _causes(exc: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    cause: BaseException | None = exc
    while cause is not None and len(found) < 10:
        found.append(cause)
        cause = cause.__cause__ or cause.__context__
    return found


def _of_redirect(response: httpx.Response, site: str) -> str:
    target = response.headers.get("location", "")
    try:
        url = urlsplit(target)
        host, scheme = url.hostname, url.scheme
    except ValueError:
        host = scheme = ""
    here = urlsplit(site)
    if host == here.hostname and (here.scheme, scheme) == ("http", "https"):
        return _("%(site)s wants to be called with https.") % {"site": site}
    if re.search(r"log-?in|sign-?in|auth|sso|oauth", target, re.IGNORECASE):
        return _("%(site)s leads to a sign-in page: Loggia needs an address without one.") % {
            "site": site
        }
    return _("%(site)s leads elsewhere, to %(host)s. Use the address where Immich is.") % {
        "site": site, "host": _printable(host or "/"),
    }  # fmt: skip


def _of_page(response: httpx.Response, site: str) -> str:
    if "html" in response.headers.get("content-type", ""):
        return _("%(site)s answers with a web page, not as Immich (HTTP %(status)d).") % {
            "site": site, "status": response.status_code,
        }  # fmt: skip
    return _("%(site)s does not answer as Immich does (HTTP %(status)d).") % {
        "site": site, "status": response.status_code,
    }  # fmt: skip


def _of_trouble(response: httpx.Response, site: str) -> Unreachable:
    wait = response.headers.get("retry-after", "")
    seconds = float(wait) if re.fullmatch(r"[0-9]{1,6}", wait) else None
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return Unreachable(_("%(site)s is asked too often.") % {"site": site}, seconds)
    said = _("%(site)s has a fault of its own right now (HTTP %(status)d).")
    return Unreachable(said % {"site": site, "status": response.status_code}, seconds)


def _of_permission(message: str, site: str) -> PermissionLacking:
    named = re.search(r"permission: ([A-Za-z.]{1,60})", message)
    if named:
        said = _("The key for %(site)s lacks the permission %(name)s: make one that has it.")
        return PermissionLacking(said % {"site": site, "name": named[1]}, named[1])
    return PermissionLacking(_("%(site)s forbids this: %(why)s") % {"site": site, "why": message})


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text[:SHOWN])
