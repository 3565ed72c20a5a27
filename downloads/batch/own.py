"""The portal's own library, as far as its files are on this machine: they are copied."""

from collections.abc import Sequence
from datetime import UTC, datetime, timezone
from uuid import UUID

from portal.library import get_library
from portal.library.interface import Library
from portal.library.types import Album, Asset, AssetFilter, AssetKind, StoredFile

from .asked import Asked, Which
from .searching import several
from .sources import Found, is_between
from .translating import camera_of
from .wanted import Kind, Missing, Photo, Wanted, WrongOptions


def in_own_library(asked: Asked) -> Found:
    """Raises ``WrongOptions`` for what a folder does not know, and what the library raises."""
    library, which = get_library(), asked.which
    if which.person_ids or which.filters or which.created_after:
        raise WrongOptions(
            "A folder of photos knows no persons, filters and days of upload: use --taken-after, "
            "or name an Immich server by --immich-api-url"
        )
    library.reach()
    album = _album(library, which.album) if which.album else None
    assets = library.assets(AssetFilter(album_id=album.id if album else None))
    names: dict[UUID, str] = {}
    if album is None and "album" in asked.template.fields:
        names = _albums_of_assets(library)
    found = Found("the portal's library")
    _take(library, [each for each in assets if _is_meant(each, which)], found,
          names, album.name if album else "")  # fmt: skip
    return found


def _take(
    library: Library, assets: Sequence[Asset], found: Found, names: dict[UUID, str], album: str
) -> None:
    moving = [each.live_video_id for each in assets if each.live_video_id]
    stored = library.originals([*(each.id for each in assets), *moving])
    for asset in assets:
        halves = [asset]
        if asset.live_video_id:
            halves.append(library.asset(asset.live_video_id))
        files = []
        for half in halves:
            original = stored.get(half.id)
            if isinstance(original, StoredFile):
                files.append(_file(half, original))
            else:
                found.missing.append(Missing(half.filename, "its file is not there now"))
        if files:
            found.photos.append(_photo(asset, tuple(files), album or names.get(asset.id, "")))


def _photo(asset: Asset, files: tuple[Wanted, ...], album: str) -> Photo:
    kind = Kind.VIDEO if asset.kind == AssetKind.VIDEO else Kind.IMAGE
    make, model = asset.exif.make, asset.exif.model
    return Photo(
        id=str(asset.id), kind=Kind.LIVEPHOTO if asset.live_video_id else kind, files=files,
        arrived=asset.taken_at.isoformat(), album=album, camera=camera_of(make, model),
        make=make, model=model,
    )  # fmt: skip


def _file(asset: Asset, stored: StoredFile) -> Wanted:
    return Wanted(
        id=str(asset.id),
        filename=asset.filename,
        origin=stored.path,
        size=stored.size,
        sha1=asset.sha1 or stored.sha1,
        taken_at=asset.taken_at,
        instant=_instant(asset),
    )


def _instant(asset: Asset) -> datetime:
    """Where no offset is known, the clock is taken to be the one of here."""
    if asset.utc_offset is None:
        return asset.taken_at.astimezone()
    return asset.taken_at.replace(tzinfo=timezone(asset.utc_offset)).astimezone(UTC)


def _is_meant(asset: Asset, which: Which) -> bool:
    return is_between(_instant(asset), which)


def _album(library: Library, wanted: str) -> Album:
    albums = library.albums()
    matches = (
        [each for each in albums if str(each.id) == wanted.lower()]
        or [each for each in albums if each.name == wanted]
        or [each for each in albums if each.name.casefold() == wanted.casefold()]
        or [each for each in albums if each.name.rpartition("/")[2].casefold() == wanted.casefold()]
    )
    if not matches:
        raise WrongOptions(f"There is no album {wanted!r} in the portal's library")
    if len(matches) > 1:
        raise WrongOptions(several(wanted, [(each.name, str(each.id)) for each in matches]))
    return matches[0]


def _albums_of_assets(library: Library) -> dict[UUID, str]:
    names: dict[UUID, str] = {}
    for album in library.albums():
        for entry in library.timeline(AssetFilter(album_id=album.id)):
            names.setdefault(entry.id, album.name)
    return names
