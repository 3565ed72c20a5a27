"""What a link shares, seen as a whole: its title, its count, its grid."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from uuid import UUID

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.library import get_library
from portal.library.interface import NotInLibrary
from portal.library.types import Album, Asset, Totals
from sharing.albums.models import PortalAlbum
from sharing.contents import Contents, LibraryContents, contents_of
from sharing.models import SharedLink
from sharing.showing.grid import Grid, grid_of

NOTHING = Totals(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Collection:
    """``version`` differs whenever the assets or their order differ."""

    title: str
    contents: Contents
    totals: Totals
    version: str
    cover_id: UUID | None = None  # chosen by the owner

    @property
    def grid(self) -> Grid:
        return grid_of(self.contents, self.version)

    def cover(self) -> tuple[Asset, str] | None:
        """The photo that the owner chose to stand for all, and words for it."""
        asset = self.contents.asset(self.cover_id) if self.cover_id else None
        return (asset, self.title) if asset else None

    @property
    def summary(self) -> str:
        """45 photos, 3 videos; kinds that are not there are not named."""
        images, videos = self.totals.images, self.totals.videos
        parts = [
            ngettext("%(n)s photo", "%(n)s photos", images) % {"n": _grouped(images)}
            if images
            else "",
            ngettext("%(n)s video", "%(n)s videos", videos) % {"n": _grouped(videos)}
            if videos
            else "",
        ]
        return ", ".join(filter(None, parts))


def _grouped(number: int) -> str:
    return number_format(number, force_grouping=True)


def collection_of(link: SharedLink) -> Collection:
    """Look up what a link shares now; an album that is gone, or hidden, is an empty one."""
    if link.hides_album:
        return Collection(title_of(link), contents_of(link), NOTHING, "")
    made = link.portal_album
    if made is not None:
        return _of_portal_album(link, made)
    which = link.assets()
    contents = LibraryContents(which)
    if which.album_id is None:
        totals = get_library().totals(which)
        return Collection(_title(link, None), contents, totals, f"{totals.count}.{totals.size}")
    album = _album(which.album_id)
    if album is None:
        return Collection(_title(link, None), contents, NOTHING, "")
    totals = Totals(album.images, album.videos, album.size)
    return Collection(_title(link, album), contents, totals, album.version)


def _of_portal_album(link: SharedLink, album: PortalAlbum) -> Collection:
    contents = contents_of(link)
    if album.deleted_at is not None:
        return Collection(_title(link, None), contents, NOTHING, "")
    version = str(album.revision)
    return Collection(_title(link, None), contents, album.totals, version, album.cover_id)


def title_of(link: SharedLink) -> str:
    """The title alone, for which nothing needs counting."""
    return _title(link, _album(link.album_id) if link.album_id else None)


def _album(album_id: UUID) -> Album | None:
    try:
        return get_library().album(album_id)
    except NotInLibrary:
        return None


def _title(link: SharedLink, album: Album | None) -> str:
    if link.description:
        return link.description
    made = link.portal_album
    if made is not None and made.deleted_at is None:
        return made.name
    if link.kind == SharedLink.Kind.INDIVIDUAL:
        return _("Shared photos")
    # Of a folder's path only its own name is shown: those above it are the owner's affair.
    return (PurePosixPath(album.name).name if album else "") or _("Shared album")
