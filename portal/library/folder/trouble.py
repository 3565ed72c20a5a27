"""When a root looks as if it were not there, nothing is changed and the owner is told."""

from collections import Counter

from django.utils.translation import gettext as _

from portal.library.folder.compare import Index
from portal.library.folder.roots import Root, Spot
from portal.library.folder.walk import Listing

FEWEST_LOST = 20  # fewer may go at once without a question
SHARE_LEFT = 0.1  # of the files, in which case most of them are taken to be away, not deleted


def why_not_there(root: Root, index: Index) -> str:
    """One sentence when the folder itself is gone; a root that never held a file may be absent."""
    if root.identity() is not None or (root.index > 0 and not index.present(root.index)):
        return ""
    return _("The folder %(path)s is not there. Is its disk connected?") % {"path": root.path}


def why_doubtful(root: Root, index: Index, listing: Listing) -> str:
    """One sentence when a root has suddenly lost everything, or all but a tenth of its files."""
    if Spot(root.index, b"", b"") in listing.unseen:
        why = listing.refused[Spot(root.index, b"", b"")]
        return _("%(path)s: %(why)s") % {"path": root.path, "why": why}
    known = len(index.present(root.index))
    found = Counter(spot.root for spot in listing.looks)[root.index]
    if known and not found and not listing.unseen:
        return _(
            "The folder %(path)s is suddenly empty; it held %(known)d files. Is its disk connected? "
            "If they were deleted on purpose, run “manage.py scan --accept-losses”."
        ) % {"path": root.path, "known": known}
    if known - found >= FEWEST_LOST and found <= known * SHARE_LEFT:
        return _(
            "Of %(known)d files in %(path)s only %(found)d are there. Is its disk connected? "
            "If the others were deleted on purpose, run “manage.py scan --accept-losses”."
        ) % {"path": root.path, "known": known, "found": found}
    return ""
