"""An owner's portal albums, as the owner's pages know albums."""

from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from portal.library.types import Album
from sharing.albums.models import PortalAlbum


def made_albums(user: AbstractBaseUser | AnonymousUser) -> dict[UUID, Album]:
    """The albums this owner made, by id, newest first, with their covers."""
    own = PortalAlbum.objects.alive().owned_by(user).with_covers()
    return {album.pk: album.as_album() for album in own}
