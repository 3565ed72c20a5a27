"""A world made of a folder of photos: its subfolders are albums."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from portal.fake_immich import moments
from portal.fake_immich.assets import Album, Asset, Shot
from portal.fake_immich.contents import OnDisk
from portal.fake_immich.making import Plan, empty
from portal.fake_immich.media_types import IMAGES, VIDEOS, media_type_of, suffix_of
from portal.fake_immich.painting import picture_of
from portal.fake_immich.world import World
from portal.library.content.reading import Content, read_content
from portal.library.interface import LibraryError


def world_of(folder: Path, plan: Plan) -> World:
    """Raises ``OSError`` when the folder cannot be read."""
    world = empty(plan)
    pairs: dict[str, list[Asset]] = {}
    for path in _files(folder):
        asset, content_id = _asset(world, path, folder)
        world.take(asset)
        _put_into_album(world, asset, path.parent.relative_to(folder))
        pairs.setdefault(content_id or "", []).append(asset)
    pairs.pop("", None)
    for halves in pairs.values():
        _join(world, halves)
    return world


def _files(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is not a folder")
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and suffix_of(path.name) in IMAGES | VIDEOS:
            yield path


def _asset(world: World, path: Path, folder: Path) -> tuple[Asset, str]:
    """What cannot be read is there all the same, without pictures."""
    stat = path.stat()
    written = datetime.fromtimestamp(stat.st_mtime, UTC)
    kind = "VIDEO" if suffix_of(path.name) in VIDEOS else "IMAGE"
    asset = Asset(
        world.new_id(), world.owner.id, kind, path.name, media_type_of(path.name), OnDisk(path),
        None, None, written, written, moments.now(), f"/data/upload/{path.relative_to(folder)}",
        device_asset_id=path.name,
    )  # fmt: skip
    try:
        found = read_content(path)
    except LibraryError:
        return asset, ""
    describe(asset, found)
    asset.picture = partial(picture_of, path, kind, found.media_type)
    return asset, found.content_id


def describe(asset: Asset, found: Content) -> None:
    """Let an asset be what was read of its file."""
    exif = found.exif
    offset = found.utc_offset or timedelta(0)
    asset.taken_at = found.taken_at.replace(tzinfo=UTC) - offset
    asset.offset = offset
    asset.kind, asset.media_type = found.kind.upper(), found.media_type
    asset.width, asset.height, asset.thumbhash = found.width, found.height, found.thumbhash
    asset.duration = found.duration.total_seconds() if found.duration else 0.0
    asset.description, asset.rating = exif.description, exif.rating
    seconds = exif.exposure_time
    exposure = f"1/{round(1 / seconds)}" if seconds and seconds < 1 else seconds and f"{seconds:g}"
    asset.shot = Shot(
        exif.make or None, exif.model or None, exif.lens or None, exif.f_number,
        exif.focal_length, exif.iso, exposure or None, exif.latitude, exif.longitude,
    )  # fmt: skip


def _put_into_album(world: World, asset: Asset, folder: Path) -> None:
    name = folder.as_posix()
    if name == ".":
        return
    album = next((each for each in world.albums.values() if each.name == name), None)
    if album is None:
        now = moments.now()
        album = Album(world.new_id(), world.owner.id, name, now, now, cover_id=asset.id)
        world.albums[album.id] = album
    album.asset_ids[asset.id] = None


def _join(world: World, halves: list[Asset]) -> None:
    """Live photos: the moving half is hidden and in no album."""
    still = next((each for each in halves if each.kind == "IMAGE"), None)
    moving = next((each for each in halves if each.kind == "VIDEO"), None)
    if still is None or moving is None:
        return
    still.live_video_id = moving.id
    moving.visibility = "hidden"
    for album in world.albums.values():
        album.asset_ids.pop(moving.id, None)
        if album.cover_id == moving.id:
            album.cover_id = still.id
