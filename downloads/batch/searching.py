"""Ask an Immich server which assets are meant: the search, page by page, losing none."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from portal.library.immich.client import ImmichClient
from portal.library.immich.failing import NotThere, PermissionLacking

from .asked import Which
from .wanted import BatchError, WrongOptions

PAGE = 1000
MOST_PASSES = 12
OLDEST = (2, 7)
_ONLY_FOR_PAGES = ("withExif", "size", "page", "order", "withPeople", "withStacked")
_KEPT = (
    "id", "type", "visibility", "originalFileName", "originalPath", "checksum",
    "createdAt", "fileCreatedAt", "localDateTime", "livePhotoVideoId",
)  # fmt: skip
_KEPT_OF_EXIF = ("fileSizeInByte", "make", "model")

Json = dict[str, Any]


def check_version(client: ImmichClient) -> None:
    """Raises ``BatchError`` for a server that is older than what we know."""
    answer = client.get("/server/version")
    try:
        version = int(answer["major"]), int(answer["minor"])
    except (TypeError, KeyError, ValueError) as exc:
        raise BatchError(f"{client.server.site} does not answer as Immich does") from exc
    if version < OLDEST:
        raise BatchError(
            f"{client.server.site} runs Immich {version[0]}.{version[1]}; 2.7 or newer is needed"
        )


def search_body(which: Which, album_id: str = "") -> Json:
    """The fields of the search. The timeline only, unless the filters ask for something else."""
    body: Json = {"visibility": "timeline", **which.filters}
    if which.person_ids:
        body["personIds"] = list(which.person_ids)
    if album_id:
        body["albumIds"] = [album_id]
    for name, moment in (
        ("createdAfter", which.created_after),
        ("takenAfter", which.taken_after),
        ("takenBefore", which.taken_before),
    ):
        if moment:
            body[name] = _written(moment)
    return body


def find_all(client: ImmichClient, body: Mapping[str, Any]) -> tuple[dict[str, Json], int]:
    """Every asset that matches, by id, and how many the server counts.

    Pages are ordered by time alone, so assets of one time may repeat or be missing between pages.
    Passes are repeated, from either end, until as many are there as the server counts; or, with a
    key that may not count, until a pass brings nothing new.
    """
    found: dict[str, Json] = {}
    counted = _count(client, body)
    for number in range(MOST_PASSES):
        before = len(found)
        for asset in _pages(client, {**body, "order": "desc" if number % 2 else "asc"}):
            found[str(asset["id"])] = _slim(asset)
        if counted is None:
            if number and len(found) == before:
                break
        elif len(found) >= counted:
            break
        elif len(found) == before:
            counted = _count(client, body)  # assets may have gone meanwhile
    return found, len(found) if counted is None else counted


def find_album(client: ImmichClient, wanted: str) -> Json:
    """An album by its id or its name. Raises ``WrongOptions`` for none, and for several."""
    try:
        albums = all_albums(client)
    except PermissionLacking as exc:
        raise BatchError(f"--album: {exc}") from exc
    matches = (
        [each for each in albums if each["id"] == wanted.lower()]
        or [each for each in albums if each["albumName"] == wanted]
        or [each for each in albums if each["albumName"].casefold() == wanted.casefold()]
    )
    if not matches:
        raise WrongOptions(f"There is no album {wanted!r} for this key")
    if len(matches) > 1:
        raise WrongOptions(f"{several(wanted, [(a['albumName'], a['id']) for a in matches])}")
    return matches[0]


def several(wanted: str, matches: list[tuple[str, str]]) -> str:
    """Say which albums a name could mean."""
    listed = ", ".join(f"{name!r} ({album_id})" for name, album_id in sorted(matches))
    return f"--album {wanted!r} could be {listed}: give the id"


def all_albums(client: ImmichClient) -> list[Json]:
    """One's own albums and those shared with one, by name."""
    found = {each["id"]: each for each in [*client.get("/albums"),
                                           *client.get("/albums", {"shared": "true"})]}  # fmt: skip
    return sorted(found.values(), key=lambda each: (each["albumName"].casefold(), each["id"]))


def albums_of_assets(client: ImmichClient, which: Which) -> dict[str, str]:
    """The first album by name of each asset that is in one."""
    names: dict[str, str] = {}
    for album in all_albums(client):
        within = {"visibility": which.filters.get("visibility", "timeline")}
        found, _counted = find_all(client, {**within, "albumIds": [album["id"]]})
        for asset_id in found:
            names.setdefault(asset_id, album["albumName"])
    return names


def asset(client: ImmichClient, asset_id: str) -> Json | None:
    """One asset in full; None when it is not there (any more). Raises ``ValueError`` for no id."""
    try:
        return dict(client.get(f"/assets/{UUID(asset_id)}"))
    except NotThere:
        return None


def _pages(client: ImmichClient, body: Json) -> Iterator[Json]:
    page, known = 1, 0
    ids: set[str] = set()
    while page:
        asked = {**body, "withExif": True, "size": PAGE, "page": page}
        assets = client.post("/search/metadata", asked)["assets"]
        yield from assets["items"]
        ids.update(str(asset["id"]) for asset in assets["items"])
        following = int(assets["nextPage"] or 0)
        if following and (following <= page or len(ids) == known):
            raise BatchError("The server's pages lead in a circle")
        page, known = following, len(ids)


def _slim(asset: Json) -> Json:
    """What we want of an asset: a hundred thousand of them must fit into memory."""
    exif = asset.get("exifInfo") or {}
    kept = {name: asset[name] for name in _KEPT if name in asset}
    return {**kept, "exifInfo": {name: exif[name] for name in _KEPT_OF_EXIF if name in exif}}


def _count(client: ImmichClient, body: Mapping[str, Any]) -> int | None:
    asked = {name: value for name, value in body.items() if name not in _ONLY_FOR_PAGES}
    try:
        return int(client.post("/search/statistics", asked)["total"])
    except PermissionLacking:
        return None


def _written(moment: datetime) -> str:
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
