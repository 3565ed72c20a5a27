"""What a link lets its guests send: told before they choose, and held to on every way in."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from sharing.contributions.models import Upload
from sharing.models import SharedLink, UploadKinds


@dataclass(frozen=True, slots=True)
class Rules:
    """A link's rules as they are at this moment.

    Sizes are in bytes. ``files_left`` and ``bytes_left`` are ``None`` without a limit; what is under
    way counts as if it were here. ``chunk_size`` is what a client had better send in one request.
    """

    is_open: bool
    kinds: UploadKinds
    max_size: int  # of one file
    files_left: int | None
    bytes_left: int | None
    closes_at: datetime | None
    chunk_size: int

    @property
    def largest(self) -> int:
        """Bytes of the largest file that fits at this moment."""
        return self.max_size if self.bytes_left is None else min(self.max_size, self.bytes_left)


class AgainstRules(Exception):
    """A file that this link does not take; the message is for its sender."""


def rules_of(link: SharedLink) -> Rules:
    """Read a link's rules. Whether the visitor may come in at all, ``sharing.access`` says."""
    files, size = _taken(link)
    ends = (link.uploads_until, link.closes_at)
    largest = settings.LOGGIA_UPLOAD_MAX_SIZE
    return Rules(
        is_open=link.takes_uploads,
        kinds=UploadKinds(link.upload_kinds),
        max_size=min(link.max_upload_size or largest, largest),
        files_left=_left(link.max_upload_files, files),
        bytes_left=_left(link.max_upload_bytes, size),
        closes_at=min((end for end in ends if end), default=None),
        chunk_size=settings.LOGGIA_UPLOAD_CHUNK,
    )


def check_size(rules: Rules, size: int) -> None:
    """Raise ``AgainstRules`` where a file of so many bytes cannot be taken."""
    if size <= 0:
        raise AgainstRules(_("This file is empty."))
    if size > rules.max_size:
        limit = filesizeformat(rules.max_size)
        raise AgainstRules(_("Too large (limit %(limit)s)") % {"limit": limit})
    check_room(rules, size)


def check_room(rules: Rules, size: int) -> None:
    """Raise ``AgainstRules`` where as much was sent as this link takes."""
    if rules.files_left is not None and rules.files_left < 1:
        raise AgainstRules(_("As many files were sent as this album takes."))
    if rules.bytes_left is not None and rules.bytes_left < size:
        left = filesizeformat(rules.bytes_left)
        raise AgainstRules(_("This album has room for no more than %(left)s.") % {"left": left})


def _taken(link: SharedLink) -> tuple[int, int]:
    """How many files and bytes count against the limits; nobody counts where there are none."""
    if link.max_upload_files is None and link.max_upload_bytes is None:
        return 0, 0
    counted = Upload.objects.counted().filter(link=link).order_by()
    taken = counted.aggregate(files=Count("pk"), size=Sum("size"))
    return taken["files"], taken["size"] or 0


def _left(most: int | None, taken: int) -> int | None:
    return None if most is None else max(most - taken, 0)
