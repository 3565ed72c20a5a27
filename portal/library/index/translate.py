"""Between an index's rows and the plain values of ``portal.library.types``."""

from datetime import datetime
from typing import Any

from portal.library.types import Album, Asset, AssetKind, Exif


def as_asset(row: Any, sha1: bytes | None) -> Asset:
    """``sha1`` is of the content: each home keeps it in its own way."""
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
        sha1=sha1,
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
            city=row.city,
            state=row.state,
            country=row.country,
        ),
        added_at=row.added_at,
        updated_at=row.updated_at,
        is_favorite=row.is_favorite,
        is_archived=row.is_archived,
    )


def as_album(row: Any) -> Album:
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


def storable(text: str) -> str:
    """Text that every database takes: no NUL, no lone surrogate."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
