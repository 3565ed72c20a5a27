"""Where the photos live: one interface, and the homes behind it."""

from functools import cache

from portal.library.interface import Library


@cache
def get_library() -> Library:
    """Return the library this portal is configured with."""
    from django.conf import settings  # these need Django's apps to be ready

    if settings.LOGGIA_IMMICH_URL:
        from portal.library.immich.library import ImmichLibrary

        return ImmichLibrary.from_settings()
    from portal.library.folder.library import FolderLibrary

    return FolderLibrary.from_settings()
