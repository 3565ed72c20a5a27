"""A library in memory over real files: the smallest home photos can have."""

import zlib
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha1
from pathlib import Path
from uuid import UUID, uuid4

from portal.library.interface import ContentUnreadable, LibraryUnavailable, NotInLibrary
from portal.library.renditions import MEDIA_TYPES, RenditionStore
from portal.library.types import (
    Album,
    Asset,
    AssetFilter,
    AssetKind,
    LibraryStatus,
    NamedAsset,
    Page,
    Person,
    Problem,
    RefreshReport,
    RemoteFile,
    Rendition,
    StoredFile,
    TimelineEntry,
    Totals,
)

TAKEN = datetime(2024, 7, 12, 10, 30)  # noqa: DTZ001 - a wall clock's


@dataclass
class MemoryLibrary:
    """Implements ``portal.library.interface.Library`` as far as downloads need it."""

    root: Path
    store: RenditionStore
    album_id: UUID = field(default_factory=uuid4)
    album_name: str = "2024/Summer"
    known: dict[UUID, Asset] = field(default_factory=dict)
    files: dict[UUID, StoredFile] = field(default_factory=dict)
    hidden: set[UUID] = field(default_factory=set)
    trouble: str = ""
    is_away: bool = False
    unreadable: set[UUID] = field(default_factory=set)
    rendered: list[UUID] = field(default_factory=list)
    knows_checksums: bool = True

    def add(self, name: str, content: bytes, *, live: bytes | None = None) -> Asset:
        """Put a file into the album; ``live=`` is the content of its moving half."""
        asset_id = uuid4()
        path = self.root / f"{asset_id.hex[:6]}-{len(self.known)}{Path(name).suffix}"
        self._store(asset_id, path, content)
        taken = TAKEN + timedelta(seconds=len(self.known))
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
        self.known[asset_id] = asset
        return asset

    def alias(self, asset: Asset, name: str) -> Asset:
        """One more asset over the same file: many are made quickly."""
        other = replace(asset, id=uuid4(), filename=name)
        self.known[other.id], self.files[other.id] = other, self.files[asset.id]
        return other

    def _store(self, asset_id: UUID, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        status = path.stat()
        checksum = zlib.crc32(content) if self.knows_checksums else None
        self.files[asset_id] = StoredFile(
            path, status.st_size, status.st_mtime_ns, "image/jpeg", crc32=checksum
        )

    @property
    def album_assets(self) -> Sequence[Asset]:
        return self.assets(AssetFilter(album_id=self.album_id))

    def path_of(self, asset: Asset) -> Path:
        return self.files[asset.id].path

    def album(self, album_id: UUID) -> Album:
        if album_id != self.album_id:
            raise NotInLibrary
        count = len(self.timeline(AssetFilter(album_id=album_id)))
        return Album(album_id, self.album_name, count, 0, 0, None, None, None, "1")

    def albums(self, ids: Collection[UUID] | None = None) -> Sequence[Album]:
        return [self.album(self.album_id)] if ids is None or self.album_id in ids else []

    def asset(self, asset_id: UUID) -> Asset:
        try:
            return self.known[asset_id]
        except KeyError as exc:
            raise NotInLibrary from exc

    def assets(self, which: AssetFilter, page: Page | None = None) -> Sequence[Asset]:
        found = [
            asset
            for asset in self.known.values()
            if asset.id not in self.hidden
            and which.album_id in (None, self.album_id)
            and (which.ids is None or asset.id in which.ids)
        ]
        found.sort(key=lambda asset: (asset.taken_at, asset.id))
        return found if page is None else found[page.offset : page.offset + page.limit]

    def totals(self, which: AssetFilter) -> Totals:
        found = self.assets(which)
        return Totals(len(found), 0, sum(asset.size for asset in found))

    def timeline(self, which: AssetFilter) -> Sequence[TimelineEntry]:
        return [TimelineEntry(a.id, a.width, a.height, a.taken_at) for a in self.assets(which)]

    def named(self, which: AssetFilter) -> Sequence[NamedAsset]:
        return [
            NamedAsset(a.id, a.kind, a.filename, a.taken_at, a.utc_offset, a.live_video_id)
            for a in self.assets(which)
        ]

    def contains(self, which: AssetFilter, asset_id: UUID) -> bool:
        return any(asset_id in (a.id, a.live_video_id) for a in self.assets(which))

    def people(self) -> Sequence[Person]:
        return []

    async def read(self, file: RemoteFile, offset: int, length: int) -> AsyncGenerator[bytes, None]:
        raise NotInLibrary
        yield b""

    def originals(self, asset_ids: Sequence[UUID]) -> Mapping[UUID, StoredFile]:
        if self.is_away:
            raise LibraryUnavailable("The library is away.")
        return {one: self.files[one] for one in asset_ids if one in self.files}

    def original(self, asset_id: UUID) -> StoredFile:
        try:
            return self.originals([asset_id])[asset_id]
        except KeyError as exc:
            raise NotInLibrary from exc

    def stream(self, asset_id: UUID, rendition: Rendition) -> StoredFile:
        return self.original(asset_id)

    def rendition(self, asset_id: UUID, rendition: Rendition) -> StoredFile:
        if asset_id in self.unreadable:
            raise ContentUnreadable("This is no picture.")
        path = self.store.path(asset_id, rendition)
        if not path.exists():
            content = f"{rendition} of ".encode() + self.original(asset_id).path.read_bytes()
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            part.write_bytes(content)
            part.replace(path)
            self.rendered.append(asset_id)
        status = path.stat()
        return StoredFile(path, status.st_size, status.st_mtime_ns, MEDIA_TYPES[rendition])

    def refresh(self, seconds: float | None = None, first: Collection[UUID] = ()) -> RefreshReport:
        return RefreshReport()

    def acknowledge(self, report: RefreshReport) -> None:
        return

    def accept_losses(self) -> None:
        return

    def make_renditions(self, seconds: float) -> int:
        return 0

    def reach(self) -> None:
        if self.trouble:
            raise LibraryUnavailable(self.trouble)

    def status(self) -> LibraryStatus:
        return LibraryStatus("", self.trouble, None, False, 0, 0, 0, 0, 0, 0)

    def problems(self, page: Page) -> Sequence[Problem]:
        return []
