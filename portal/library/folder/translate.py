"""Between the index's rows and the plain values of ``portal.library.types``."""

from datetime import UTC
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.utils import timezone

from portal.library.folder.models import StoredAsset
from portal.library.folder.roots import readable
from portal.library.index import translate
from portal.library.index.translate import storable
from portal.library.types import Asset, moment_of

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
        "moment_at": moment_of(content.taken_at, content.utc_offset),
        "utc_offset": content.utc_offset,
        "duration": content.duration,
        "content_id": storable(content.content_id)[:200],
        "make": storable(exif.make),
        "model": storable(exif.model),
        "lens": storable(exif.lens),
        "exposure_time": exif.exposure_time,
        "f_number": exif.f_number,
        "iso": exif.iso if exif.iso is not None and 0 < exif.iso <= LARGEST else None,
        "focal_length": exif.focal_length,
        "latitude": exif.latitude,
        "longitude": exif.longitude,
        "description": storable(exif.description),
        "rating": exif.rating if exif.rating in range(-1, 6) else None,
        "has_motion": content.has_motion,
        "shown_side": content.shown_side,
        "read_by": READER,
    }


def as_asset(row: StoredAsset) -> Asset:
    return translate.as_asset(row, bytes(row.sha1))
