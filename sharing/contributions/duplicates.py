"""Which contents are in the album already, as far as a guest may know."""

from collections.abc import Collection

from portal.library import get_library
from portal.library.interface import LibraryUnavailable
from sharing.models import SharedLink


def shown(link: SharedLink, sha1s: Collection[bytes]) -> set[bytes]:
    """Those of these SHA-1 (20 bytes each) that a guest of this link can see there already.

    Nothing else of the library is asked, so nobody learns what else its owner has: of a link that
    hides its album, nothing is ever known. A home that is away knows nothing either.
    """
    if link.hides_album or not sha1s:
        return set()
    try:
        return set(get_library().known(link.assets(), sha1s))
    except LibraryUnavailable:
        return set()
