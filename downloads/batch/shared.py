"""What a guest's link gives: by its key or its short name, with its password."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from portal.library.immich.address import BadAddress
from portal.library.immich.client import ImmichClient, Server
from portal.library.immich.failing import KeyRefused, NotImmich, NotThere, Refused

from .wanted import BatchError, WrongOptions

EXPECTED = "--share-url: expected a link like https://photos.example.org/share/KEY or …/s/NAME"
NO_API = (
    "No Immich answers at this link. Links of a Loggia portal cannot be fetched from here: open "
    "the link in a browser and press Download there."
)


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


def open_link(client: ImmichClient, password: str) -> dict[str, Any]:
    """What the link tells of itself. Raises ``BatchError`` and the client's errors."""
    try:
        link = _unlocked(client, password) if password else client.get("/shared-links/me")
    except KeyRefused as exc:
        raise BatchError(_why_not(str(exc), has_password=bool(password))) from exc
    except NotImmich as exc:
        raise BatchError(f"{exc} {NO_API}") from exc
    except NotThere as exc:
        raise BatchError(NO_API) from exc
    if not isinstance(link, dict) or "assets" not in link:
        raise BatchError(NO_API)
    if not link.get("allowDownload"):
        raise BatchError("This link does not allow downloads: its owner can change that")
    return link


def _unlocked(client: ImmichClient, password: str) -> Any:
    try:
        return client.post("/shared-links/login", {"password": password})
    except Refused as exc:
        if "not password protected" not in str(exc):
            raise
        return client.get("/shared-links/me")


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


def _why_not(said: str, *, has_password: bool) -> str:
    if "Invalid password" in said:
        return "The link does not accept this password"
    if "Password required" in said and not has_password:
        return "The link has a password: give it by --password, or SHARE_PASSWORD"
    return "The link is not known, or has expired"
