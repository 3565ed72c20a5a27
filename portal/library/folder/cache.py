"""Keeps the renditions made on demand within their quota: the least recently used go first."""

from portal.library.folder.models import CachedRendition
from portal.library.keeping import Keeper
from portal.library.renditions import RenditionStore
from portal.library.types import Rendition

ON_DEMAND = frozenset({Rendition.LARGE, Rendition.CLEAN, Rendition.MOTION})


def rendition_cache(store: RenditionStore, quota: int, reserve: int = 0) -> Keeper:
    """``quota`` and ``reserve`` in bytes; the reserve is what stays free of the disk."""
    return Keeper(store, quota, reserve, CachedRendition.objects.all)
