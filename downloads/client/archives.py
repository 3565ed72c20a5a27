"""Archives of many assets: split as the server says, fetched one after another, and tested."""

import hashlib
import os
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from .errors import NotThere, Refused, Trouble
from .places import MOST, Places, sha1_of
from .server import not_as_expected

UNTESTED = ".untested"


@dataclass(frozen=True, slots=True)
class DownloadInfo:
    """Which assets; one of ``asset_ids``, ``album_id`` and ``user_id``.

    ``archive_size`` is how many bytes of files one archive may hold.
    """

    asset_ids: Sequence[UUID | str] = ()
    album_id: UUID | str | None = None
    user_id: UUID | str | None = None
    archive_size: int | None = None

    def as_json(self) -> dict[str, Any]:
        named = {
            "assetIds": [str(each) for each in self.asset_ids] or None,
            "albumId": str(self.album_id) if self.album_id else None,
            "userId": str(self.user_id) if self.user_id else None,
        }
        chosen = {name: value for name, value in named.items() if value}
        if len(chosen) != 1:
            raise Refused("Say which assets: their ids, an album's id, or a user's id")
        return chosen | ({"archiveSize": self.archive_size} if self.archive_size else {})


@dataclass(frozen=True, slots=True)
class Part:
    """One archive to come. ``name`` is always the same for the same assets: so it resumes."""

    asset_ids: tuple[str, ...]
    size: int

    @property
    def name(self) -> str:
        ids = "\0".join(sorted(self.asset_ids)).encode()
        return f"archive-{hashlib.sha256(ids).hexdigest()[:10]}.zip"


def parts_in(said: Mapping[str, Any]) -> list[Part]:
    """What ``/download/info`` says. Raises ``NotThere`` where there is nothing to download."""
    try:
        parts = [
            Part(tuple(str(UUID(each)) for each in one["assetIds"]), int(one["size"]))
            for one in said["archives"]
        ]
    except (TypeError, KeyError, ValueError, AttributeError) as exc:
        raise not_as_expected() from exc
    parts = [part for part in parts if part.asset_ids]
    if not parts:
        raise NotThere("There is nothing to download in this")
    return parts


def settle(untested: Path) -> Path:
    """Read the archive from end to end, and give it its name; for a thread.

    Immich sends archives without a length, checksum or ETag: only the CRC-32 of each file in it
    can tell that it is whole. Raises ``Refused`` where it is not; the file goes then.
    """
    try:
        with zipfile.ZipFile(untested) as archive:
            broken = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as exc:
        untested.unlink(missing_ok=True)
        raise Refused("What the server sent is no whole archive") from exc
    if broken is not None:
        untested.unlink(missing_ok=True)
        raise Refused(f"The archive that the server sent is damaged: {broken}")
    return _named(untested)


def _named(untested: Path) -> Path:
    """A free name, taken in one step; that of the very same archive where it is there already."""
    places = Places(untested.parent, untested.name.removesuffix(UNTESTED))
    for number in range(1, MOST):
        path = places.path(number)
        try:
            os.link(untested, path)
        except FileExistsError:
            if is_same(untested, path):
                untested.unlink()
                return path
            continue
        except OSError as exc:  # a file system without hard links
            if path.exists():
                continue
            try:
                untested.rename(path)
            except OSError:
                raise Trouble(f"{path} cannot be written: {exc.strerror or exc}") from exc
            return path
        untested.unlink()
        return path
    raise Trouble(f"There are too many files named {places.name}")


def is_same(one: Path, other: Path) -> bool:
    try:
        return one.stat().st_size == other.stat().st_size and sha1_of(one) == sha1_of(other)
    except OSError:
        return False
