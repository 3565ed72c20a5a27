"""Changes of assets, from any thread."""

from collections.abc import Callable, Sequence
from functools import partial, wraps
from pathlib import Path
from typing import Any, TypeVar, cast

from portal.fake_immich import moments
from portal.fake_immich.asking_assets import forget
from portal.fake_immich.assets import Asset
from portal.fake_immich.contents import InMemory, Made, OnDisk
from portal.fake_immich.making import make_asset
from portal.fake_immich.painting import film, picture_of, pictures
from portal.fake_immich.wire import Json
from portal.fake_immich.world import World

F = TypeVar("F", bound=Callable[..., Any])


def changing(method: F) -> F:
    """With the world's lock, and counted as a change."""

    @wraps(method)
    def locked(self: "ChangesAssets", *args: Any, **kwargs: Any) -> Any:
        with self.world.lock:
            self.world.revision += 1
            return method(self, *args, **kwargs)

    return cast(F, locked)


class ChangesAssets:
    def __init__(self, world: World) -> None:
        self.world = world

    def owner_id(self) -> str:
        return self.world.owner.id

    @changing
    def add_asset(
        self, filename: str = "New.jpg", album_id: str = "", taken_at: str = "", least: int = 0,
        fields: dict[str, Json] | None = None,
    ) -> str:  # fmt: skip
        """A picture or, by its name, a film; ``fields`` are those of ``Asset``. Answers its id."""
        is_film = filename.lower().endswith((".mp4", ".mov"))
        base = film(filename[-3:].lower()) if is_film else pictures()[len(self.world.assets) % 6]
        taken = moments.read(taken_at, needs_zone=False) or moments.now()
        asset = make_asset(self.world, base, filename, taken, least)
        asset.created_at = asset.updated_at = moments.now()
        _set(asset, fields or {})
        self.world.take(asset)
        if album_id:
            self.add_to_album(album_id, [asset.id])
        return asset.id

    @changing
    def change_asset(self, asset_id: str, fields: dict[str, Json]) -> None:
        """Set fields of ``Asset`` and, unless it is among them, ``updated_at``."""
        asset = self.world.assets[asset_id]
        asset.updated_at = moments.now()
        _set(asset, fields)

    @changing
    def replace_bytes(self, asset_id: str) -> None:
        """The same asset with other content, as after an edit of the file."""
        asset = self.world.assets[asset_id]
        base = pictures()[0] if asset.kind == "IMAGE" else film("mp4")
        now = moments.now()
        asset.contents = Made(base.base, f"edited {self.world.new_id()}".encode(), 0, now)
        asset.updated_at = now

    @changing
    def set_bytes(self, asset_id: str, text: str) -> None:
        """Content that is no picture at all."""
        self.world.assets[asset_id].contents = InMemory(text.encode(), moments.now())

    @changing
    def set_file(self, asset_id: str, path: str, media_type: str = "") -> None:
        """A real file as original, with pictures made of it; nothing else of the asset changes."""
        asset = self.world.assets[asset_id]
        asset.contents = OnDisk(Path(path))
        asset.media_type = media_type or asset.media_type
        asset.picture = partial(picture_of, Path(path), asset.kind, asset.media_type)

    @changing
    def set_picture(self, asset_id: str, path: str, media_type: str) -> None:
        """Answer this file for every size, as a server with other settings would."""
        data = Path(path).read_bytes()
        self.world.assets[asset_id].picture = lambda _size: (data, media_type)

    @changing
    def set_playback(self, asset_id: str, path: str) -> None:
        """A transcoded form of a film."""
        self.world.assets[asset_id].playback = OnDisk(Path(path))

    @changing
    def unmake_thumbnails(self, asset_ids: Sequence[str]) -> None:
        for asset_id in asset_ids:
            self.world.assets[asset_id].picture = None

    @changing
    def make_thumbnails(self, asset_ids: Sequence[str]) -> None:
        for asset_id in asset_ids:
            asset = self.world.assets[asset_id]
            base = pictures()[0] if asset.kind == "IMAGE" else film("mp4")
            asset.picture = base.picture

    @changing
    def trash(self, asset_ids: Sequence[str]) -> None:
        for asset_id in asset_ids:
            asset = self.world.assets[asset_id]
            asset.deleted_at = asset.updated_at = moments.now()

    @changing
    def restore(self, asset_ids: Sequence[str]) -> None:
        for asset_id in asset_ids:
            asset = self.world.assets[asset_id]
            asset.deleted_at, asset.updated_at = None, moments.now()

    @changing
    def delete(self, asset_ids: Sequence[str]) -> None:
        for asset_id in asset_ids:
            forget(self.world, asset_id)

    def truth(self, asset_id: str = "", *, with_sha1: bool = True) -> list[Json]:
        """What is really there, hidden and trashed included; ``sha1`` of the bytes, in hex."""
        with self.world.lock:
            assets = [self.world.assets[asset_id]] if asset_id else [*self.world.assets.values()]
        return [_truth(asset, with_sha1=with_sha1) for asset in assets]

    @changing
    def add_to_album(self, album_id: str, asset_ids: Sequence[str]) -> None:
        album = self.world.albums[album_id]
        album.asset_ids |= dict.fromkeys(asset_ids)
        album.cover_id = album.cover_id or next(iter(album.asset_ids), None)
        album.updated_at = moments.now()


def _set(asset: Asset, fields: dict[str, Json]) -> None:
    for name, value in fields.items():
        if name.endswith("_at") and isinstance(value, str):
            value = moments.read(value, needs_zone=False)  # noqa: PLW2901
        if not hasattr(asset, name):
            raise KeyError(name)
        setattr(asset, name, tuple(value) if name == "people" else value)


def _truth(asset: Asset, *, with_sha1: bool) -> Json:
    return {
        "id": asset.id, "filename": asset.filename, "kind": asset.kind,
        "size": asset.contents.size, "visibility": asset.visibility,
        "owner_id": asset.owner_id, "is_trashed": asset.deleted_at is not None,
        "live_video_id": asset.live_video_id, "taken_at": moments.top(asset.taken_at),
        "is_external": asset.library_id is not None,
        **({"sha1": asset.contents.sha1().hex()} if with_sha1 else {}),
    }  # fmt: skip
