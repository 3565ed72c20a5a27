"""Where an asset's content lies right now, among the places the index knows."""

import os
import stat
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from portal.library.folder.models import Place
from portal.library.folder.roots import Look, Root
from portal.library.index.chunks import chunks
from portal.library.types import StoredFile

MOST_IDS = 10_000  # in one query


@dataclass
class Finder:
    """Looks at places without opening them. Each folder's links are resolved once per finder."""

    roots: Mapping[int, Root]
    _folders: dict[tuple[int, bytes], bytes | None] = field(default_factory=dict)

    def find(self, asset_ids: Collection[UUID]) -> dict[UUID, StoredFile]:
        """The first place of each asset that still is as it was indexed; others are left out.

        A file that has changed since is not this asset any more, and may be nobody's business.
        """
        found: dict[UUID, StoredFile] = {}
        for chunk in chunks(asset_ids, MOST_IDS):
            places = Place.objects.present().filter(asset__in=chunk).order_by("pk")
            for asset, root, folder, name, size, mtime_ns, media_type, sha1, crc32 in (
                places.values_list(
                    "asset_id", "folder__root", "folder__path", "name", "size", "mtime_ns",
                    "asset__media_type", "asset__sha1", "asset__crc32",
                )
            ):  # fmt: skip
                if asset in found or root not in self.roots:
                    continue
                path = self._lies_at(root, bytes(folder), bytes(name), Look(size, mtime_ns, 0))
                if path:
                    found[asset] = StoredFile(path, size, mtime_ns, media_type, bytes(sha1), crc32)
        return found

    def _lies_at(self, root: int, folder: bytes, name: bytes, known: Look) -> Path | None:
        """The file without any symbolic link in its path, unless it differs from the index."""
        real_folder = self._real_folder(root, folder)
        if real_folder is None:
            return None
        real: bytes | None = real_folder + b"/" + name
        try:
            status = os.lstat(real or b"")
            if stat.S_ISLNK(status.st_mode):
                real = self.roots[root].resolve(folder, name)
                status = os.lstat(real or b"")
        except OSError:
            return None
        is_same = stat.S_ISREG(status.st_mode) and Look.of(status).is_same(known)
        return Path(os.fsdecode(real)) if real and is_same else None

    def _real_folder(self, root: int, folder: bytes) -> bytes | None:
        key = (root, folder)
        if key not in self._folders:
            self._folders[key] = self.roots[root].resolve(folder, b"")
        return self._folders[key]
