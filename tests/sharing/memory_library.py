"""A library in memory: the smallest home that pages and links can be tried against."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from django.utils import timezone

from portal.library.interface import LibraryUnavailable, NotInLibrary
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


@dataclass
class MemoryLibrary:
    known: dict[UUID, Asset] = field(default_factory=dict)
    members: dict[UUID, list[UUID]] = field(default_factory=dict)
    names: dict[UUID, str] = field(default_factory=dict)
    samples: set[UUID] = field(default_factory=set)
    faults: list[Problem] = field(default_factory=list)
    trouble: str = ""
    is_refreshing: bool = False
    last_refresh: datetime | None = None
    is_away: bool = False

    def add_album(self, name: str, count: int = 3, *, is_sample: bool = False) -> Album:
        """An album of as many photos, three a day from 12 July 2025 on; the last is a video."""
        album_id, start = uuid4(), datetime(2025, 7, 12, 9, 30)  # noqa: DTZ001
        assets = [
            Asset(
                id=uuid4(),
                kind=AssetKind.IMAGE if number < count - 1 else AssetKind.VIDEO,
                filename=f"IMG_{number:04}.jpg",
                media_type="image/jpeg",
                size=1000 + number,
                width=4000,
                height=3000,
                taken_at=start + timedelta(days=number // 3, minutes=number % 3),
                utc_offset=None,
                sha1=None,
                duration=None if number < count - 1 else timedelta(seconds=75),
            )
            for number in range(count)
        ]
        self.known |= {asset.id: asset for asset in assets}
        self.members[album_id] = [asset.id for asset in assets]
        self.names[album_id] = name
        if is_sample:
            self.samples.add(album_id)
        return self.album(album_id)

    def albums(self, ids: Collection[UUID] | None = None) -> Sequence[Album]:
        if self.is_away:
            raise LibraryUnavailable("The photo folder is away.")
        return sorted(
            (self.album(pk) for pk in self.members if ids is None or pk in ids),
            key=lambda album: album.name,
        )

    def album(self, album_id: UUID) -> Album:
        if self.is_away:
            raise LibraryUnavailable("The photo folder is away.")
        if album_id not in self.members:
            raise NotInLibrary("No such album.")
        which = AssetFilter(album_id=album_id)
        totals, found = self.totals(which), self.assets(which)
        return Album(
            id=album_id,
            name=self.names[album_id],
            images=totals.images,
            videos=totals.videos,
            size=totals.size,
            first=found[0].taken_at.date() if found else None,
            last=found[-1].taken_at.date() if found else None,
            cover_id=found[0].id if found else None,
            version=str(totals.count),
            is_sample=album_id in self.samples,
        )

    def asset(self, asset_id: UUID) -> Asset:
        if asset_id not in self.known:
            raise NotInLibrary("No such photo.")
        return self.known[asset_id]

    def assets(self, which: AssetFilter, page: Page | None = None) -> Sequence[Asset]:
        ids = set(self.known)
        if which.album_id is not None:
            ids &= set(self.members.get(which.album_id, ()))
        if which.ids is not None:
            ids &= which.ids
        found = sorted((self.known[pk] for pk in ids), key=lambda a: (a.taken_at, a.id))
        return found[page.offset : page.offset + page.limit] if page else found

    def totals(self, which: AssetFilter) -> Totals:
        found = self.assets(which)
        videos = sum(asset.kind is AssetKind.VIDEO for asset in found)
        return Totals(len(found) - videos, videos, sum(asset.size for asset in found))

    def timeline(self, which: AssetFilter) -> Sequence[TimelineEntry]:
        return [TimelineEntry(a.id, a.width, a.height, a.taken_at) for a in self.assets(which)]

    def named(self, which: AssetFilter) -> Sequence[NamedAsset]:
        return [
            NamedAsset(a.id, a.kind, a.filename, a.taken_at, a.utc_offset, a.live_video_id)
            for a in self.assets(which)
        ]

    def contains(self, which: AssetFilter, asset_id: UUID) -> bool:
        return any(asset.id == asset_id for asset in self.assets(which))

    def people(self) -> Sequence[Person]:
        return []

    async def read(self, file: RemoteFile, offset: int, length: int) -> AsyncGenerator[bytes, None]:
        raise NotInLibrary
        yield b""

    def originals(self, asset_ids: Sequence[UUID]) -> Mapping[UUID, StoredFile]:
        return {pk: self.original(pk) for pk in asset_ids if pk in self.known}

    def original(self, asset_id: UUID) -> StoredFile:
        asset = self.asset(asset_id)
        return StoredFile(Path("/nowhere") / asset.filename, asset.size, 0, asset.media_type)

    def stream(self, asset_id: UUID, rendition: Rendition) -> StoredFile:
        return self.original(asset_id)

    def rendition(self, asset_id: UUID, rendition: Rendition) -> StoredFile:
        return replace(self.original(asset_id), media_type="image/webp")

    def refresh(self, seconds: float | None = None, first: Collection[UUID] = ()) -> RefreshReport:
        self.last_refresh = timezone.now()
        return RefreshReport(unchanged=len(self.known))

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
        totals = self.totals(AssetFilter())
        return LibraryStatus(
            home="/srv/photos",
            trouble=self.trouble,
            last_refresh=self.last_refresh,
            is_refreshing=self.is_refreshing,
            images=totals.images,
            videos=totals.videos,
            albums=len(self.members),
            size=totals.size,
            renditions_waiting=0,
            problems=len(self.faults),
        )

    def problems(self, page: Page) -> Sequence[Problem]:
        return self.faults[page.offset : page.offset + page.limit]
