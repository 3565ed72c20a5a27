"""How large a download will be, told before it is prepared."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.conf import settings

from portal.library import get_library
from portal.library.renditions import RenditionStore
from portal.library.types import AssetKind, NamedAsset, Rendition
from sharing.access import Rights

# Of cleaned files that are not made yet nobody knows the size, and the original's is not told.
TYPICAL_PICTURE = 800_000  # bytes, at 2048 pixels
TYPICAL_VIDEO = 20_000_000  # bytes


def sizes_of(photos: Sequence[NamedAsset], rights: Rights) -> Mapping[UUID, int]:
    """Bytes by id, of moving halves too: of the files that are delivered.

    Originals of unknown size count as nothing. What a link delivers cleaned is as large as it lies
    there, and a guess until it is made.
    """
    if rights.originals:
        files = get_library().originals([each for photo in photos for each in ids_of(photo)])
        return {asset_id: file.size or 0 for asset_id, file in files.items()}
    store = RenditionStore(settings.RENDITIONS_DIR)
    return {
        asset_id: _cleaned(store, asset_id, is_video=_is_video(photo, asset_id))
        for photo in photos
        for asset_id in ids_of(photo)
    }


def ids_of(photo: NamedAsset) -> list[UUID]:
    """Of a live photo two: the still, then its moving half."""
    return [photo.id, photo.live_video_id] if photo.live_video_id else [photo.id]


def _is_video(photo: NamedAsset, asset_id: UUID) -> bool:
    return photo.kind is AssetKind.VIDEO or asset_id != photo.id


def _cleaned(store: RenditionStore, asset_id: UUID, *, is_video: bool) -> int:
    rendition = Rendition.CLEAN if is_video else Rendition.LARGE
    try:
        return store.path(asset_id, rendition).stat().st_size
    except OSError:
        return TYPICAL_VIDEO if is_video else TYPICAL_PICTURE
