"""What a link shows and in which order, wherever it comes from: asked by pages and downloads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from portal.library import get_library
from portal.library.types import Asset, AssetFilter, NamedAsset, Page, TimelineEntry
from sharing.albums.models import ItemQuerySet, shown_items
from sharing.contributions.names import as_sent
from sharing.models import SharedLink

MANY = 1_000  # ids; from there on it is quicker to read all that the link shows


class Contents(Protocol):
    """The photos of one link, in the one order in which all of it is shown and downloaded.

    Equal contents are equal values. Calls block, and raise ``LibraryUnavailable``.
    """

    def __hash__(self) -> int: ...

    @property
    def is_dated(self) -> bool:
        """Whether neighbours are neighbours in time, so that days make sense."""

    def assets(self, page: Page) -> Sequence[Asset]:
        """A page of what is shown."""

    def asset(self, asset_id: UUID) -> Asset | None:
        """One photo as this link has it: a moving half may lie in another album."""

    def contains(self, asset_id: UUID) -> bool:
        """Whether the photo is shown, or is the moving half of one that is."""

    def ids(self) -> Sequence[UUID]:
        """All ids, in order."""

    def timeline(self) -> Sequence[TimelineEntry]:
        """What a grid needs of all, in order."""

    def named(self, asset_ids: frozenset[UUID]) -> Sequence[NamedAsset]:
        """What files are named after: of those of these that are shown, in order."""


@dataclass(frozen=True, slots=True)
class LibraryContents:
    """An album of the library, or chosen photos: in the library's own order."""

    which: AssetFilter
    is_dated: bool = True

    def assets(self, page: Page) -> Sequence[Asset]:
        return as_sent(self.which.album_id, get_library().assets(self.which, page))

    def asset(self, asset_id: UUID) -> Asset | None:
        if self.which.ids is not None and asset_id not in self.which.ids:
            return None
        this = AssetFilter(self.which.album_id, frozenset({asset_id}))
        return next(iter(as_sent(self.which.album_id, get_library().assets(this))), None)

    def contains(self, asset_id: UUID) -> bool:
        return get_library().contains(self.which, asset_id)

    def ids(self) -> Sequence[UUID]:
        return [entry.id for entry in self.timeline()]

    def timeline(self) -> Sequence[TimelineEntry]:
        return get_library().timeline(self.which)

    def named(self, asset_ids: frozenset[UUID]) -> Sequence[NamedAsset]:
        library, which = get_library(), self.which
        # Archived photos are not in what shows everything; their owners may name them all the same
        if len(asset_ids) > MANY and which != AssetFilter():
            found = [asset for asset in library.named(which) if asset.id in asset_ids]
            return as_sent(which.album_id, found)
        granted = asset_ids if which.ids is None else asset_ids & which.ids
        return as_sent(which.album_id, library.named(AssetFilter(which.album_id, granted)))


@dataclass(frozen=True, slots=True)
class AlbumContents:
    """An album made in the portal, in its own order.

    A page of it is read by its place in the album, so the first answer costs the same for 20 photos
    and for 20,000.
    """

    album_id: UUID
    order: str
    is_dated: bool

    def assets(self, page: Page) -> Sequence[Asset]:
        ids = self._items().asset_ids(page)
        assets = as_sent(self.album_id, get_library().assets(_these(ids)))
        found = {asset.id: asset for asset in assets}
        return [found[asset_id] for asset_id in ids if asset_id in found]

    def asset(self, asset_id: UUID) -> Asset | None:
        if not self._has(asset_id):
            return None
        assets = as_sent(self.album_id, get_library().assets(_these([asset_id])))
        return next(iter(assets), None)

    def contains(self, asset_id: UUID) -> bool:
        # What is not in it may still be the moving half of what is
        among = [asset_id] if self._has(asset_id) else self.ids()
        return get_library().contains(_these(among), asset_id)

    def ids(self) -> Sequence[UUID]:
        return self._items().asset_ids()

    def timeline(self) -> Sequence[TimelineEntry]:
        ids = self.ids()
        found = {entry.id: entry for entry in get_library().timeline(_these(ids))}
        return [found[asset_id] for asset_id in ids if asset_id in found]

    def named(self, asset_ids: frozenset[UUID]) -> Sequence[NamedAsset]:
        ids = [asset_id for asset_id in self.ids() if asset_id in asset_ids]
        assets = as_sent(self.album_id, get_library().named(_these(ids)))
        found = {asset.id: asset for asset in assets}
        return [found[asset_id] for asset_id in ids if asset_id in found]

    def _items(self) -> ItemQuerySet:
        return shown_items(self.album_id, self.order)

    def _has(self, asset_id: UUID) -> bool:
        return self._items().order_by().filter(asset_id=asset_id).exists()


def contents_of(link: SharedLink) -> Contents:
    """What a link shows now; of a hidden album, and of one that was deleted, nothing."""
    album = link.portal_album
    if album is not None and album.deleted_at is None and not link.hides_album:
        return AlbumContents(album.pk, album.order, is_dated=not album.is_by_hand)
    return LibraryContents(link.assets())


def _these(asset_ids: Sequence[UUID]) -> AssetFilter:
    return AssetFilter(ids=frozenset(asset_ids))
