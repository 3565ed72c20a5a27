"""What guests may know of the cleaned file that they get in place of an original."""

import hashlib
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from portal.library import get_library
from portal.library.interface import LibraryError
from portal.library.types import Asset, AssetKind, Rendition
from sharing.api.callers import Caller, GuestCaller
from sharing.api.shapes import Delivered

REMEMBERED = 10_000  # sums, in one process


def delivered(caller: Caller, asset: Asset) -> dict[UUID, Delivered]:
    """The cleaned picture of one asset, made now if need be; blocks.

    Nothing for owners, who get originals, and for videos: cleaning one may take minutes.
    """
    if not isinstance(caller, GuestCaller) or asset.kind is AssetKind.VIDEO:
        return {}
    rights = caller.access.rights
    if rights.location or not rights.download:
        return {}
    try:
        file = get_library().rendition(asset.id, Rendition.LARGE)
        return {asset.id: Delivered(_sum(file.path, file.size, file.mtime_ns), file.size)}
    except (LibraryError, OSError):
        return {}


@lru_cache(maxsize=REMEMBERED)
def _sum(path: Path, _size: int, _mtime_ns: int) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha1").digest()
