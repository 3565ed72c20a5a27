"""Look at the photo folders now, and say what was found."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from portal.library import get_library
from portal.library.interface import Library, LibraryUnavailable
from portal.library.types import LibraryStatus, Page, RefreshReport
from sharing.tasks import rescan

ANOTHER_LOOK_ENDS_WITHIN = 3600.0  # seconds
SLICE = 20.0


class Command(BaseCommand):
    help = "Look at the photo folders now: take in what is new, note what moved or is gone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--renditions",
            action="store_true",
            help="make all waiting thumbnails and previews too",
        )
        parser.add_argument(
            "--accept-losses",
            action="store_true",
            help="believe that everything that is not there was deleted on purpose",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        library = get_library()
        try:
            self._wait_for_another(library)
            if options["accept_losses"]:
                library.accept_losses()
            report = rescan()
            self.stdout.write(describe(report, library.status()))
            self._list_problems(library)
            if options["renditions"]:
                self._make_renditions(library)
        except LibraryUnavailable as exc:
            raise CommandError(str(exc)) from exc

    def _wait_for_another(self, library: Library) -> None:
        """Let a look that is under way come to its end: ours sees what it came too early for."""
        give_up_at = time.monotonic() + ANOTHER_LOOK_ENDS_WITHIN
        if library.status().is_refreshing:
            self.stderr.write(_("Waiting for the look that is under way …"))
        while library.status().is_refreshing and time.monotonic() < give_up_at:
            time.sleep(0.5)

    def _list_problems(self, library: Library) -> None:
        offset = 0
        while page := library.problems(Page(offset)):
            for problem in page:
                self.stderr.write(f"{printable(problem.path)}: {problem.reason}")
            offset += len(page)

    def _make_renditions(self, library: Library) -> None:
        total = library.status().renditions_waiting
        while left := library.make_renditions(SLICE):
            self.stdout.write(
                _("%(made)d of %(total)d previews made") % {"made": total - left, "total": total}
            )
        self.stdout.write(_("%(total)d previews made") % {"total": total})


def describe(report: RefreshReport, status: LibraryStatus) -> str:
    """One line for people on what a look found."""
    counts = {
        _("new"): report.added,
        _("moved"): report.moved,
        _("gone"): report.removed,
        _("still being written"): report.growing,
        _("left out"): report.problems,
    }
    news = ", ".join(f"{number} {what}" for what, number in counts.items() if number)
    return _("%(photos)d photos and %(videos)d videos in %(albums)d albums: %(news)s") % {
        "photos": status.images,
        "videos": status.videos,
        "albums": status.albums,
        "news": news or _("nothing new"),
    }


def printable(path: str) -> str:
    """A path that cannot break the line or steer the terminal."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in path)
