"""Making a download ready: plan its items, look at their files, and finish."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import F, Model
from django.utils import timezone
from django.utils.translation import override
from django_q.tasks import async_task

from downloads.contents import files_of, layout_of
from downloads.drafts import Draft, save_items
from downloads.models import (
    OPEN,
    UNFINISHED,
    Download,
    DownloadItem,
    DownloadState,
    ItemState,
    Reason,
    Waiting,
)
from downloads.planning import Part, plan, settle, trouble_with
from downloads.spool.claiming import Item, NoRoomNow, claim
from downloads.spool.room import make_room
from downloads.terms import terms_of
from portal.leases.models import Lease
from portal.library import get_library
from portal.library.interface import LibraryError
from portal.library.types import RemoteFile, Rendition, StoredFile
from sharing.models import SharedLink

LEASE = 15  # seconds; with a sweep every five, a killed worker's job goes on within 30
MOST_ATTEMPTS = 3  # workers that may die over one file
BATCH = 500
FACTS = ("size", "crc32", "mtime_ns", "state", "reason", "done", "spool_file_id")


def queue_preparation(download: Download) -> None:
    _queue(download, "downloads.tasks.prepare", "short")


def queue_rendering(download: Download) -> None:
    _queue(download, "downloads.tasks.render", "long")


def queue_fetching() -> None:
    """Call the one who fetches for all; whoever comes second goes again."""
    transaction.on_commit(lambda: async_task("downloads.tasks.fetch", cluster="long"))


@transaction.atomic
def _queue(download: Download, task: str, lane: str) -> None:
    """Wake a worker once the rows are there for it to see; an earlier call is void from then on."""
    mine = Download.objects.filter(pk=download.pk)
    mine.update(turn=F("turn") + 1, queued_at=timezone.now())
    turn = mine.values_list("turn", flat=True).first()
    transaction.on_commit(lambda: async_task(task, str(download.pk), turn, cluster=lane))


def take_over(download: Download) -> None:
    """Take back what a worker that died had in its hands, but not for ever.

    Only the holder of the lease may: nobody else works on it then.
    """
    held = download.items.filter(state=ItemState.RUNNING, spool_file=None)
    held.filter(attempts__gte=MOST_ATTEMPTS).update(
        state=ItemState.FAILED, reason=Reason.INTERRUPTED
    )
    held.update(state=ItemState.WAITING, done=0)


def make_ready(download: Download, lease: Lease) -> None:
    """Plan what is not planned, check what is, and finish or hand over to the long lane."""
    terms = terms_of(download)
    if not (terms.is_open and terms.rights.download):
        # Used up meanwhile: the dock stays, and says so.
        end = DownloadState.FAILED if terms.rights.is_used_up else DownloadState.EXPIRED
        Download.objects.filter(pk=download.pk).move(end, origin=UNFINISHED)
        return
    Download.objects.filter(pk=download.pk).move(
        DownloadState.PREPARING, origin=[DownloadState.QUEUED]
    )
    try:
        if download.is_planned and download.epoch == terms.epoch:
            _check_again(download)
        else:
            _plan_anew(download, lease)
    except LibraryError:
        _give_up(download)
        return
    except NoRoomNow:
        _wait_for(download, Waiting.ROOM)
        return
    make_room(0)
    lease.renew(LEASE)
    download.count_up()
    if download.items.to_fetch().exists():
        queue_fetching()
    go_on(download)


def go_on(download: Download) -> None:
    """Hand over to whoever does what is left, or finish."""
    if download.items.to_make().exists():
        queue_rendering(download)
    elif download.items.to_fetch().exists():
        _wait_for(download, Waiting.FILES)
    elif not _is_outdated(download):
        finish(download)
    elif Download.objects.filter(pk=download.pk).move(
        DownloadState.QUEUED, origin=[DownloadState.PREPARING], waiting_for=Waiting.NOTHING
    ):
        queue_preparation(download)


def _is_outdated(download: Download) -> bool:
    """Whether its link has moved on meanwhile: then nobody may have what was prepared."""
    if download.link_id is None:
        return False
    return not SharedLink.objects.filter(pk=download.link_id, epoch=download.epoch).exists()


def _wait_for(download: Download, what: Waiting) -> None:
    mine = Download.objects.filter(pk=download.pk).unfinished()
    mine.update(waiting_for=what, revision=F("revision") + 1)


def finish(download: Download, origin: Iterable[DownloadState] = UNFINISHED) -> None:
    """Call it ready once nothing is open; without a single file it failed."""
    with override(download.language):
        files = files_of(download)
        length = layout_of(download, files).length if files else 0
    Download.objects.filter(pk=download.pk).move(
        DownloadState.READY if files else DownloadState.FAILED,
        origin=origin,
        version=F("version") + 1,
        archive_size=length,
        finished_at=timezone.now(),
        waiting_for=Waiting.NOTHING,
    )


def drop_items(download: Download, gone: Mapping[int, Reason]) -> None:
    """Leave files out of a ready archive, by position; the archive is another one afterwards.

    Raises ``LibraryUnavailable`` when it is not the files that are gone, but their home.
    """
    if Reason.GONE in gone.values():
        get_library().reach()
    with transaction.atomic():
        for reason in set(gone.values()):
            state = ItemState.MISSING if reason == Reason.GONE else ItemState.FAILED
            positions = (position for position, why in gone.items() if why == reason)
            while batch := list(islice(positions, BATCH)):
                items = download.items.in_archive().filter(position__in=batch)
                items.update(state=state, reason=reason, done=0)
        download.count_up()
        finish(download, origin=[DownloadState.READY])


def _plan_anew(download: Download, lease: Lease) -> None:
    drafts, originals = plan(download)
    drafts += _withdrawn(download, drafts)
    lease.renew(LEASE)
    with transaction.atomic():
        has_room = _claim(download, drafts, originals)
        download.items.all().delete()
        save_items(download, drafts)
        download.is_planned, download.epoch = True, terms_of(download).epoch
        download.save(update_fields=["is_planned", "epoch"])
    if not has_room:
        raise NoRoomNow


def _withdrawn(download: Download, drafts: Sequence[Draft]) -> list[Draft]:
    """What left the link while it was being prepared: named, since the guest has asked for it."""
    if download.finished_at is not None:
        return []
    chosen = {draft.asset_id for draft in drafts}
    return [
        Draft(
            item.asset_id,
            Part(item.part),
            Rendition(item.rendition),
            item.modified,
            item.utc_offset,
            name=item.name,
            state=ItemState.MISSING,
            reason=Reason.WITHDRAWN,
        )
        for item in download.items.exclude(state=ItemState.CANCELED)
        if item.asset_id not in chosen
    ]


def _claim(
    download: Download, items: Sequence[Item], originals: Mapping[UUID, StoredFile | RemoteFile]
) -> bool:
    try:
        claim(download, items, originals, trouble_with)
    except NoRoomNow:
        return False
    return True


def _check_again(download: Download) -> None:
    """Look at every file once more, and save only what differs from before."""
    before = download.items.filter(state__in=[*OPEN, ItemState.READY])
    items = list(before)
    known = {item.pk: _facts(item) for item in items}
    originals = settle(items)
    has_room = _claim(download, items, originals)
    changed = iter([item for item in items if _facts(item) != known[item.pk]])
    while batch := list(islice(changed, BATCH)):
        _save_settled(batch)
    if not has_room:
        raise NoRoomNow


def _save_settled(items: Sequence[DownloadItem]) -> None:
    """Save in one transaction, each unless the guest canceled it meanwhile."""
    with transaction.atomic():
        for item in items:
            mine = DownloadItem.objects.filter(pk=item.pk)
            mine.exclude(state=ItemState.CANCELED).update(**_facts(item))


def _facts(item: Model) -> dict[str, object]:
    return {name: getattr(item, name) for name in FACTS}


def _give_up(download: Download) -> None:
    """The library cannot answer now: say so on every open file, and leave the rest to a retry."""
    download.items.open().update(state=ItemState.FAILED, reason=Reason.UNAVAILABLE)
    download.count_up()
    finish(download)
