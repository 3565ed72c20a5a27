"""What a download needs of the spool: claimed as a whole before its first byte is fetched.

A download that held half of what it needs and waited for the rest could wait for one that does the
same; so it gets room for everything, or waits with nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Protocol, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from downloads.drafts import Draft
from downloads.models import LEFT_OUT, Download, DownloadItem, ItemState, Reason
from downloads.spool.keys import Identity, identity_of
from downloads.spool.models import SpoolFile
from portal.library import get_library
from portal.library.types import AssetFilter, RemoteFile, Rendition, StoredFile

BATCH = 500
T = TypeVar("T")
Item = DownloadItem | Draft


class NoRoomNow(Exception):
    """Other downloads have the room that this one needs; it fits once they are over."""


class Trouble(Protocol):
    """Tells what is wrong with a stored file, or nothing."""

    def __call__(self, file: StoredFile) -> Reason: ...


def fits_the_spool(asset_ids: Sequence[UUID]) -> bool:
    """Whether the originals of these assets fit into an empty spool, as far as sizes are known.

    Raises ``LibraryError``. Those on this disk need none.
    """
    library = get_library()
    first = library.originals(asset_ids[:1])
    if not any(isinstance(file, RemoteFile) for file in first.values()):
        return True
    wanted = library.totals(AssetFilter(ids=frozenset(asset_ids)))
    return wanted.size <= settings.LOGGIA_SPOOL_SIZE


def claim(
    download: Download,
    items: Iterable[Item],
    originals: Mapping[UUID, StoredFile | RemoteFile],
    trouble_with: Trouble,
) -> None:
    """Give every item with a remote original its file of the spool; nothing of items is saved.

    What is in the spool already makes its item ready. What never fits is left out. Call it in the
    transaction that saves the items. Raises ``NoRoomNow``.
    """
    wanted: dict[str, Identity] = {}
    keys: list[tuple[Item, str]] = []
    for item in items:
        item.spool_file_id = None
        original = originals.get(item.asset_id)
        is_wanted = item.rendition == Rendition.ORIGINAL and item.state not in LEFT_OUT
        if is_wanted and isinstance(original, RemoteFile):
            identity = identity_of(original)
            key = identity.key
            wanted[key] = identity
            keys.append((item, key))
    if not keys:
        return
    if sum(identity.size or 0 for identity in wanted.values()) > settings.LOGGIA_SPOOL_SIZE:
        for item, _ in keys:
            item.state, item.reason, item.done = ItemState.FAILED, Reason.TOO_LARGE, 0
        return
    files = _take(download, wanted)
    checked: dict[int, bool] = {}
    for item, key in keys:
        file = files[key]
        item.spool_file_id = file.pk
        if file.pk not in checked:
            checked[file.pk] = _is_here(file, trouble_with)
        if checked[file.pk]:
            item.state, item.size, item.done = ItemState.READY, file.length, file.length
            item.crc32, item.mtime_ns = file.crc32, file.mtime_ns


def forget(file_id: int, mtime_ns: int) -> None:
    """The file stored at that time is not what it was, or gone: it must be fetched again."""
    stored = SpoolFile.objects.filter(pk=file_id, mtime_ns=mtime_ns)
    for file in stored:
        if stored.update(stored_at=None, crc32=None, length=0, mtime_ns=0):
            file.path.unlink(missing_ok=True)


@transaction.atomic
def _take(download: Download, wanted: Mapping[str, Identity]) -> dict[str, SpoolFile]:
    files = _find(wanted)
    missing = [identity for key, identity in wanted.items() if key not in files]
    needed = _bytes_of_others(download, files) + sum(
        identity.size or 0 for identity in wanted.values()
    )
    if needed > settings.LOGGIA_SPOOL_SIZE:
        raise NoRoomNow
    now = timezone.now()
    for pks in _batches(file.pk for file in files.values()):
        # Before room is made: what is used a moment from now must not go.
        SpoolFile.objects.filter(pk__in=pks).update(used_at=now)
    SpoolFile.objects.bulk_create(
        [
            SpoolFile(
                key=identity.key,
                server=identity.server,
                asset_id=identity.asset_id,
                checksum=identity.checksum,
                size=identity.size,
                used_at=now,
            )
            for identity in missing
        ],
        ignore_conflicts=True,
        batch_size=BATCH,
    )
    return files | _find({identity.key: identity for identity in missing})


def _find(wanted: Iterable[str]) -> dict[str, SpoolFile]:
    found: dict[str, SpoolFile] = {}
    for keys in _batches(wanted):
        found |= {file.key: file for file in SpoolFile.objects.filter(key__in=keys)}
    return found


def _bytes_of_others(download: Download, mine: Mapping[str, SpoolFile]) -> int:
    """What living downloads hold beside what this one asks for."""
    ours = {file.pk for file in mine.values()}
    others = (
        SpoolFile.objects.used_by_others(download.pk).order_by().values_list("pk", "size", "length")
    )
    return sum(length or size or 0 for pk, size, length in others if pk not in ours)


def _is_here(file: SpoolFile, trouble_with: Trouble) -> bool:
    if file.stored_at is None:
        return False
    if trouble_with(file.stored):
        forget(file.pk, file.mtime_ns)
        return False
    return True


def _batches(values: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(values)
    while batch := list(islice(iterator, BATCH)):
        yield batch
