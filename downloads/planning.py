"""Which files a download is made of: their form, their names, their dates."""

import calendar
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from uuid import UUID

from django.utils import timezone

from downloads.drafts import Draft
from downloads.models import Download, DownloadItem, ItemState, Reason, Size
from downloads.names import Names, neutral_stem, split
from downloads.terms import terms_of
from portal.library import get_library
from portal.library.interface import LibraryUnavailable
from portal.library.renditions import MEDIA_TYPES, SUFFIXES
from portal.library.stamps import written_at
from portal.library.types import AssetKind, NamedAsset, RemoteFile, Rendition, StoredFile
from sharing.access import Rights

Part = DownloadItem.Part
Originals = Mapping[UUID, StoredFile | RemoteFile]
Item = DownloadItem | Draft


@dataclass(slots=True)
class Planner:
    """Turns chosen assets into items, the rights of whoever asked applied."""

    download: Download
    rights: Rights
    originals: Originals
    count: int
    names: Names

    def items_of(self, number: int, asset: NamedAsset) -> list[Draft]:
        """Return one item, or two for a live photo: side by side, with one stem."""
        kind = Part.VIDEO if asset.kind is AssetKind.VIDEO else Part.STILL
        parts = [(asset.id, kind)]
        if asset.live_video_id:
            parts.append((asset.live_video_id, Part.LIVE))
        modified, offset = self._time(asset)
        items = [
            Draft(asset_id, part, self._rendition(part), modified, offset)
            for asset_id, part in parts
        ]
        self._name(items, number, asset.filename)
        return items

    def _name(self, items: list[Draft], number: int, filename: str) -> None:
        stem, suffix = split(filename)
        if not self.rights.metadata:
            kind = "video" if items[0].part == Part.VIDEO else "photo"
            stem = neutral_stem(kind, number, self.count)
        suffixes = [self._suffix(item, suffix) for item in items]
        for item, name in zip(items, self.names.take(stem, suffixes), strict=True):
            item.name = name

    def _rendition(self, part: Part) -> Rendition:
        if part is not Part.STILL:
            return Rendition.ORIGINAL if self.rights.originals else Rendition.CLEAN
        is_large = self.download.size == Size.LARGE or not self.rights.originals
        return Rendition.LARGE if is_large else Rendition.ORIGINAL

    def _suffix(self, item: Draft, otherwise: str) -> str:
        if item.rendition != Rendition.ORIGINAL:
            return SUFFIXES[MEDIA_TYPES[item.rendition]]
        file = self.originals.get(item.asset_id)
        if isinstance(file, RemoteFile):
            return PurePosixPath(file.filename).suffix or otherwise
        return file.path.suffix if file and file.path.suffix else otherwise

    def _time(self, asset: NamedAsset) -> tuple[int, int]:
        """When it was taken, or with metadata withheld the day of this download."""
        if not self.rights.metadata:
            day = self.download.created_at.date()
            return calendar.timegm(day.timetuple()), 0
        offset = asset.utc_offset
        if offset is None:
            offset = _local_offset(asset)
        seconds = int(offset.total_seconds())
        return calendar.timegm(asset.taken_at.timetuple()) - seconds, seconds


def plan(download: Download) -> tuple[list[Draft], Originals]:
    """Make the items of a download from what is granted now, settled; nothing is saved.

    Returns them with the originals that were looked at.
    """
    assets = _chosen(download)
    files = get_library().originals(_all_ids(assets))
    planner = Planner(download, terms_of(download).rights, files, len(assets), Names())
    items = [
        item for number, asset in enumerate(assets, 1) for item in planner.items_of(number, asset)
    ]
    settle(items, files)
    return items, files


def settle(items: Sequence[Item], files: Originals | None = None) -> Originals:
    """Look at the original behind each item and set its state; nothing is saved.

    What needs no reading is ready at once, what is not as the library knows it is left out.
    """
    library = get_library()
    if files is None:
        files = library.originals(list({item.asset_id for item in items}))
    for item in items:
        settle_one(item, files.get(item.asset_id))
    gone = [item for item in items if item.reason == Reason.GONE]
    if gone and is_away():
        # Not the files are gone but their home: an unplugged disk comes back.
        for item in gone:
            item.state, item.reason = ItemState.FAILED, Reason.UNAVAILABLE
    return files


def is_away() -> bool:
    """Whether the home of all photos cannot be reached: then a missing file says nothing."""
    try:
        get_library().reach()
    except LibraryUnavailable:
        return True
    return False


def settle_one(item: Item, file: StoredFile | RemoteFile | None) -> None:
    reason = Reason.GONE if file is None else trouble_with(file)
    if file is None or reason:
        gone = reason == Reason.GONE
        item.state = ItemState.MISSING if gone else ItemState.FAILED
        item.reason = reason
    elif item.rendition == Rendition.ORIGINAL:
        _settle_original(item, file)
    elif item.state != ItemState.READY:
        item.state, item.reason = ItemState.WAITING, Reason.NONE


def _settle_original(item: Item, file: StoredFile | RemoteFile) -> None:
    item.reason = Reason.NONE
    if isinstance(file, RemoteFile):
        item.size, item.mtime_ns, item.crc32 = file.size or 0, 0, None
        item.state, item.done = ItemState.WAITING, 0
        return
    item.size, item.mtime_ns, item.crc32 = file.size, file.mtime_ns, file.crc32
    is_known = file.crc32 is not None
    item.state = ItemState.READY if is_known else ItemState.WAITING
    item.done = file.size if is_known else 0


def trouble_with(file: StoredFile | RemoteFile) -> Reason:
    """Compare a stored original with what the library last saw; a remote one must be fetched."""
    if isinstance(file, RemoteFile):
        return Reason.NONE
    try:
        found = os.lstat(file.path)
    except (OSError, ValueError):
        return Reason.GONE
    if not stat.S_ISREG(found.st_mode):
        return Reason.GONE
    is_same = (found.st_size, written_at(found)) == (file.size, file.mtime_ns)
    return Reason.NONE if is_same else Reason.CHANGED


def _chosen(download: Download) -> Sequence[NamedAsset]:
    """Return the assets that were chosen and are still granted, in the order of their page."""
    return terms_of(download).contents.named(frozenset(download.asset_ids))


def _all_ids(assets: Sequence[NamedAsset]) -> list[UUID]:
    live = [asset.live_video_id for asset in assets if asset.live_video_id]
    return [asset.id for asset in assets] + live


def _local_offset(asset: NamedAsset) -> timedelta:
    """Return the portal's own offset at that time: the best guess where the camera had none."""
    moment = asset.taken_at.replace(tzinfo=timezone.get_default_timezone())
    return moment.utcoffset() or timedelta()
