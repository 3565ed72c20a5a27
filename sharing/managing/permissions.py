"""What an owner is told of permissions that a key for Immich does not have."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from portal.library.types import LibraryStatus
from sharing.contributions.demands import is_anything_taken


def lacking_now(library: LibraryStatus) -> list[tuple[str, str]]:
    """Each permission that the key lacks, with what is worse; those for uploads where they count."""
    for_uploads = library.lacking_for_uploads if is_anything_taken() else ()
    return lacking_in_words([*library.lacking, *for_uploads])


def lacking_in_words(names: Iterable[str]) -> list[tuple[str, str]]:
    """Each name with what is worse without it."""
    words = {
        "user.read": _("Photos that others share with you cannot be told from yours."),
        "asset.statistics": _("Loggia cannot count what Immich has."),
        "person.read": _("People have no names."),
        "asset.upload": _("What guests send cannot get into the library: it waits."),
        "albumAsset.create": _("What guests send cannot get into its album: it waits."),
        "asset.delete": _("Guests cannot take back what the library has."),
        "albumAsset.delete": _("What guests take back stays in its album."),
    }
    return [(name, words.get(name, "")) for name in names]
