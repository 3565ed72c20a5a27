"""Where finished renditions lie on disk: known from ids alone, so the byte path need not ask."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from portal.library.types import Rendition

MEDIA_TYPES = {
    Rendition.THUMBNAIL: "image/webp",
    Rendition.THUMBNAIL_2X: "image/webp",
    Rendition.PREVIEW: "image/jpeg",
    Rendition.LARGE: "image/jpeg",
    Rendition.MOTION: "video/mp4",
    Rendition.CLEAN: "video/mp4",
}
AS_IT_LIES = frozenset({Rendition.ORIGINAL, Rendition.PLAYBACK})  # sent from where it is, not kept
SUFFIXES = {"image/webp": ".webp", "image/jpeg": ".jpg", "video/mp4": ".mp4"}


@dataclass(frozen=True, slots=True)
class RenditionStore:
    """Files named ``ab/cd/<asset id>.<rendition><suffix>`` below one folder.

    A file under its final name is complete and never changes: an asset is its content.
    """

    root: Path

    def path(self, asset_id: UUID, rendition: Rendition) -> Path:
        name = asset_id.hex
        suffix = SUFFIXES[MEDIA_TYPES[rendition]]
        return self.root / name[:2] / name[2:4] / f"{name}.{rendition}{suffix}"


def is_whole(path: Path) -> bool:
    """Whether a rendition is there. An empty file is what a power cut can leave of one."""
    try:
        return path.stat().st_size > 0
    except OSError:
        return False
