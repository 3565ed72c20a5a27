"""What an owner is told of permissions that a key for Immich does not have."""

from collections.abc import Iterable

from django.utils.translation import gettext as _


def lacking_in_words(names: Iterable[str]) -> list[tuple[str, str]]:
    """Each name with what is worse without it."""
    words = {
        "user.read": _("Photos that others share with you cannot be told from yours."),
        "asset.statistics": _("Loggia cannot count what Immich has."),
        "person.read": _("People have no names."),
    }
    return [(name, words.get(name, "")) for name in names]
