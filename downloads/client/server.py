"""What a server tells of itself: its version, the kinds of files it takes, a link's password."""

from collections.abc import Collection
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

from . import errors
from .access import Access
from .connection import Connection
from .errors import NotAServer, Refused

OLDEST = (2, 7)
TOKEN = "immich_shared_link_token"  # noqa: S105 - the cookie's name


@dataclass(frozen=True, slots=True)
class Version:
    """Of the API that is spoken; Loggia answers with the one of Immich that it follows."""

    major: int
    minor: int
    patch: int

    @property
    def names_devices(self) -> bool:
        """Whether uploads must name a device, which 3.x refuses."""
        return self.major < 3


@dataclass(frozen=True, slots=True)
class Kinds:
    """Suffixes in small letters, with their dots."""

    media: frozenset[str]
    sidecars: frozenset[str] = frozenset({".xmp"})


async def version_of(connection: Connection, access: Access) -> Version:
    """Raises ``NotAServer`` for one that is older than what we know."""
    said = await connection.ask(Access(access.site), "GET", "/server/version")
    try:
        version = Version(int(said["major"]), int(said["minor"]), int(said["patch"]))
    except (TypeError, KeyError, ValueError) as exc:
        raise not_as_expected() from exc
    if (version.major, version.minor) < OLDEST:
        raise NotAServer(
            f"The server runs Immich {version.major}.{version.minor}; 2.7 or newer is needed"
        )
    return version


async def kinds_of(connection: Connection, access: Access) -> Kinds:
    said = await connection.ask(Access(access.site), "GET", "/server/media-types")
    try:
        return Kinds(
            _suffixes(said["image"]) | _suffixes(said["video"]), _suffixes(said["sidecar"])
        )
    except (TypeError, KeyError, AttributeError) as exc:
        raise not_as_expected() from exc


async def unlocked(connection: Connection, access: Access, password: str) -> Access:
    """The same access, with a link's password accepted."""
    try:
        _said, headers = await connection.ask_once(
            access, "POST", "/shared-links/login", {"password": password}
        )
    except Refused as exc:
        if "not password protected" in str(exc):
            return access
        raise
    except errors.NotAllowed as exc:
        raise errors.NotAllowed("The link does not accept this password") from exc
    for line in headers.get_list("set-cookie"):
        if token := _token_in(line):
            return access.with_token(token)
    return access


def not_as_expected() -> NotAServer:
    return NotAServer("The server does not answer as Immich does: is the address right?")


def _token_in(line: str) -> str:
    cookie: SimpleCookie = SimpleCookie()
    try:
        cookie.load(line)
    except CookieError:
        return ""
    return cookie[TOKEN].value if TOKEN in cookie else ""


def _suffixes(listed: Collection[Any]) -> frozenset[str]:
    return frozenset(str(each).lower() for each in listed)
