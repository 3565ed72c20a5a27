"""One look at a file: its checksums, what it shows and what the camera wrote, in one read."""

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha1
from pathlib import Path
from typing import BinaryIO

import numpy as np
from isal import isal_zlib

from portal.library.content import rawfiles
from portal.library.content.boxes import is_cut_off
from portal.library.content.camera import CameraNotes, notes_of, read_notes
from portal.library.content.drawing import draw, largest_of
from portal.library.content.engine import Image
from portal.library.content.formats import HEAD_BYTES, SUFFIXES, Format, recognize
from portal.library.content.moments import from_file_time
from portal.library.content.motion import find_motion
from portal.library.content.opening import open_media, read_bounded
from portal.library.content.sizes import Size, fitting
from portal.library.content.stills import Still, decode, open_still, shrink_to
from portal.library.content.thumbhash import LARGEST_SIDE, encode_thumbhash
from portal.library.content.videos import open_video, poster, read_video_notes
from portal.library.content.wording import marked as _
from portal.library.interface import ContentUnreadable, LibraryError
from portal.library.stamps import written_at
from portal.library.types import AssetKind, Exif, Rendition

__all__ = ["READER", "SUFFIXES", "Content", "ContentChanged", "news_since", "read_content"]

READER = 1  # counts up when more is read of a file than before
_NEWS = ((1, frozenset({"image/jpeg", "image/heic", "image/heif"}) | rawfiles.RAW_TYPES),)

_PIECE = 2**20
_BOXED = {"image/heic", "image/heif", "image/avif", rawfiles.CR3}


class ContentChanged(LibraryError):
    """The file was written to while it was read; it can be read when it has settled."""


@dataclass(frozen=True, slots=True)
class Content:
    """All that a library keeps of one file's content."""

    sha1: bytes
    crc32: int
    size: int
    mtime_ns: int
    kind: AssetKind
    media_type: str
    width: int  # as seen, after orientation
    height: int
    taken_at: datetime  # naive local wall-clock time
    utc_offset: timedelta | None
    duration: timedelta | None
    thumbhash: bytes
    exif: Exif
    content_id: str  # Apple's mark of the two halves of a live photo
    has_motion: bool  # a still that carries its moving half within its own file
    shown_side: int | None  # of a raw file: long side of what can be shown of it, in pixels
    pictures: Mapping[Rendition, bytes] = field(default_factory=dict)  # drawn while it was open


@dataclass(frozen=True, slots=True)
class _Checksums:
    sha1: bytes
    crc32: int


@dataclass(frozen=True, slots=True)
class _Sight:
    width: int
    height: int
    duration: timedelta | None
    thumbhash: bytes
    notes: CameraNotes
    has_motion: bool = False
    shown_side: int | None = None
    pictures: Mapping[Rendition, bytes] = field(default_factory=dict)


def news_since(reader: int) -> frozenset[str]:
    """The media types of which this reader reads more than an earlier one did."""
    return frozenset().union(*(types for version, types in _NEWS if version > reader))


def read_content(path: Path, ahead: Collection[Rendition] = ()) -> Content:
    """Read a photo or video once, from its first byte to its last, and decode it.

    Of a JPEG the renditions ``ahead`` are drawn in passing: most of the effort is decoding, and
    all of it is decoded anyway, lest damage go unseen. Of other kinds they would hold up the look.

    Raises ``ContentUnreadable`` with a reason for the owner, ``ContentChanged`` when the file's
    size or time moved meanwhile, or ``OSError``. Symbolic links are not followed.
    """
    with open_media(path) as file:
        before = os.fstat(file.fileno())
        try:
            found, checksums, sight = _look(file, before.st_size, ahead)
        except ContentUnreadable as exc:
            if _has_changed(file, before):
                raise _changed() from exc
            raise
        if _has_changed(file, before):
            raise _changed()
    return _content(before, found, checksums, sight)


def _look(
    file: BinaryIO, size: int, ahead: Collection[Rendition]
) -> tuple[Format, _Checksums, _Sight]:
    found = recognize(file.read(HEAD_BYTES))
    is_boxed = found.kind is AssetKind.VIDEO or found.media_type in _BOXED
    if is_boxed and is_cut_off(file, size, found.media_type):
        raise _cut_off()
    file.seek(0)
    if found.kind is AssetKind.VIDEO:
        return (found, *_look_at_video(file, found.media_type))
    data = read_bounded(file)
    if found.media_type == "image/tiff":
        found = Format(AssetKind.IMAGE, rawfiles.kind_of_tiff(data))
    return (found, *_look_at_still(data, found.media_type, ahead))


def _look_at_still(
    data: bytes, media_type: str, ahead: Collection[Rendition]
) -> tuple[_Checksums, _Sight]:
    digest = sha1(data, usedforsecurity=False).digest()
    checksums = _Checksums(digest, isal_zlib.crc32(data))
    if media_type in rawfiles.RAW_TYPES and rawfiles.is_cut_off(data, media_type):
        raise _cut_off()
    still = open_still(data, media_type)
    image, pictures = _see(still, ahead)
    width, height = still.whole or (still.width, still.height)
    notes = _notes(data, media_type, still)
    has_motion = find_motion(data, still.xmp) is not None
    side = max(still.width, still.height) if still.whole else None
    return checksums, _Sight(
        width, height, None, _thumbhash(image), notes, has_motion, side, pictures
    )


def _see(still: Still, ahead: Collection[Rendition]) -> tuple[Image, Mapping[Rendition, bytes]]:
    """What the thumbhash is made of, and what was drawn on the way there."""
    if not ahead or not still.is_jpeg:
        return decode(still, _for_thumbhash, rough=True), {}
    image, seen = decode(still, partial(largest_of, ahead)), (still.width, still.height)
    drawn = list(draw(image, seen, ahead))
    _smallest, image, _encoded = drawn[-1]
    pictures = {which: encoded for which, _image, encoded in drawn}
    return shrink_to(image, _for_thumbhash(*seen)), pictures


def _notes(data: bytes, media_type: str, still: Still) -> CameraNotes:
    is_raw = media_type in rawfiles.RAW_TYPES
    told = rawfiles.notes_in(data, media_type) if is_raw else None
    return notes_of(*told) if told else read_notes(still.exif, still.xmp)


def _look_at_video(file: BinaryIO, media_type: str) -> tuple[_Checksums, _Sight]:
    checksums = _sum_up(file.read)
    with open_video(file, media_type) as video:
        image = poster(video, _for_thumbhash)
        notes = read_video_notes(video)
        sight = _Sight(video.width, video.height, video.duration, _thumbhash(image), notes)
    return checksums, sight


def _sum_up(read: Callable[[int], bytes]) -> _Checksums:
    digest, crc = sha1(usedforsecurity=False), 0
    while piece := read(_PIECE):
        digest.update(piece)
        crc = isal_zlib.crc32(piece, crc)
    return _Checksums(digest.digest(), crc)


def _for_thumbhash(width: int, height: int) -> Size:
    return fitting(width, height, LARGEST_SIDE)


def _thumbhash(image: Image) -> bytes:
    if not image.hasalpha():
        image = image.bandjoin(255)
    return encode_thumbhash(np.asarray(image.numpy(), dtype=np.uint8))


def _has_changed(file: BinaryIO, before: os.stat_result) -> bool:
    after = os.fstat(file.fileno())
    return (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns)


def _cut_off() -> ContentUnreadable:
    return ContentUnreadable(_("The file is cut off: it does not reach its end."))


def _changed() -> ContentChanged:
    return ContentChanged(_("The file is still being written."))


def _content(stat: os.stat_result, found: Format, checksums: _Checksums, sight: _Sight) -> Content:
    taken = sight.notes.taken or from_file_time(stat.st_mtime_ns)
    return Content(
        sha1=checksums.sha1,
        crc32=checksums.crc32,
        size=stat.st_size,
        mtime_ns=written_at(stat),
        kind=found.kind,
        media_type=found.media_type,
        width=sight.width,
        height=sight.height,
        taken_at=taken.local,
        utc_offset=taken.offset,
        duration=sight.duration,
        thumbhash=sight.thumbhash,
        exif=sight.notes.exif,
        content_id=sight.notes.content_id,
        has_motion=sight.has_motion,
        shown_side=sight.shown_side,
        pictures=sight.pictures,
    )
