"""How owners add photos themselves: by a link of their own for each album, made when first needed.

So what an owner sends takes the same way as what guests send; nobody else can use such a link
(``sharing.access``), and no list of links shows it.
"""

from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from portal.library import get_library
from sharing.albums.models import PortalAlbum
from sharing.models import SharedLink

# The album is its owner's to see anyway, and what the owner sends needs no review.
SETTINGS = {
    "kind": SharedLink.Kind.ALBUM,
    "allow_download": False,
    "allow_upload": True,
    "hides_album": True,
    "holds_uploads": False,
}


def own_link(owner: AbstractBaseUser | AnonymousUser, album_id: UUID) -> SharedLink:
    """The link by which this owner sends into an album, one of the library or one made here.

    Raises ``NotInLibrary``.
    """
    made = PortalAlbum.objects.alive().owned_by(owner).filter(pk=album_id).first()
    link, _is_new = SharedLink.objects.get_or_create(
        owner_id=owner.pk,
        is_for_owner=True,
        deleted_at=None,
        portal_album=made,
        album_id=None if made else get_library().album(album_id).id,
        defaults=SETTINGS,
    )
    return link
