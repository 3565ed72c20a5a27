"""Taking the sample album away again: the one thing Loggia ever deletes in a photo folder."""

import shutil
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from portal.library.interface import LibraryUnavailable
from portal.library.types import Album
from sharing.links import delete_link
from sharing.models import SharedLink
from sharing.tasks import rescan

MARKER = ".loggia-sample"  # lies in a folder that Loggia itself has made


class SampleStays(Exception):
    """Nothing was removed; the message tells the owner why."""


def can_remove(album: Album) -> bool:
    return album.is_sample and _folder_of(album) is not None


def remove_sample(album: Album) -> None:
    """Delete a sample album's files and every link to it, and look at the library again.

    Raises ``SampleStays`` for any folder that is not certainly our own sample.
    """
    folder = _folder_of(album)
    if not album.is_sample or folder is None:
        raise SampleStays(_("This album is not a sample made by Loggia, so it stays."))
    try:
        shutil.rmtree(folder)
    except OSError as exc:
        reason = exc.strerror or exc
        raise SampleStays(
            _("The sample could not be removed: %(reason)s") % {"reason": reason}
        ) from exc
    for link in SharedLink.objects.alive().of_albums(frozenset({album.id})):
        delete_link(link)
    try:
        rescan()
    except LibraryUnavailable:  # a look is under way, and may have seen the folder still there
        async_task("sharing.tasks.rescan_quietly", cluster="long")


def _folder_of(album: Album) -> Path | None:
    """The sample's folder, if Loggia made it in a photo folder of its own."""
    if not settings.LOGGIA_PHOTOS_IS_OURS:
        return None
    root = settings.LOGGIA_PHOTOS.resolve()
    folder = (root / album.name).resolve()
    is_inside = root in folder.parents and not (root / album.name).is_symlink()
    return folder if is_inside and (folder / MARKER).is_file() else None
