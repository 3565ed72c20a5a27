"""Which files are fetched next: of every download some, so that a small one need not wait."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, zip_longest
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from downloads.engine import Group
from downloads.models import (
    OPEN,
    Download,
    DownloadItem,
    DownloadItemQuerySet,
    DownloadQuerySet,
    DownloadState,
    ItemState,
)

MOST_DOWNLOADS = 50  # looked at in one go; the others follow when these are through
Part = DownloadItem.Part


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file of the spool that a download waits for; ``part`` says which half of a live photo."""

    file_id: int
    asset_id: UUID
    group: Group
    part: str = ""
    photo: str = ""


def waiting_downloads() -> DownloadQuerySet:
    """Downloads that wait for a file of the spool."""
    awaited = DownloadItem.objects.to_fetch().filter(download_id=OuterRef("pk")).order_by()
    return Download.objects.filter(Exists(awaited), state=DownloadState.PREPARING)


def choose(room: Mapping[Group, int], busy: Collection[int]) -> list[Wanted]:
    """Choose up to ``room`` files of each group, of all waiting downloads by turns.

    ``busy`` ones are under way, or to be left alone for now.
    """
    downloads = list(waiting_downloads().order_by("created_at", "pk")[:MOST_DOWNLOADS])
    chosen: dict[int, Wanted] = {}
    for group, most in room.items():
        if most <= 0:
            continue
        lists = [_next(download, group, most, busy) for download in downloads]
        count = Counter[Group]()
        for wanted in chain.from_iterable(zip_longest(*lists)):
            if wanted is None or wanted.file_id in chosen or count[group] >= most:
                continue
            chosen[wanted.file_id] = wanted
            count[group] += 1
    return list(chosen.values())


def _next(download: Download, group: Group, most: int, busy: Collection[int]) -> Iterator[Wanted]:
    """Yield the first of a group that nobody has in hand; those that were begun before all."""
    items = _of_group(download.items.to_fetch(), group)
    for state in (ItemState.RUNNING, ItemState.WAITING):
        rows = items.filter(state=state).exclude(spool_file_id__in=list(busy)[:900])
        for file_id, asset_id, part, position in rows.values_list(
            "spool_file_id", "asset_id", "part", "position"
        )[:most]:
            if group is not Group.LIVEPHOTO:
                yield Wanted(file_id, asset_id, group)
                continue
            is_moving = part == Part.LIVE
            photo = f"{download.pk.hex}.{position - is_moving}"
            yield Wanted(file_id, asset_id, group, "video" if is_moving else "image", photo)


def _of_group(items: DownloadItemQuerySet, group: Group) -> DownloadItemQuerySet:
    if group is Group.VIDEO:
        return items.filter(part=Part.VIDEO)
    moving = DownloadItem.objects.filter(
        download_id=OuterRef("download_id"), position=OuterRef("position") + 1, part=Part.LIVE
    )
    has_moving = Exists(moving.order_by())
    if group is Group.LIVEPHOTO:
        return items.filter(Q(part=Part.LIVE) | has_moving)
    return items.filter(~has_moving, part=Part.STILL)


def still_wanted(file_ids: Collection[int]) -> set[int]:
    """Those of these files that any unfinished download still waits for."""
    rows = DownloadItem.objects.filter(
        spool_file_id__in=file_ids, state__in=OPEN, download__state=DownloadState.PREPARING
    )
    return set(rows.order_by().values_list(F("spool_file_id"), flat=True))
