"""What a guest's link gives: by its key or its short name, with its password."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import anyio

from downloads.client.access import Access, access_to
from downloads.client.connection import Connection
from downloads.client.errors import ClientError, NotAllowed, NotAServer
from downloads.client.errors import NotThere as ClientNotThere
from downloads.client.server import unlocked
from portal.library.immich.address import BadAddress
from portal.library.immich.client import ImmichClient, Server
from portal.library.immich.failing import KeyRefused, NotImmich, NotThere, Refused

from .wanted import BatchError, WrongOptions

EXPECTED = "--share-url: expected a link like https://photos.example.org/share/KEY or …/s/NAME"
NO_API = "Neither Immich nor Loggia answers at this link: is it whole, as you were given it?"


@dataclass(frozen=True, slots=True)
class Link:
    """The parts of a link's address."""

    site: str
    key: str = field(default="", repr=False)
    slug: str = field(default="", repr=False)

    def server(self) -> Server:
        try:
            return Server.with_share_key(self.site, self.key, self.slug)
        except BadAddress as exc:
            raise WrongOptions(EXPECTED) from exc


def parse(url: str) -> Link:
    """Raises ``WrongOptions``, which does not repeat the address: it opens the link."""
    try:
        parts = urlsplit(url.strip())
        is_web = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError as exc:
        raise WrongOptions(EXPECTED) from exc
    steps = [unquote(step) for step in parts.path.split("/") if step]
    place = next((n for n, step in enumerate(steps[:-1]) if step in {"share", "s"}), None)
    if not is_web or parts.username or place is None:
        raise WrongOptions(EXPECTED)
    below = "".join(f"/{step}" for step in steps[:place])
    site = f"{parts.scheme}://{parts.netloc}{below}"
    handle = steps[place + 1]
    return Link(site, key=handle) if steps[place] == "share" else Link(site, slug=handle)


def let_in(link: Link, password: str) -> Server:
    """The server as a guest sees it whose password was accepted, where there is one."""
    server = link.server()
    if not password:
        return server
    try:
        access = anyio.run(_unlocked, link, password)
    except NotAllowed as exc:
        raise BatchError(str(exc)) from exc
    except NotAServer as exc:
        raise BatchError(f"{exc}. {NO_API}") from exc
    except ClientError as exc:
        raise BatchError(NO_API if isinstance(exc, ClientNotThere) else str(exc)) from exc
    return Server(server.site, {**server.credentials, **access.headers})


def open_link(client: ImmichClient) -> dict[str, Any]:
    """What the link tells of itself. Raises ``BatchError`` and the client's errors."""
    try:
        link = client.get("/shared-links/me")
    except KeyRefused as exc:
        raise BatchError(_why_not(str(exc))) from exc
    except NotImmich as exc:
        raise BatchError(f"{exc} {NO_API}") from exc
    except NotThere as exc:
        raise BatchError(NO_API) from exc
    if not isinstance(link, dict) or "assets" not in link:
        raise BatchError(NO_API)
    if not link.get("allowDownload"):
        raise BatchError("This link does not allow downloads: its owner can change that")
    return link


async def _unlocked(link: Link, password: str) -> Access:
    connection = Connection()
    try:
        access = access_to(link.site, key=link.key or None, slug=link.slug or None)
        return await unlocked(connection, access, password)
    finally:
        await connection.aclose()


def asset_ids(client: ImmichClient, link: dict[str, Any]) -> list[str]:
    """All that the link shows, and the moving halves."""
    if link["type"] == "ALBUM":
        return album_ids(client, link["album"]["id"])
    ids = [each["id"] for each in link["assets"]]
    return _for_download(client, {"assetIds": ids}) if ids else []


def album_ids(client: ImmichClient, album_id: str) -> list[str]:
    """All of an album, whoever it belongs to, and the moving halves."""
    return _for_download(client, {"albumId": album_id})


def _for_download(client: ImmichClient, asked: dict[str, Any]) -> list[str]:
    """The one way that both versions of the API know, for guests too."""
    try:
        archives = client.post("/download/info", asked)["archives"]
    except (Refused, NotThere) as exc:
        raise BatchError("What this shows is not there any more, or not to be downloaded") from exc
    return list(dict.fromkeys(each for archive in archives for each in archive["assetIds"]))


def _why_not(said: str) -> str:
    if "Password required" in said:
        return "The link has a password: give it by --password, or SHARE_PASSWORD"
    return "The link is not known, or has expired"
