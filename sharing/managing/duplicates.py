"""What of the sent files an owner has already, or was sent twice. For the owner's eyes alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _

from portal.library import get_library
from portal.library.interface import LibraryUnavailable
from portal.library.types import AssetFilter
from sharing.contributions.models import State, Upload
from sharing.managing.waiting import seen_as_one


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Contents by SHA-1."""

    in_library: frozenset[bytes] = frozenset()
    sent_twice: frozenset[bytes] = frozenset()

    @classmethod
    def among(cls, uploads: Sequence[Upload]) -> "Duplicates":
        """Look up those of these that wait, which are of one owner."""
        held = [one for one in uploads if one.state == State.HELD and one.sha1]
        sha1s = {bytes(one.sha1) for one in held if one.sha1}
        if not sha1s:
            return cls()
        same = Upload.objects.filter(
            owner_id=held[0].owner_id, state__in=(State.HELD, State.ACCEPTED), sha1__in=sha1s
        )
        counted = seen_as_one(same).order_by().values_list("sha1").annotate(count=Count("pk"))
        twice = {bytes(sha1) for sha1, _count in counted.filter(count__gt=1) if sha1}
        return cls(_known(sha1s), frozenset(twice))

    def marks(self, upload: Upload) -> list[str]:
        """Words for what this file is beside being sent."""
        sha1 = bytes(upload.sha1 or b"")
        found = [_("You have it already")] if sha1 in self.in_library else []
        return [*found, _("Sent more than once")] if sha1 in self.sent_twice else found


def _known(sha1s: set[bytes]) -> frozenset[bytes]:
    try:
        return frozenset(get_library().known(AssetFilter(), sha1s))
    except LibraryUnavailable:  # a decision need not wait for it
        return frozenset()
