"""What whoever asked for a download may have of it right now."""

from dataclasses import dataclass

from downloads.models import Download
from portal.library.types import AssetFilter
from portal.media.grants import OWNER_EPOCH
from sharing.access import Rights, rights_of
from sharing.contents import Contents, LibraryContents, contents_of
from sharing.models import SharedLink

ALL = Rights(look=True, download=True, originals=True, upload=True, metadata=True, location=True)


@dataclass(frozen=True, slots=True)
class Terms:
    """A link's rights and contents; an owner has all of the library."""

    rights: Rights
    contents: Contents
    epoch: int
    is_open: bool

    @classmethod
    def of_link(cls, link: SharedLink) -> "Terms":
        is_open = not (link.deleted_at or link.is_paused or link.is_expired)
        return cls(rights_of(link), contents_of(link), link.epoch, is_open)

    @classmethod
    def of_owner(cls, *, is_active: bool = True) -> "Terms":
        return cls(ALL, LibraryContents(AssetFilter()), OWNER_EPOCH, is_active)


def terms_of(download: Download) -> Terms:
    if download.link is not None:
        return Terms.of_link(download.link)
    return Terms.of_owner(is_active=download.owner is not None and download.owner.is_active)
