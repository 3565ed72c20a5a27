"""Changes of assets, albums and links, from any thread."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from portal.fake_immich import moments
from portal.fake_immich.asking_assets import forget
from portal.fake_immich.assets import Album, Asset, SharedLink
from portal.fake_immich.contents import InMemory, Made
from portal.fake_immich.making import make_asset
from portal.fake_immich.painting import film, pictures
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


class ChangesAlbums(ChangesAssets):
    def albums(self) -> dict[str, str]:
        """Ids by name."""
        with self.world.lock:
            return {album.name: album.id for album in self.world.albums.values()}

    @changing
    def add_album(self, name: str, asset_ids: Sequence[str] = ()) -> str:
        now = moments.now()
        album = Album(self.world.new_id(), self.world.owner.id, name, now, now)
        album.asset_ids = dict.fromkeys(asset_ids)
        album.cover_id = next(iter(asset_ids), None)
        self.world.albums[album.id] = album
        return album.id

    @changing
    def remove_from_album(self, album_id: str, asset_ids: Sequence[str]) -> None:
        """Leaves ``updatedAt`` as it was, as Immich does."""
        album = self.world.albums[album_id]
        for asset_id in asset_ids:
            album.asset_ids.pop(asset_id, None)
        if album.cover_id not in album.asset_ids:
            album.cover_id = next(iter(album.asset_ids), None)

    @changing
    def rename_album(self, album_id: str, name: str) -> None:
        self.world.albums[album_id].name = name
        self.world.albums[album_id].updated_at = moments.now()

    @changing
    def delete_album(self, album_id: str) -> None:
        del self.world.albums[album_id]

    @changing
    def add_link(
        self, album_id: str | None = None, asset_ids: Sequence[str] = (),
        seconds: float | None = None, **fields: Any,
    ) -> dict[str, str]:  # fmt: skip
        """``fields`` as ``SharedLink`` has them: slug, password, allow_download, show_metadata."""
        now = moments.now()
        link = SharedLink(
            self.world.new_id(), self.world.random.randbytes(50), self.world.owner.id, now,
            album_id, dict.fromkeys(asset_ids), **fields,
        )  # fmt: skip
        if seconds is not None:
            link.expires_at = now + timedelta(seconds=seconds)
        self.world.links[link.id] = link
        path = f"/s/{link.slug}" if link.slug else f"/share/{link.text_key}"
        return {"id": link.id, "key": link.text_key, "path": path}

    @changing
    def delete_link(self, link_id: str) -> None:
        del self.world.links[link_id]


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
