"""An album as the owner's photo picker shows it: tiles under their days, piece by piece."""

from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from threading import Lock
from uuid import UUID

from portal.library.interface import Library
from portal.library.types import Album, Asset, AssetFilter, AssetKind, Page, Rendition
from portal.media.tickets import MediaSigner
from sharing.managing.cards import Picture, thumbnail

STEP = 200  # photos of a piece, about: days stay whole
LONGEST = 420  # photos of a piece; fills rows of three to seven where a day is cut
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
class Piece:
    """A part of the album that is fetched and shown at once; its height follows from its days."""

    start: int
    days: tuple[tuple[date, int], ...]
    is_continued: bool  # its first day began in the piece before

    @property
    def end(self) -> int:
        return self.start + sum(count for _day, count in self.days)

    @property
    def days_in_short(self) -> str:
        return ",".join(f"{day}:{count}" for day, count in self.days)


@dataclass(frozen=True, slots=True)
class PickerPage:
    pieces: list[Piece]  # all of the album's
    piece: Piece  # the one shown
    days: list[Day]

    @property
    def next_offset(self) -> int:
        """Where the next piece begins; 0 on the last."""
        return self.piece.end if self.piece is not self.pieces[-1] else 0


def picker_page(library: Library, album: Album, signer: MediaSigner, offset: int) -> PickerPage:
    """The piece in which this offset lies, the last one beyond the end."""
    counts = _counts(library, album)
    pieces = cut(counts)
    piece = next((one for one in pieces if offset < one.end), pieces[-1])
    wanted = Page(piece.start, piece.end - piece.start)
    assets = library.assets(AssetFilter(album_id=album.id), wanted)
    before = piece.days[0][0] if piece.is_continued else None
    return PickerPage(pieces, piece, _days(assets, counts, before, signer))


def cut(counts: Mapping[date, int]) -> list[Piece]:
    """Cut an album of so many photos a day into pieces; an empty one is one empty piece."""
    pieces: list[Piece] = []
    days: list[tuple[date, int]] = []
    start, is_continued = 0, False
    for day, left in _parts(counts):
        gathered = sum(count for _day, count in days)
        if days and (gathered >= STEP or gathered + left > LONGEST):
            pieces.append(Piece(start, tuple(days), is_continued))
            start, is_continued, days = start + gathered, days[-1][0] == day, []
        days.append((day, left))
    return [*pieces, Piece(start, tuple(days), is_continued)]


def _parts(counts: Mapping[date, int]) -> Iterator[tuple[date, int]]:
    """The days, long ones in parts; no two parts of a day fit into one piece."""
    for day, count in counts.items():
        for done in range(0, count, LONGEST):
            yield day, min(LONGEST, count - done)


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
