"""A portal album as its owner arranges it: a page of tiles in the album's order."""

from dataclasses import dataclass

from portal.library.types import Page
from portal.media.tickets import MediaSigner
from sharing.albums.models import PortalAlbum
from sharing.contents import AlbumContents
from sharing.managing.picker import STEP, PickerTile, picker_tile


@dataclass(frozen=True, slots=True)
class ArrangerPage:
    tiles: list[PickerTile]
    offset: int
    next_offset: int  # 0 on the last page


def arranger_page(album: PortalAlbum, signer: MediaSigner, offset: int) -> ArrangerPage:
    """Tiles from this offset on; raises ``LibraryUnavailable``."""
    offset = min(offset, max(0, album.count - 1)) // STEP * STEP
    contents = AlbumContents(album.pk, album.order, is_dated=not album.is_by_hand)
    assets = contents.assets(Page(offset, STEP))
    end = offset + STEP
    return ArrangerPage(
        tiles=[picker_tile(asset, signer) for asset in assets],
        offset=offset,
        next_offset=end if end < album.count else 0,
    )
