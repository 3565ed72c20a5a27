"""How the library in memory is changed by owners."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from portal.library.changing import Amendment
from portal.library.interface import NotAllowed
from portal.library.types import Asset, RefreshReport, StoredFile
from tests.memory_taking import Arrival


class Changing:
    """The part of ``MemoryLibrary`` that owners change; only what was taken in can go."""

    held: dict[UUID, Asset]
    files: dict[UUID, StoredFile]
    members: dict[UUID, list[UUID]]
    arrivals: dict[UUID, Arrival]
    bin: dict[UUID, tuple[Asset, StoredFile]]

    def albums_of(self, asset_id: UUID) -> Collection[UUID]:
        return {pk for pk, assets in self.members.items() if asset_id in assets}

    def join_album(self, album_id: UUID, asset_ids: Sequence[UUID]) -> Mapping[UUID, str]:
        album = self.members[album_id]
        album += [pk for pk in asset_ids if pk in self.held and pk not in album]
        return {pk: "The original is not there." for pk in asset_ids if pk not in self.held}

    def leave_album(self, album_id: UUID, asset_ids: Sequence[UUID]) -> RefreshReport:
        album = self.members[album_id]
        album[:] = [pk for pk in album if pk not in asset_ids]
        return RefreshReport(shrunk_albums=frozenset({album_id}))

    def throw_away(self, asset_ids: Collection[UUID]) -> RefreshReport:
        taken = {one.asset_id for one in self.arrivals.values() if not one.was_there}
        if not taken >= set(asset_ids):
            raise NotAllowed("Nothing was deleted: Loggia never changes your own folder.")
        for pk in asset_ids:
            self.bin[pk] = (self.held.pop(pk), self.files.pop(pk))
            for album in self.members.values():
                album[:] = [one for one in album if one != pk]
        return RefreshReport(lost_assets=frozenset(asset_ids))

    def amend(self, asset_ids: Collection[UUID], amendment: Amendment) -> None:
        for pk in asset_ids:
            self.held[pk] = _amended(self.held[pk], amendment)


def _amended(asset: Asset, amendment: Amendment) -> Asset:
    told: dict[str, Any] = {
        name: value
        for name in ("description", "rating", "latitude", "longitude")
        if (value := getattr(amendment, name)) is not None
    }
    asset = replace(asset, exif=replace(asset.exif, **told))
    marks: dict[str, Any] = {
        name: value
        for name in ("is_favorite", "is_archived")
        if (value := getattr(amendment, name)) is not None
    }
    asset = replace(asset, **marks)
    if amendment.taken_at is not None:
        local, offset = amendment.taken_at.replace(tzinfo=None), amendment.taken_at.utcoffset()
        asset = replace(asset, taken_at=local, utc_offset=offset)
    return asset
