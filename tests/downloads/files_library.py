"""A library of one album over real files, as downloads need them."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha1
from pathlib import Path
from uuid import UUID, uuid4

from portal.library.types import Asset, AssetFilter, AssetKind, StoredFile
from tests.memory_library import MemoryLibrary

TAKEN = datetime(2024, 7, 12, 10, 30)  # noqa: DTZ001 - a wall clock's


@dataclass
class FilesLibrary(MemoryLibrary):
    root: Path = field(kw_only=True)  # where the files are
    knows_checksums: bool = True
    album_id: UUID = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.album_id = self.add_empty_album("2024/Summer")

    def add(self, name: str, content: bytes, *, live: bytes | None = None) -> Asset:
        """Put a file into the album; ``live=`` is the content of its moving half."""
        asset_id = uuid4()
        path = self.root / f"{asset_id.hex[:6]}-{len(self.held)}{Path(name).suffix}"
        taken = TAKEN + timedelta(seconds=len(self.held))
        is_video = name.lower().endswith((".mp4", ".mov"))
        asset = Asset(
            id=asset_id,
            kind=AssetKind.VIDEO if is_video else AssetKind.IMAGE,
            filename=name,
            media_type="video/mp4" if is_video else "image/jpeg",
            size=len(content),
            width=4000,
            height=3000,
            taken_at=taken,
            utc_offset=timedelta(hours=2),
            sha1=sha1(content, usedforsecurity=False).digest(),
        )
        if live is not None:
            moving = self.add(f"{Path(name).stem}.MOV", live)
            self.hidden.add(moving.id)
            asset = replace(asset, live_video_id=moving.id)
        self.place(asset, self.album_id, self._stored(path, content))
        return asset

    def alias(self, asset: Asset, name: str) -> Asset:
        """One more asset over the same file: many are made quickly."""
        other = replace(asset, id=uuid4(), filename=name)
        self.place(other, self.album_id, self.files[asset.id])
        return other

    def _stored(self, path: Path, content: bytes) -> StoredFile:
        path.write_bytes(content)
        status = path.stat()
        checksum = zlib.crc32(content) if self.knows_checksums else None
        return StoredFile(path, status.st_size, status.st_mtime_ns, "image/jpeg", crc32=checksum)

    @property
    def album_assets(self) -> Sequence[Asset]:
        return self.assets(AssetFilter(album_id=self.album_id))

    def path_of(self, asset: Asset) -> Path:
        return self.files[asset.id].path
