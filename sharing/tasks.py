"""Background work on the library, and the clearing of links long gone."""

from django.conf import settings
from django.utils import timezone
from django_q.tasks import async_task

from portal.leases.models import LeaseTaken, hold, is_held, take_turn
from portal.library import get_library
from portal.library.interface import LibraryUnavailable
from portal.library.types import RefreshReport
from sharing.models import SharedLink

SLICE = 20  # seconds of rendering per task
RENDERING = "library.renditions"


def rescan() -> RefreshReport:
    """Look at the library's home again, and void what links no longer grant.

    Raises ``LibraryUnavailable``.
    """
    report = get_library().refresh()
    if report.shrunk_albums:
        SharedLink.objects.of_albums(report.shrunk_albums).raise_epoch()
    if get_library().status().renditions_waiting:
        async_task("sharing.tasks.make_renditions")
    return report


def rescan_quietly() -> None:
    """The periodic look: a home that is away is on the status page, not an error in the log."""
    try:
        rescan()
    except LibraryUnavailable:
        return


def make_renditions() -> None:
    """Make waiting renditions for one slice, and queue the next while any wait."""
    try:
        with hold(RENDERING, seconds=SLICE * 4):
            waiting = get_library().make_renditions(SLICE)
    except LeaseTaken:
        return
    if waiting:
        async_task("sharing.tasks.make_renditions")


def sweep() -> None:
    """Queue what is due and nobody is doing, and clear deleted links after their 30 days."""
    status = get_library().status()
    interval = settings.LOGGIA_SCAN_INTERVAL
    is_due = not status.last_refresh or status.last_refresh + interval <= timezone.now()
    if is_due and not status.is_refreshing and take_turn("library.rescan", 30):
        async_task("sharing.tasks.rescan_quietly", cluster="long")
    if status.renditions_waiting and not is_held(RENDERING) and take_turn("library.render", 30):
        async_task("sharing.tasks.make_renditions")
    SharedLink.objects.long_gone().delete()
