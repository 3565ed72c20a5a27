"""What a download's archive holds: its ready items, and a note about what is left out."""

import calendar
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext, ngettext

from downloads.archive import Entry, Layout
from downloads.models import Download, DownloadItem, Reason
from downloads.names import MISSING


class ArchivedFile(NamedTuple):
    """What is read of an item for its archive: 20,000 model instances would take a second."""

    position: int
    asset_id: UUID
    rendition: str
    mtime_ns: int
    name: str
    size: int
    crc32: int
    modified: int
    utc_offset: int
    spool_file_id: int | None


def files_of(download: Download) -> list[ArchivedFile]:
    """Read what is in the archive, in order."""
    rows = download.items.in_archive().values_list(*ArchivedFile._fields)
    return [ArchivedFile(*row) for row in rows]


def layout_of(download: Download, files: Sequence[ArchivedFile]) -> Layout:
    """Compute the archive's layout: an entry for each file, in order, then the note."""
    entries = [
        Entry(file.name, file.size, file.crc32, file.modified, file.utc_offset) for file in files
    ]
    left_out = download.items.left_out().with_lone_halves()
    missing = [(item.name, item.reason, item.part, item.lone) for item in left_out]
    if missing:
        day = calendar.timegm(download.created_at.date().timetuple())
        entries.append(Entry.literal(MISSING, missing_note(missing), day))
    return Layout(entries)


def missing_note(missing: Sequence[tuple[str, str, str, str]]) -> bytes:
    """Say in words what is not there, for whoever opens the archive later.

    Of each file its name, its reason, its part, and the other half of it that is there.
    """
    first = ngettext(
        "%(count)s file could not be put into this archive:",
        "%(count)s files could not be put into this archive:",
        len(missing),
    ) % {"count": len(missing)}
    lines = [
        f"- {name}: {Reason(reason).label}{_other_half(part, lone)}"
        for name, reason, part, lone in missing
    ]
    last = gettext("Open the link again later to try once more, or ask the person who sent it.")
    # Line ends for the plainest editor of Windows; every other reads them too.
    return "\r\n".join([first, "", *lines, "", last, ""]).encode()


def _other_half(part: str, lone: str) -> str:
    if not lone:
        return ""
    if part == DownloadItem.Part.LIVE:
        words = gettext("its photo %(name)s is here")
    else:
        words = gettext("only its moving half %(name)s is here")
    return f" ({words % {'name': lone}})"
