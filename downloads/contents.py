"""What a download's archive holds: its ready items, and a note about what is left out."""

import calendar
from collections.abc import Sequence

from django.utils.translation import gettext, ngettext

from downloads.archive import Entry, Layout
from downloads.models import Download, DownloadItem, Reason
from downloads.names import MISSING


def layout_of(download: Download) -> Layout:
    """Compute the archive's layout from the rows; entries come first, in their items' order."""
    return layout(download, list(download.items.in_archive()), left_out(download))


def left_out(download: Download) -> list[tuple[str, str]]:
    """Name and reason of each file that should have been there."""
    return list(download.items.left_out().values_list("name", "reason"))


def layout(
    download: Download, items: Sequence[DownloadItem], missing: Sequence[tuple[str, str]]
) -> Layout:
    entries = [
        Entry(item.name, item.size, item.crc32 or 0, item.modified, item.utc_offset)
        for item in items
    ]
    if missing:
        day = calendar.timegm(download.created_at.date().timetuple())
        entries.append(Entry.literal(MISSING, missing_note(missing), day))
    return Layout(entries)


def missing_note(missing: Sequence[tuple[str, str]]) -> bytes:
    """Say in words what is not there, for whoever opens the archive later."""
    first = ngettext(
        "%(count)s file could not be put into this archive:",
        "%(count)s files could not be put into this archive:",
        len(missing),
    ) % {"count": len(missing)}
    lines = [f"- {name}: {Reason(reason).label}" for name, reason in missing]
    last = gettext("Open the link again later to try once more, or ask the person who sent it.")
    # Line ends for the plainest editor of Windows; every other reads them too.
    return "\r\n".join([first, "", *lines, "", last, ""]).encode()
