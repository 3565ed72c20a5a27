"""The album of generated pictures that a new portal shows itself with."""

import shutil
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User

from portal.library import get_library
from sharing.links import LinkSettings, share_album
from sharing.models import SharedLink
from sharing.tasks import rescan

FOLDER = "Sample album"
MADE = "sample-made"  # in the data folder: an owner who removed it does not want it again


def make_sample_album(owner: User, say: Callable[[str], None]) -> SharedLink | None:
    """Make, index and share the sample in a photo folder that is ours and empty; else ``None``.

    Raises ``LibraryUnavailable`` and ``OSError``; the next start then tries again.
    """
    marker = settings.LOGGIA_DATA / MADE
    if settings.LOGGIA_IMMICH_URL or not settings.LOGGIA_PHOTOS_IS_OURS or marker.exists():
        return None
    photos = settings.LOGGIA_PHOTOS
    photos.mkdir(parents=True, exist_ok=True)
    album = photos / FOLDER
    if not album.exists():
        if any(photos.iterdir()):
            return None
        say("There are no photos yet: painting a sample album…")
        _make_whole(album)
    rescan()
    link = _share(owner)
    marker.touch()
    return link


def _make_whole(album: Path) -> None:
    """Make the pictures beside the photo folder and move them in: a broken start leaves nothing."""
    from portal.library.content.sample import make_sample  # brings the picture libraries

    unfinished = settings.LOGGIA_DATA / "sample.part"
    shutil.rmtree(unfinished, ignore_errors=True)
    make_sample(unfinished / FOLDER)
    (unfinished / FOLDER).rename(album)
    unfinished.rmdir()


def _share(owner: User) -> SharedLink | None:
    for album in get_library().albums():
        if album.is_sample:
            return SharedLink.objects.alive().filter(album_id=album.id).first() or share_album(
                owner, album.id, LinkSettings(description="Sample album")
            )
    return None
