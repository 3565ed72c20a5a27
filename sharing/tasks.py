"""Background work on the library, and the clearing of links long gone."""

import logging
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_q.tasks import async_task

from portal.leases.models import LeaseTaken, hold, is_held, take_turn
from portal.library import get_library
from portal.library.interface import LibraryUnavailable
from portal.library.types import RefreshReport
from sharing.activity import forget_old
from sharing.albums.editing import forget_deleted
from sharing.albums.settling import settle_all
from sharing.limits import forget_takes
from sharing.models import SharedLink

logger = logging.getLogger(__name__)
SLICE = 20  # seconds of work per task; long work queues its own next slice
RENDERING = "library.renditions"
ASSETS_PER_QUERY = 500
ALBUMS_FIRST = 1_000
ALBUMS_EVERY = 3_600  # seconds, though no look at the library found anything new


def rescan(seconds: float | None = None) -> RefreshReport:
    """Look at the library's home again, and void what links no longer grant.

    With ``seconds`` the look ends about then. Raises ``LibraryUnavailable``.
    """
    library = get_library()
    report = library.refresh(seconds, first=_shared_albums())
    void(report)
    is_due = take_turn("sharing.albums", ALBUMS_EVERY)
    if report.added or report.moved or report.removed or report.lost_assets or is_due:
        settle_all()
    library.acknowledge(report)
    if library.status().renditions_waiting:
        async_task("sharing.tasks.make_renditions")
    return report


def _shared_albums() -> list[UUID]:
    """What guests wait for comes before what only the owner sees, the newest links first."""
    links = SharedLink.objects.alive().filter(album_id__isnull=False)
    ids = links.order_by("-created_at").values_list("album_id", flat=True)[:ALBUMS_FIRST]
    return [album_id for album_id in ids if album_id]


@transaction.atomic
def void(report: RefreshReport) -> None:
    """Raise the epoch of links to what was lost; doing so twice is harmless."""
    links = SharedLink.objects.all()
    if report.shrunk_albums:
        links.of_albums(report.shrunk_albums).raise_epoch()
    lost = sorted(report.lost_assets)
    for start in range(0, len(lost), ASSETS_PER_QUERY):
        chosen = links.of_assets(lost[start : start + ASSETS_PER_QUERY])
        links.filter(pk__in=chosen.values("pk")).raise_epoch()


def rescan_quietly() -> None:
    """The periodic look: a home that is away is on the status page, not an error in the log."""
    try:
        report = rescan(SLICE)
    except LibraryUnavailable as exc:
        logger.info("The library was not looked at: %s", exc)
        return
    if report.unread:
        async_task("sharing.tasks.rescan_quietly", cluster="long")


def make_renditions() -> None:
    """Make waiting renditions for one slice, and queue the next while any wait."""
    try:
        with hold(RENDERING, seconds=SLICE * 4):
            waiting = get_library().make_renditions(SLICE)
    except LeaseTaken:
        return
    except LibraryUnavailable as exc:
        logger.warning("Small pictures wait: %s", exc)
        return
    if waiting:
        async_task("sharing.tasks.make_renditions")


def sweep() -> None:
    """Queue what is due and nobody is doing; clear deleted links and activity after their days."""
    status = get_library().status()
    interval = settings.LOGGIA_SCAN_INTERVAL
    is_due = not status.last_refresh or status.last_refresh + interval <= timezone.now()
    if is_due and not status.is_refreshing and take_turn("library.rescan", 30):
        async_task("sharing.tasks.rescan_quietly", cluster="long")
    if status.renditions_waiting and not is_held(RENDERING) and take_turn("library.render", 30):
        async_task("sharing.tasks.make_renditions")
    SharedLink.objects.long_gone().delete()
    if take_turn("sharing.forget", 600):
        forget_old()
        forget_takes()
        forget_deleted()
