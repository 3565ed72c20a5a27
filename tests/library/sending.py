"""Files as guests send them: staged under a name that says nothing, with what is known of them."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from portal.library.interface import Library
from portal.library.types import Album, Asset, AssetFilter, Incoming, NotTaken, TakenIn

WHEN = datetime(2025, 8, 9, 14, 30, tzinfo=UTC)
TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".mov": "video/quicktime"}


def sent(path: Path, album: Album | None = None, **changes: Any) -> Incoming:
    """What the intake would hand over of this file."""
    data = path.read_bytes()
    facts: dict[str, Any] = {
        "key": uuid4(),
        "path": path,
        "filename": path.name,
        "sha1": hashlib.sha1(data, usedforsecurity=False).digest(),
        "size": len(data),
        "media_type": TYPES[path.suffix],
        "modified_at": WHEN,
        "album_id": album.id if album else None,
    }
    return Incoming(**{**facts, **changes})


def take(library: Library, *files: Incoming) -> list[UUID]:
    """Take all of them in; the ids of their assets, in the same order."""
    answers = library.take_in(files)
    assert [answer.key for answer in answers] == [file.key for file in files]
    taken = [answer for answer in answers if isinstance(answer, TakenIn)]
    assert len(taken) == len(files), answers
    return [answer.asset_id for answer in taken]


def refused(library: Library, file: Incoming) -> NotTaken:
    [answer] = library.take_in([file])
    assert isinstance(answer, NotTaken)
    return answer


def shown(library: Library, album: Album) -> list[Asset]:
    return list(library.assets(AssetFilter(album_id=album.id)))


def ids_in(library: Library, album: Album) -> set[UUID]:
    return {asset.id for asset in shown(library, album)}
