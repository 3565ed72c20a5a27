"""Where the photos live: one interface, and the homes behind it."""

from functools import cache

from portal.library.interface import Library


@cache
def get_library() -> Library:
    """Return the library this portal is configured with."""
    from portal.library.folder.library import FolderLibrary  # needs Django's apps to be ready

    return FolderLibrary.from_settings()
