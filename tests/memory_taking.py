"""How the library in memory takes files in, and out again."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha1
from pathlib import Path
from uuid import UUID, uuid4

from PIL import Image, UnidentifiedImageError

from portal.library.content.formats import SUFFIXES
from portal.library.interface import LibraryUnavailable, keep_still
from portal.library.naming import safe_name
from portal.library.renditions import RenditionStore
from portal.library.types import (
    Asset,
    AssetFilter,
    AssetKind,
    Incoming,
    NotTaken,
    RefreshReport,
    StoredFile,
    TakenIn,
)

TAKEN, EXIF_IFD = 0x9003, 0x8769


@dataclass
class Arrival:
    """What one key has brought: an asset, a place in an album, or both."""

    asset_id: UUID
    album_id: UUID | None
    was_there: bool
    joined: bool
    is_out: bool = False


@dataclass
class Taking:
    """The part of ``MemoryLibrary`` that takes files in. ``refuses`` says why, by file name."""

    held: dict[UUID, Asset] = field(default_factory=dict, kw_only=True)
    hidden: set[UUID] = field(default_factory=set, kw_only=True)  # moving halves of live photos
    files: dict[UUID, StoredFile] = field(default_factory=dict, kw_only=True)
    members: dict[UUID, list[UUID]] = field(default_factory=dict, kw_only=True)
    arrivals: dict[UUID, Arrival] = field(default_factory=dict, kw_only=True)
    bin: dict[UUID, tuple[Asset, StoredFile]] = field(default_factory=dict, kw_only=True)
    refuses: dict[str, str] = field(default_factory=dict, kw_only=True)
    is_full: bool = field(default=False, kw_only=True)
    is_away: bool = field(default=False, kw_only=True)
    incoming: Path | None = field(default=None, kw_only=True)  # where it keeps what it takes in

    def known(self, which: AssetFilter, sha1s: Collection[bytes]) -> Mapping[bytes, UUID]:
        ids = set(self.held) if which == AssetFilter() else self._matching(which)
        found = {pk: self.held[pk] for pk in ids}
        halves = [self.held.get(asset.live_video_id or pk) for pk, asset in found.items()]
        both = [*filter(None, halves), *found.values()]
        return {asset.sha1: asset.id for asset in both if asset.sha1 in sha1s and asset.sha1}

    def take_in(
        self, files: Sequence[Incoming], beat: Callable[[], None] = keep_still
    ) -> Sequence[TakenIn | NotTaken]:
        answers: dict[UUID, TakenIn | NotTaken] = {}
        for file in sorted(files, key=lambda file: file.live_video_key is not None):
            if self.is_away or self.is_full:
                raise LibraryUnavailable("The photo folder is away, or full.")
            beat()
            answers[file.key] = self._take_in(file)
        return [answers[file.key] for file in files]

    def take_out(self, keys: Collection[UUID]) -> RefreshReport:
        if self.is_away:
            raise LibraryUnavailable("The photo folder is away.")
        lost, shrunk = set(), set()
        for arrival in [self.arrivals[key] for key in keys if key in self.arrivals]:
            if not arrival.is_out:
                arrival.is_out = True
                shrunk |= self._leave(arrival)
                lost |= self._bin(arrival)
        return RefreshReport(
            removed=len(lost), shrunk_albums=frozenset(shrunk), lost_assets=frozenset(lost)
        )

    def _take_in(self, file: Incoming) -> TakenIn | NotTaken:
        arrival = self.arrivals.get(file.key)
        if arrival is None or arrival.is_out:
            if file.filename in self.refuses:
                return NotTaken(file.key, self.refuses[file.filename], is_final=True)
            if file.album_id is not None and file.album_id not in self.members:
                return NotTaken(file.key, "This album is not there (any more).", is_final=True)
            content = file.path.read_bytes() if file.path.exists() else b""
            if sha1(content, usedforsecurity=False).digest() != file.sha1:
                return NotTaken(file.key, "The file is not what it was.", is_final=False)
            arrival = self.arrivals[file.key] = self._arrive(file, content)
        return TakenIn(file.key, arrival.asset_id, arrival.was_there)

    def _arrive(self, file: Incoming, content: bytes) -> Arrival:
        known = next((asset for asset in self.held.values() if asset.sha1 == file.sha1), None)
        asset = known or self._keep(file, content)
        half = self.arrivals.get(file.live_video_key) if file.live_video_key else None
        if half:
            self.hidden.add(half.asset_id)
            self.held[asset.id] = replace(self.held[asset.id], live_video_id=half.asset_id)
        album = self.members[file.album_id] if file.album_id else [asset.id]
        joined = asset.id not in album
        if joined:
            album.append(asset.id)
        return Arrival(asset.id, file.album_id, known is not None, joined)

    def _keep(self, file: Incoming, content: bytes) -> Asset:
        for pk, (asset, stored) in self.bin.items():
            if asset.sha1 == file.sha1:
                self.held[pk], self.files[pk] = asset, stored
                del self.bin[pk]
                return asset
        asset = _asset_of(file)
        folder = self.incoming or Path("/nowhere")
        if self.incoming:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / asset.id.hex).write_bytes(content)
        self.held[asset.id] = asset
        self.files[asset.id] = StoredFile(folder / asset.id.hex, file.size, 0, file.media_type)
        return asset

    def _leave(self, arrival: Arrival) -> set[UUID]:
        """Take it out of the album that it was put into; returns the album that shrank."""
        if not arrival.joined or arrival.album_id is None:
            return set()
        others = [other for other in self._others(arrival) if other.album_id == arrival.album_id]
        if others:
            others[0].joined = True
            return set()
        self.members[arrival.album_id].remove(arrival.asset_id)
        return {arrival.album_id}

    def _bin(self, arrival: Arrival) -> set[UUID]:
        """Put the asset into the bin, unless it was there before or somebody else sent it too."""
        others, pk = self._others(arrival), arrival.asset_id
        if arrival.was_there or pk not in self.held:
            return set()
        if others:
            others[0].was_there = False
            return set()
        self.bin[pk] = (self.held.pop(pk), self.files.pop(pk))
        self.hidden.discard(pk)
        for album in self.members.values():
            album[:] = [one for one in album if one != pk]
        return {pk}

    def _others(self, arrival: Arrival) -> list[Arrival]:
        same = [one for one in self.arrivals.values() if one.asset_id == arrival.asset_id]
        return [one for one in same if not one.is_out]

    def _matching(self, which: AssetFilter) -> set[UUID]:
        """The visible assets of a filter."""
        ids = self.held.keys() - self.hidden
        if which == AssetFilter():
            return {pk for pk in ids if not self.held[pk].is_archived}
        if which.album_id is not None:
            ids &= set(self.members.get(which.album_id, ()))
        return ids if which.ids is None else ids & which.ids


def in_folder_of(store: RenditionStore) -> Path | None:
    """Where a library over this store keeps what it takes in; nowhere, where nothing lies."""
    return None if store.root == Path("/nowhere") else store.root.parent / "taken-in"


def _asset_of(file: Incoming) -> Asset:
    is_video = file.media_type.startswith("video/")
    (width, height), taken = _picture(file)
    return Asset(
        id=uuid4(),
        kind=AssetKind.VIDEO if is_video else AssetKind.IMAGE,
        filename="".join(safe_name(file.filename, file.media_type, SUFFIXES)),
        media_type=file.media_type,
        size=file.size,
        width=width,
        height=height,
        taken_at=taken,
        utc_offset=None,
        sha1=file.sha1,
    )


def _picture(file: Incoming) -> tuple[tuple[int, int], datetime]:
    """Size and time, by the picture itself where it is one."""
    undated = file.modified_at.replace(tzinfo=None)
    try:
        with Image.open(file.path) as image:
            written = image.getexif().get_ifd(EXIF_IFD).get(TAKEN)
            size = image.size
    except UnidentifiedImageError:
        return (4000, 3000), undated
    if not written:
        return size, undated
    return size, datetime.strptime(written.strip("\0 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
