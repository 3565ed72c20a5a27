"""An album as the owner's photo picker shows it: tiles under their days, page by page."""

from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from threading import Lock
from uuid import UUID

from portal.library.interface import Library
from portal.library.types import Album, Asset, AssetFilter, AssetKind, Page, Rendition
from portal.media.tickets import MediaSigner
from sharing.managing.cards import Picture, thumbnail

STEP = 200
MOST_KEPT = 16  # albums whose days are kept in memory by each process
_recent: OrderedDict[tuple[UUID, str], Counter[date]] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, slots=True)
class PickerTile:
    asset_id: UUID
    name: str
    picture: Picture
    preview: str
    duration: str  # "1:15" for a video, else empty
    is_live: bool


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    count: int  # of the whole album, not only of this page
    is_continued: bool  # began on the page before
    tiles: list[PickerTile]


@dataclass(frozen=True, slots=True)
class PickerPage:
    days: list[Day]
    next_offset: int  # 0 on the last page


def picker_page(library: Library, album: Album, signer: MediaSigner, offset: int) -> PickerPage:
    which = AssetFilter(album_id=album.id)
    assets = library.assets(which, Page(offset, STEP))
    counts = _counts(library, album)
    end = offset + len(assets)
    return PickerPage(
        days=_days(assets, counts, _day_before(counts, offset), signer),
        next_offset=end if assets and end < counts.total() else 0,
    )


def _counts(library: Library, album: Album) -> Counter[date]:
    """How many photos each day has, the days in order; read once for all pages of an album."""
    key = (album.id, album.version)
    with _lock:
        known = _recent.get(key)
    if known is None:
        timeline = library.timeline(AssetFilter(album_id=album.id))
        known = Counter(entry.taken_at.date() for entry in timeline)
        with _lock:
            _recent[key] = known
            while len(_recent) > MOST_KEPT:
                _recent.popitem(last=False)
    return known


def _day_before(counts: Counter[date], offset: int) -> date | None:
    """The day of the photo before this place; none at the beginning and beyond the end."""
    if not offset:
        return None
    until = 0
    for day, count in counts.items():
        until += count
        if offset <= until:
            return day
    return None


def _days(
    assets: Sequence[Asset], counts: Counter[date], before: date | None, signer: MediaSigner
) -> list[Day]:
    return [
        Day(day, counts[day], day == before, [picker_tile(asset, signer) for asset in of_day])
        for day, of_day in groupby(assets, key=lambda asset: asset.taken_at.date())
    ]


def picker_tile(asset: Asset, signer: MediaSigner) -> PickerTile:
    seconds = round(asset.duration.total_seconds()) if asset.duration else 0
    is_video = asset.kind is AssetKind.VIDEO
    return PickerTile(
        asset_id=asset.id,
        name=asset.filename,
        picture=thumbnail(signer, asset.id),
        preview=signer.url(asset.id, Rendition.PREVIEW),
        duration=f"{seconds // 60}:{seconds % 60:02}" if is_video else "",
        is_live=asset.live_video_id is not None or asset.has_motion,
    )
