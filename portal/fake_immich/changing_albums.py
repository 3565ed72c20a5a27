"""Changes of albums and links, from any thread."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from portal.fake_immich import moments
from portal.fake_immich.assets import Album, SharedLink
from portal.fake_immich.changing import ChangesAssets, changing


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
