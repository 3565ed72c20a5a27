"""What a library holds, as plain values: nothing here knows where the photos live."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple
from uuid import UUID


class AssetKind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"


class Rendition(StrEnum):
    """The forms in which an asset's content is delivered.

    All but the last two are oriented, free of metadata, and in sRGB or with the profile of their
    colours. Videos have the first four too, made from a poster frame, except ``LARGE``.
    """

    THUMBNAIL = "thumbnail"  # WebP, short side 250 px
    THUMBNAIL_2X = "thumbnail2x"  # WebP, short side 500 px, for dense screens
    PREVIEW = "preview"  # JPEG, long side 1440 px
    LARGE = "large"  # JPEG, long side 2048 px, made on demand
    MOTION = "motion"  # the moving half inside a motion photo, without metadata, made on demand
    CLEAN = "clean"  # a video re-muxed without any metadata, made on demand
    PLAYBACK = "playback"  # a video as most browsers play it: the original, or made of it
    ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class Exif:
    """What the camera wrote down. ``None`` and the empty string mean: not known."""

    make: str = ""
    model: str = ""
    lens: str = ""
    exposure_time: float | None = None  # seconds
    f_number: float | None = None
    iso: int | None = None
    focal_length: float | None = None  # millimetres
    latitude: float | None = None  # degrees, WGS 84
    longitude: float | None = None
    description: str = ""
    rating: int | None = None  # 0 to 5; -1 is "rejected" (XMP)
    city: str = ""  # what the home calls the place: as private as the coordinates are
    state: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Asset:
    """A photo or video. Its content never changes: other bytes are another asset."""

    id: UUID
    kind: AssetKind
    filename: str  # valid Unicode, without any folder
    media_type: str
    size: int  # bytes of the original
    width: int  # as seen, after orientation
    height: int
    taken_at: datetime  # local wall-clock time where it was taken, naive
    utc_offset: timedelta | None
    sha1: bytes | None  # of the original's content; None where the library cannot know it
    thumbhash: bytes = b""
    duration: timedelta | None = None  # of a video
    live_video_id: UUID | None = None  # the moving half of a live photo
    has_motion: bool = False  # its own file holds its moving half: ``Rendition.MOTION``
    shown_side: int | None = None  # of a raw file: long side of what it holds to be shown, pixels
    exif: Exif = field(default_factory=Exif)
    added_at: datetime | None = None  # when the library saw it first, aware
    updated_at: datetime | None = None  # when what is known of it changed last, aware
    is_favorite: bool = False
    is_archived: bool = False  # shown in albums, but not where everything is

    @property
    def moment(self) -> datetime:
        """When it was taken by the world's clock, aware; without a zone, as if that were UTC."""
        return moment_of(self.taken_at, self.utc_offset)


def moment_of(taken_at: datetime, utc_offset: timedelta | None) -> datetime:
    """``Asset.moment``, of a wall-clock time and how far that is ahead of UTC."""
    moment = taken_at.replace(tzinfo=UTC)
    try:
        return moment - (utc_offset or timedelta(0))
    except OverflowError:  # in the first hours of the calendar, or its last
        return moment


class TimelineEntry(NamedTuple):
    """One tile of a grid, small enough to hold 20,000 of them."""

    id: UUID
    width: int
    height: int
    taken_at: datetime


class NamedAsset(NamedTuple):
    """What names and dates a file made of an asset, small enough to hold 20,000 of them."""

    id: UUID
    kind: AssetKind
    filename: str  # these and the following as in ``Asset``
    taken_at: datetime
    utc_offset: timedelta | None
    live_video_id: UUID | None


@dataclass(frozen=True, slots=True)
class Album:
    id: UUID
    name: str  # of a folder library: the path below its root, "2024/Summer"
    images: int
    videos: int
    size: int  # bytes of all originals, live videos included
    first: date | None
    last: date | None
    cover_id: UUID | None
    version: str  # differs whenever the album's assets differ
    is_sample: bool = False

    @property
    def count(self) -> int:
        return self.images + self.videos


@dataclass(frozen=True, slots=True)
class Totals:
    images: int
    videos: int
    size: int  # bytes of all originals, live videos included

    @property
    def count(self) -> int:
        return self.images + self.videos


@dataclass(frozen=True, slots=True)
class AssetFilter:
    """Which visible assets: of one album, or with given ids, or all of the library.

    Hidden assets (removed files, the moving halves of live photos) never match.
    """

    album_id: UUID | None = None
    ids: frozenset[UUID] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    offset: int = 0
    limit: int = 100


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A complete file on this machine's disk, as it was when the library last looked at it."""

    path: Path
    size: int
    mtime_ns: int
    media_type: str
    sha1: bytes | None = None
    crc32: int | None = None


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """An original that lies on another server: its bytes come by ``Library.read``.

    ``url`` and ``headers`` fetch it, with any ``Range``; they hold a key, so they are never shown,
    logged or kept.
    """

    asset_id: UUID
    size: int | None  # bytes; None where the other server does not tell
    media_type: str
    version: str  # differs whenever the bytes may differ
    sha1: bytes | None  # of the content; None where it cannot be known
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False, hash=False)
    filename: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that is to become an asset: complete, checked, and left alone until that is done.

    An owner's own (``is_owners``) is checked by the home, which may find it to be no photo at all.

    ``key`` names this one wish, whatever is killed in between: asked again, it is never taken in a
    second time. The moving half of a live photo goes into the same call as its still.
    """

    key: UUID
    path: Path
    filename: str  # as people know it; the home makes it safe and different from its neighbours'
    sha1: bytes  # of the content, which is compared with what the home has in the end
    size: int  # bytes
    media_type: str  # by content, not by name
    modified_at: datetime  # the file's own time, aware
    album_id: UUID | None = None  # of the library; None: into the library alone
    live_video_key: UUID | None = None  # of a still: the key of its moving half
    live_video_id: UUID | None = None  # of a still: its moving half, which the library has already
    created_at: datetime | None = None  # aware; stands in where the camera wrote no date
    sidecar: bytes = b""  # an XMP file that came along: it goes before the file's own words
    is_owners: bool = False  # filed apart from what guests send, and nobody looked into it yet

    @property
    def own_time(self) -> datetime:
        """The earlier of its times: what is changed later was taken before."""
        return min(self.created_at or self.modified_at, self.modified_at)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """The library has it, checked, and so has the album. ``was_there``: before, without us."""

    key: UUID
    asset_id: UUID
    was_there: bool = False


@dataclass(frozen=True, slots=True)
class NotTaken:
    """This one file cannot be taken in; the others could. Not ``is_final``: try again later."""

    key: UUID
    reason: str  # for people
    is_final: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is seen in photos. ``name`` is empty where nobody has given one."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that could not be taken in, with a reason fit for the owner's eyes."""

    path: str
    reason: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What one look at the library's home found.

    ``shrunk_albums`` lost an asset, and ``lost_assets`` lie nowhere any more: links must stop
    granting them. Both are told again by every look until they are acknowledged.
    ``growing`` files are still being written and come with the next look. ``unread`` files were
    not come to in the time given: look again soon.
    """

    added: int = 0
    moved: int = 0
    removed: int = 0
    unchanged: int = 0
    problems: int = 0
    growing: int = 0
    unread: int = 0
    shrunk_albums: frozenset[UUID] = frozenset()
    lost_assets: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class LibraryStatus:
    home: str  # what the owner knows the library as: its root folder, its server's address
    trouble: str  # empty when all is well, else one sentence for the owner
    last_refresh: datetime | None
    is_refreshing: bool
    images: int
    videos: int
    albums: int
    size: int
    renditions_waiting: int
    problems: int
    files_found: int = 0  # by the look under way, or the last one
    files_read: int = 0  # of these; fewer than found while new ones are taken in
    cache_used: int = 0  # bytes of renditions kept that can be made or fetched again
    cache_limit: int = 0  # bytes that these may have; 0 without a cache
    software: str = ""  # that runs the home, with its version: "Immich 2.7.5"; empty for a folder
    lacking: tuple[str, ...] = ()  # permissions of the key that would make things better
    lacking_for_uploads: tuple[str, ...] = ()  # that it needs where a link takes uploads
