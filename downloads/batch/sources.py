"""Where the photos come from: a server, a guest's link, or the portal's own library."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings

from portal.library.immich.address import BadAddress
from portal.library.immich.client import ImmichClient, Server
from portal.library.immich.failing import Refused
from portal.library.interface import LibraryError

from . import searching, shared
from .asked import Asked, Which
from .translating import Translator
from .wanted import BatchError, Missing, Photo, WrongOptions

AT_ONCE = 6  # requests for single assets
MANY = 50  # moving halves, from which on they are searched for

Json = Mapping[str, Any]


@dataclass(slots=True)
class Found:
    """What a source has of what was asked for."""

    home: str  # where it was found, for people
    photos: list[Photo] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def find(asked: Asked) -> Found:
    """Raises ``BatchError``, ``WrongOptions`` among them."""
    try:
        if asked.share_url:
            return _by_link(asked)
        if server := _server(asked):
            return _on_server(asked, server)
        from .own import in_own_library

        return in_own_library(asked)
    except LibraryError as exc:
        raise BatchError(str(exc)) from exc
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as exc:
        raise BatchError("The server does not answer as Immich does") from exc


def _server(asked: Asked) -> Server | None:
    """The server given, else the portal's, if that is an Immich."""
    url = asked.api_url or getattr(settings, "LOGGIA_IMMICH_URL", "")
    key = asked.api_key if asked.api_url else getattr(settings, "LOGGIA_IMMICH_API_KEY", "")
    if not url:
        return None
    try:
        return Server.with_key(url, key)
    except BadAddress as exc:
        raise WrongOptions(f"--immich-api-url and --immich-api-key: {exc}") from exc


def _on_server(asked: Asked, server: Server) -> Found:
    client = ImmichClient(server)
    try:
        searching.check_version(client)
        return _searched(asked, client)
    finally:
        client.close()


def _searched(asked: Asked, client: ImmichClient) -> Found:
    which = asked.which
    album = searching.find_album(client, which.album) if which.album else None
    body = searching.search_body(which, album["id"] if album else "")
    try:
        own, counted = searching.find_all(client, body)
    except Refused as exc:
        raise WrongOptions(str(exc)) from exc
    assets: dict[str, Json] = {**own}
    names: dict[str, str] = {}
    if album is None and "album" in asked.template.fields:
        names = searching.albums_of_assets(client, which)
    if album:
        assets |= _of_others(client, album, which, assets)
    translator = Translator(client.server, _moving_halves(client, assets.values()).get)
    found = Found(client.server.site)
    albums = {key: album["albumName"] if album else names.get(key, "") for key in assets}
    found.photos += photos_of(translator, assets, albums, found.missing)
    found.missing += translator.missing
    if len(own) < counted:
        reason = "the server counts them and does not list them"
        found.missing.append(Missing(f"{counted - len(own)} photos", reason))
    return found


def _of_others(
    client: ImmichClient, album: Json, which: Which, known: Mapping[str, Any]
) -> dict[str, Json]:
    """Photos that others put into a shared album: the search finds one's own only."""
    if which.person_ids or which.filters or which.created_after:
        return {}
    if int(album.get("assetCount") or 0) <= len(known):
        return {}
    ids = shared.album_ids(client, str(album["id"]))
    others = _each(client, [each for each in ids if each not in known])
    return {
        key: each
        for key, each in others.items()
        if each["visibility"] == "timeline" and is_between(_instant(each), which)
    }


def _moving_halves(client: ImmichClient, assets: Iterable[Json]) -> dict[str, Json]:
    """The moving halves of live photos; no search for photos finds them."""
    ids = [str(each["livePhotoVideoId"]) for each in assets if each.get("livePhotoVideoId")]
    found: dict[str, Json] = {}
    if len(ids) > MANY:
        hidden, _counted = searching.find_all(client, {"visibility": "hidden"})
        found = {each: hidden[each] for each in ids if each in hidden}
    return found | _each(client, [each for each in ids if each not in found])


def _each(client: ImmichClient, ids: Iterable[str]) -> dict[str, Json]:
    """Assets one by one, a few at once; without those that are not there."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            answers = list(pool.map(lambda asset_id: searching.asset(client, asset_id), ids))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return {str(each["id"]): each for each in answers if each}


def photos_of(
    translator: Translator,
    assets: Mapping[str, Json],
    albums: Mapping[str, str],
    missing: list[Missing],
) -> list[Photo]:
    """Both by id. One photo that makes no sense is named, and keeps the others from nobody."""
    photos = []
    for key, asset in assets.items():
        try:
            photos.append(translator.photo(asset, albums[key]))
        except BatchError as exc:
            missing.append(Missing(str(asset.get("originalFileName") or key), str(exc)))
    return photos


def _by_link(asked: Asked) -> Found:
    link = shared.parse(asked.share_url)
    client = ImmichClient(shared.let_in(link, asked.password))
    try:
        return _of_link(asked, client)
    finally:
        client.close()


def _of_link(asked: Asked, client: ImmichClient) -> Found:
    which = asked.which
    if which.album or which.person_ids or which.filters or which.created_after:
        raise WrongOptions(
            "A link knows no albums, persons, filters and days of upload: leave out --album, "
            "--person-ids, --filters, --after and --last-days"
        )
    link = shared.open_link(client)
    ids = shared.asset_ids(client, link)
    assets = _each(client, ids)
    found = Found(f"a link of {client.server.site}")
    found.missing += [
        Missing(each, "it is not there any more") for each in ids if each not in assets
    ]
    halves = {each["livePhotoVideoId"] for each in assets.values() if each["livePhotoVideoId"]}
    translator = Translator(client.server, assets.get)
    name = str((link.get("album") or {}).get("albumName") or "")
    shown = {key: asset for key, asset in assets.items() if key not in halves}
    photos = photos_of(translator, shown, dict.fromkeys(shown, name), found.missing)
    found.photos += [each for each in photos if is_between(each.still.instant, which)]
    found.missing += translator.missing
    return found


def _instant(asset: Json) -> datetime:
    return datetime.fromisoformat(asset["fileCreatedAt"])


def is_between(instant: datetime, which: Which) -> bool:
    after, before = which.taken_after, which.taken_before
    return (after is None or instant >= after) and (before is None or instant <= before)
