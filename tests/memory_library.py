"""A library in memory: the smallest home that pages, links and downloads can be tried against."""

import threading
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4
from zlib import crc32

from django.utils import timezone
from PIL import Image

from portal.library.interface import ContentUnreadable, LibraryUnavailable, NotInLibrary
from portal.library.queries import AssetQuery, Suggestion
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
from tests.memory_changing import Changing
from tests.memory_searching import find, page_of, suggestions
from tests.memory_taking import Taking, in_folder_of

NOWHERE = Path("/nowhere")


@dataclass
class MemoryLibrary(Changing, Taking):
    """Implements ``portal.library.interface.Library`` over what tests place in it.

    It keeps the contract of ``tests/library/test_contract.py``. Its pictures have the shape of
    their assets and show nothing. What has no file has an original that lies nowhere.
    """

    store: RenditionStore = field(default_factory=lambda: RenditionStore(NOWHERE))
    names: dict[UUID, str] = field(default_factory=dict)
    samples: set[UUID] = field(default_factory=set)
    faults: list[Problem] = field(default_factory=list)
    unreadable: set[UUID] = field(default_factory=set)
    rendered: list[UUID] = field(default_factory=list)
    trouble: str = ""
    is_refreshing: bool = False
    last_refresh: datetime | None = None
    drawing: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.incoming = in_folder_of(self.store)

    # ── Placing ──────────────────────────────────────────────────────────────
    def place(self, asset: Asset, album_id: UUID, file: StoredFile | None = None) -> None:
        nowhere = StoredFile(NOWHERE / asset.filename, asset.size, 0, asset.media_type)
        self.held[asset.id] = asset
        self.files[asset.id] = file or nowhere
        self.members[album_id].append(asset.id)

    def add_empty_album(self, name: str) -> UUID:
        album_id = uuid4()
        self.members[album_id], self.names[album_id] = [], name
        return album_id

    def add_album(self, name: str, count: int = 3, *, is_sample: bool = False) -> Album:
        """An album of as many photos, three a day from 12 July 2025 on; the last is a video."""
        album_id, start = self.add_empty_album(name), datetime(2025, 7, 12, 9, 30)  # noqa: DTZ001
        for number in range(count):
            is_video = number == count - 1
            asset = Asset(
                id=uuid4(),
                kind=AssetKind.VIDEO if is_video else AssetKind.IMAGE,
                filename=f"IMG_{number:04}.jpg",
                media_type="image/jpeg",
                size=1000 + number,
                width=4000,
                height=3000,
                taken_at=start + timedelta(days=number // 3, minutes=number % 3),
                utc_offset=None,
                sha1=None,
                duration=timedelta(seconds=75) if is_video else None,
            )
            self.place(asset, album_id)
        if is_sample:
            self.samples.add(album_id)
        return self.album(album_id)

    # ── Albums and assets ────────────────────────────────────────────────────
    def albums(self, ids: Collection[UUID] | None = None) -> Sequence[Album]:
        self._reach_files()
        found = [self.album(pk) for pk in self.members if ids is None or pk in ids]
        return sorted((album for album in found if album.count), key=lambda album: album.name)

    def album(self, album_id: UUID) -> Album:
        self._reach_files()
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
            version=str(crc32(b"".join(asset.id.bytes for asset in found))),
            is_sample=album_id in self.samples,
        )

    def asset(self, asset_id: UUID) -> Asset:
        if asset_id not in self.held:
            raise NotInLibrary("No such photo.")
        return self.held[asset_id]

    def assets(self, which: AssetFilter, page: Page | None = None) -> Sequence[Asset]:
        found = sorted(
            (self.held[pk] for pk in self._matching(which)), key=lambda a: (a.taken_at, a.id)
        )
        return found[page.offset : page.offset + page.limit] if page else found

    def totals(self, which: AssetFilter) -> Totals:
        found = self.assets(which)
        halves = [self.held[a.live_video_id] for a in found if a.live_video_id in self.held]
        videos = sum(asset.kind is AssetKind.VIDEO for asset in found)
        return Totals(len(found) - videos, videos, sum(a.size for a in [*found, *halves]))

    def timeline(self, which: AssetFilter) -> Sequence[TimelineEntry]:
        return [TimelineEntry(a.id, a.width, a.height, a.taken_at) for a in self.assets(which)]

    def named(self, which: AssetFilter) -> Sequence[NamedAsset]:
        return [
            NamedAsset(a.id, a.kind, a.filename, a.taken_at, a.utc_offset, a.live_video_id)
            for a in self.assets(which)
        ]

    def contains(self, which: AssetFilter, asset_id: UUID) -> bool:
        return any(asset_id in (asset.id, asset.live_video_id) for asset in self.assets(which))

    def search(self, query: AssetQuery, page: Page) -> Sequence[Asset]:
        return page_of(self._found(query), page)

    def search_count(self, query: AssetQuery) -> int:
        return len(self._found(query))

    def suggest(self, what: Suggestion, query: AssetQuery) -> Sequence[str]:
        return suggestions(self._found(query), what)

    def _found(self, query: AssetQuery) -> list[Asset]:
        visible = [asset for pk, asset in self.held.items() if pk not in self.hidden]
        return find(visible, self.members, query)

    def people(self) -> Sequence[Person]:
        return []

    # ── Bytes ────────────────────────────────────────────────────────────────
    def originals(self, asset_ids: Sequence[UUID]) -> Mapping[UUID, StoredFile]:
        self._reach_files()
        return {pk: self.files[pk] for pk in asset_ids if pk in self.held and pk in self.files}

    def original(self, asset_id: UUID) -> StoredFile:
        try:
            return self.originals([asset_id])[asset_id]
        except KeyError as exc:
            raise NotInLibrary("No such photo.") from exc

    async def read(self, file: RemoteFile, offset: int, length: int) -> AsyncGenerator[bytes, None]:
        raise NotInLibrary
        yield b""

    def stream(self, asset_id: UUID, rendition: Rendition) -> StoredFile:
        return self.original(asset_id)

    def rendition(self, asset_id: UUID, rendition: Rendition) -> StoredFile:
        asset, original = self.asset(asset_id), self.original(asset_id)
        foreign = Rendition.LARGE if asset.kind is AssetKind.VIDEO else Rendition.CLEAN
        if asset_id in self.unreadable or rendition is foreign:
            raise ContentUnreadable("This is no picture.")
        if original.path.is_relative_to(NOWHERE):
            return replace(original, media_type=MEDIA_TYPES[rendition])
        path = self.store.path(asset_id, rendition)
        with self.drawing:
            if not path.exists():
                self._write(path, picture(asset, rendition) + original.path.read_bytes())
                self.rendered.append(asset_id)
        status = path.stat()
        return StoredFile(path, status.st_size, status.st_mtime_ns, MEDIA_TYPES[rendition])

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(content)
        part.replace(path)

    # ── The home ─────────────────────────────────────────────────────────────
    def refresh(self, seconds: float | None = None, first: Collection[UUID] = ()) -> RefreshReport:
        self.last_refresh = timezone.now()
        return RefreshReport(unchanged=len(self.held))

    def acknowledge(self, report: RefreshReport) -> None:
        return

    def accept_losses(self) -> None:
        return

    def make_renditions(self, seconds: float) -> int:
        return 0

    def reach(self) -> None:
        if self.trouble:
            raise LibraryUnavailable(self.trouble)

    def _reach_files(self) -> None:
        if self.is_away:
            raise LibraryUnavailable("The photo folder is away.")

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


def picture(asset: Asset, rendition: Rendition) -> bytes:
    """A small grey picture of the asset's shape, in the rendition's format; nothing for a video."""
    kind, _, name = MEDIA_TYPES[rendition].partition("/")
    if kind != "image":
        return b""
    content, scale = BytesIO(), 48 / max(asset.width, asset.height)
    size = (max(1, round(asset.width * scale)), max(1, round(asset.height * scale)))
    Image.new("RGB", size, "grey").save(content, name)
    return content.getvalue()
