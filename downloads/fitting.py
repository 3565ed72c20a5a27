"""What of a ready download its link's limits still allow: it is refused before its first byte."""

from collections.abc import Iterator
from uuid import UUID

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from downloads.models import Download, DownloadItem
from sharing.access import rights_of
from sharing.models import SharedLink

# More than an archive has beside its files: headers per file, their names twice, and its end.
_PER_FILE, _AT_THE_END = 200, 100


def used_up() -> str:
    return _(
        "All downloads of this link are used up. You can go on looking; "
        "ask the person who sent it for more."
    )


def refusal_of(download: Download, link: SharedLink) -> str:
    """Why the link gives this download no more, in words for the guest; nothing when it does.

    What was fetched once may be fetched again.
    """
    if download.fetched_at is not None or download.is_unfinished:
        return ""
    if rights_of(link).is_used_up:
        return used_up()
    left = link.bytes_left
    if left is None or download.archive_size <= left:
        return ""
    words = _(
        "This download has %(size)s, and %(left)s may still be had with this link. "
        "Choose fewer photos, or the smaller size."
    )
    return words % {"size": filesizeformat(download.archive_size), "left": filesizeformat(left)}


def fitting_assets(download: Download, room: int) -> list[UUID]:
    """Choose, in order, the photos that fit into an archive of ``room`` bytes; a live photo whole."""
    room -= _AT_THE_END
    chosen = []
    for asset_id, size in _photos(download):
        if size <= room:
            room -= size
            chosen.append(asset_id)
    return chosen


def _photos(download: Download) -> Iterator[tuple[UUID, int]]:
    """Yield each photo with the bytes that its files need in an archive."""
    rows = download.items.in_archive().values_list("asset_id", "part", "size", "name")
    held: tuple[UUID, int] | None = None
    for asset_id, part, size, name in rows.iterator(chunk_size=2_000):
        needed = size + _PER_FILE + 2 * len(name.encode())
        if part == DownloadItem.Part.LIVE and held:
            held = (held[0], held[1] + needed)
            continue
        if held:
            yield held
        held = (asset_id, needed)
    if held:
        yield held
