"""One tile of the guest's grid, with everything the grid and the viewer need to know of it."""

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from django.utils.translation import gettext as _

from portal.library.types import Asset, AssetKind, Rendition
from sharing.showing.delivery import LONGEST_SIDE, Delivery, fitted
from sharing.showing.grid import NARROWEST, WIDEST, day_label

SHORT_SIDE = 250  # pixels of a thumbnail


@dataclass(frozen=True, slots=True)
class Tile:
    """``width`` and ``height`` are the thumbnail's, ``full_…`` the largest picture's to see."""

    asset_id: UUID
    number: int  # counted from 1
    is_video: bool
    alt: str
    width: int
    height: int
    full_width: int
    full_height: int
    thumbnail: str
    thumbnail_2x: str
    preview: str
    large: str
    full: str
    moves: bool
    video: str
    live_video: str
    is_pair: bool  # saved as two files
    download: str
    caption: str
    thumbhash: str
    duration: str
    credit: str = ""  # who sent it, where all guests may read that


@dataclass(frozen=True, slots=True)
class Day:
    """Neighbouring tiles of one day. Where days are not told there is one, and it has no date."""

    date: date | None
    label: str
    tiles: Sequence[Tile]


class TileMaker:
    """Makes the tiles of one link; ``total`` is how many it has, ``senders`` who sent which."""

    def __init__(
        self, delivery: Delivery, total: int, senders: Mapping[UUID, str] | None = None
    ) -> None:
        self.delivery = delivery
        self.total = total
        self.senders = senders or {}

    def tile(self, asset: Asset, number: int) -> Tile:
        delivery, is_video = self.delivery, asset.kind is AssetKind.VIDEO
        width, height = _thumbnail_shape(asset)
        full_width, full_height = self._full_shape(asset)
        return Tile(
            asset_id=asset.id,
            number=number,
            is_video=is_video,
            alt=self._alt(asset, number),
            width=width,
            height=height,
            full_width=full_width,
            full_height=full_height,
            thumbnail=delivery.picture(asset, Rendition.THUMBNAIL),
            thumbnail_2x=delivery.picture(asset, Rendition.THUMBNAIL_2X),
            preview=delivery.picture(asset, Rendition.PREVIEW),
            large=delivery.large(asset),
            full=delivery.full(asset),
            moves=delivery.moves(asset),
            video=delivery.video(asset),
            live_video=delivery.live_video(asset),
            is_pair=asset.live_video_id is not None,
            download=delivery.download(asset, number),
            caption=self._caption(asset),
            thumbhash=b64encode(asset.thumbhash).decode(),
            duration=as_clock(asset.duration) if asset.duration else "",
            credit=self._credit(asset),
        )

    def tiles(self, assets: Iterable[Asset], offset: int) -> list[Tile]:
        return [self.tile(asset, number) for number, asset in enumerate(assets, offset + 1)]

    def days(self, assets: Sequence[Asset], offset: int, *, is_dated: bool = True) -> list[Day]:
        tiles = self.tiles(assets, offset)
        if not (is_dated and self.delivery.rights.metadata):
            return [Day(None, "", tiles)] if tiles else []
        pairs = groupby(zip(assets, tiles, strict=True), lambda pair: pair[0].taken_at.date())
        return [Day(day, day_label(day), [tile for _asset, tile in run]) for day, run in pairs]

    def _full_shape(self, asset: Asset) -> tuple[int, int]:
        if self.delivery.full(asset):
            return asset.width, asset.height
        has_large = self.delivery.large(asset)
        return fitted(asset, LONGEST_SIDE[Rendition.LARGE if has_large else Rendition.PREVIEW])

    def _caption(self, asset: Asset) -> str:
        return asset.exif.description.strip() if self.delivery.rights.metadata else ""

    def _credit(self, asset: Asset) -> str:
        name = self.senders.get(asset.id)
        return _("From %(name)s") % {"name": name} if name else ""

    def _alt(self, asset: Asset, number: int) -> str:
        is_video = asset.kind is AssetKind.VIDEO
        words = (
            _("Video %(number)s of %(total)s") if is_video else _("Photo %(number)s of %(total)s")
        )
        return self._caption(asset) or words % {"number": number, "total": self.total}


def as_clock(duration: timedelta) -> str:
    """0:07, 12:30, 1:02:03."""
    minutes, seconds = divmod(round(duration.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _thumbnail_shape(asset: Asset) -> tuple[int, int]:
    """The shape of the tile, as extreme as the grid allows; the original's size stays untold."""
    ratio = 100 * asset.width / asset.height if asset.height else 100
    ratio = min(max(ratio, NARROWEST), WIDEST)
    if ratio < 100:
        return SHORT_SIDE, round(SHORT_SIDE * 100 / ratio)
    return round(SHORT_SIDE * ratio / 100), SHORT_SIDE
