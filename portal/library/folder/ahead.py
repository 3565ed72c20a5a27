"""Pictures that are made of every photo before anybody asks, some while it is read at all."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from portal.library.folder.models import StoredAsset
from portal.library.index.chunks import chunks
from portal.library.renditions import RenditionStore, is_whole
from portal.library.types import Rendition

if TYPE_CHECKING:
    from portal.library.content.reading import Content

logger = logging.getLogger(__name__)
AHEAD = (Rendition.THUMBNAIL, Rendition.THUMBNAIL_2X, Rendition.PREVIEW)


@dataclass(frozen=True)
class Ahead:
    """Keeps what was drawn while files were read. What cannot be kept waits to be made again."""

    store: RenditionStore

    def put_away(self, taken: Mapping[UUID, "Content"]) -> None:
        """Write the pictures of assets that were just recorded, and note that they are there."""
        try:
            ready = [asset for asset, content in taken.items() if self._put(asset, content)]
        except OSError as exc:
            logger.warning("Pictures that were made in passing could not be kept: %s", exc)
            return
        for chunk in chunks(ready):
            waiting = StoredAsset.objects.filter(pk__in=chunk).awaiting_renditions()
            waiting.update(renditions=StoredAsset.Renditions.READY)

    def _put(self, asset: UUID, content: "Content") -> bool:
        from portal.library.content.rendering import write_atomically, write_whole

        for which, encoded in content.pictures.items():
            path = self.store.path(asset, which)
            if not is_whole(path):
                write_atomically(path, partial(write_whole, encoded))
        return bool(content.pictures)
