"""Between the index's rows and the plain values of ``portal.library.types``."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.utils import timezone

from portal.library.folder.models import StoredAlbum, StoredAsset
from portal.library.folder.roots import readable
from portal.library.types import Album, Asset, AssetKind, Exif

if TYPE_CHECKING:
    from portal.library.content.reading import Content

LARGEST = 2**31 - 1


def make_asset(content: "Content", name: bytes) -> StoredAsset:
    """The unsaved row of new content; it counts as removed until it is settled where it lies."""
    return StoredAsset(
        id=uuid4(),
        sha1=content.sha1,
        crc32=content.crc32,
        size=content.size,
        kind=content.kind,
        media_type=content.media_type,
        filename=readable(name),
        thumbhash=content.thumbhash,
        removed_at=timezone.now(),
        **facts_of(content),
    )


def facts_of(content: "Content") -> dict[str, Any]:
    """What was read in a file, by the row's fields; a later reader may read more or better."""
    from portal.library.content.reading import READER

    exif = content.exif
    return {
        "width": content.width,
        "height": content.height,
        "taken_at": content.taken_at.replace(tzinfo=UTC),
        "utc_offset": content.utc_offset,
        "duration": content.duration,
        "content_id": _storable(content.content_id)[:200],
        "make": _storable(exif.make),
        "model": _storable(exif.model),
        "lens": _storable(exif.lens),
        "exposure_time": exif.exposure_time,
        "f_number": exif.f_number,
        "iso": exif.iso if exif.iso is not None and 0 < exif.iso <= LARGEST else None,
        "focal_length": exif.focal_length,
        "latitude": exif.latitude,
        "longitude": exif.longitude,
        "description": _storable(exif.description),
        "rating": exif.rating if exif.rating in range(-1, 6) else None,
        "has_motion": content.has_motion,
        "shown_side": content.shown_side,
        "read_by": READER,
    }


def as_asset(row: StoredAsset) -> Asset:
    return Asset(
        id=row.pk,
        kind=AssetKind(row.kind),
        filename=row.filename,
        media_type=row.media_type,
        size=row.size,
        width=row.width,
        height=row.height,
        taken_at=as_local(row.taken_at),
        utc_offset=row.utc_offset,
        sha1=bytes(row.sha1),
        thumbhash=bytes(row.thumbhash),
        duration=row.duration,
        live_video_id=row.live_video_id,
        has_motion=row.has_motion,
        shown_side=row.shown_side,
        exif=Exif(
            make=row.make,
            model=row.model,
            lens=row.lens,
            exposure_time=row.exposure_time,
            f_number=row.f_number,
            iso=row.iso,
            focal_length=row.focal_length,
            latitude=row.latitude,
            longitude=row.longitude,
            description=row.description,
            rating=row.rating,
        ),
    )


def as_album(row: StoredAlbum) -> Album:
    return Album(
        id=row.pk,
        name=row.name,
        images=row.images,
        videos=row.videos,
        size=row.size,
        first=row.first,
        last=row.last,
        cover_id=row.cover_id,
        version=row.version,
        is_sample=row.is_sample,
    )


def as_local(stored: datetime) -> datetime:
    """The wall-clock time that a row keeps as if it were UTC."""
    return stored.replace(tzinfo=None)


def _storable(text: str) -> str:
    """Text that every database takes: no NUL, no lone surrogate."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
