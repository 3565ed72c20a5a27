"""Which albums a caller of ``/api`` may see: all of the library's and their own, or a link's."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID

from django.contrib.auth.models import User

from portal.library import get_library
from portal.library.interface import NotInLibrary
from portal.library.types import Album, AssetFilter
from sharing.albums.models import PortalAlbum
from sharing.api.album_shapes import UNKNOWN, AlbumFacts, facts_of_made
from sharing.api.callers import Caller, GuestCaller
from sharing.api.seeing import not_found
from sharing.contents import AlbumContents, Contents, LibraryContents, contents_of
from sharing.models import SharedLink


@dataclass(frozen=True, slots=True)
class FoundAlbum:
    """An album with what is said about it. ``made`` is its row, if it was made in the portal."""

    album: Album
    facts: AlbumFacts
    contents: Contents
    made: PortalAlbum | None = None


def own_albums(owner: User) -> list[FoundAlbum]:
    """Those that this owner made, newest first, then those of the library, by name."""
    shared = shared_albums(owner)
    own = PortalAlbum.objects.alive().owned_by(owner).with_covers().select_related("owner")
    made = [_of_made(each, is_shared=each.pk in shared) for each in own]
    return made + [_of_library(each, owner, shared) for each in get_library().albums()]


def find_album(caller: Caller, album_id: UUID, permission: str = "album.read") -> FoundAlbum:
    """One album; raises ``ApiRefused`` (400) for all that is not this caller's to see."""
    if isinstance(caller, GuestCaller):
        return _of_link(caller, album_id, permission)
    own = PortalAlbum.objects.alive().owned_by(caller.user).with_covers().select_related("owner")
    made = own.filter(pk=album_id).first()
    if made is not None:
        links = SharedLink.objects.owned_by(caller.user).alive()
        return _of_made(made, is_shared=links.of_portal_album(made).exists())
    try:
        album = get_library().album(album_id)
    except NotInLibrary as exc:
        raise not_found(permission) from exc
    if not album.count:  # emptied, and known for the sake of its links alone
        raise not_found(permission)
    return _of_library(album, caller.user, shared_albums(caller.user))


def shared_albums(owner: User) -> set[UUID]:
    """The albums that links of this owner share now."""
    links = SharedLink.objects.owned_by(owner).alive().filter(kind=SharedLink.Kind.ALBUM)
    pairs = links.values_list("album_id", "portal_album_id")
    return {pk for pair in pairs for pk in pair if pk}


def _of_made(made: PortalAlbum, *, is_shared: bool) -> FoundAlbum:
    contents = AlbumContents(made.pk, made.order, is_dated=not made.is_by_hand)
    return FoundAlbum(made.as_album(), facts_of_made(made, is_shared=is_shared), contents, made)


def _of_library(album: Album, owner: User, shared: set[UUID]) -> FoundAlbum:
    """When a folder came to be nobody knows: it is as old as its oldest photo."""
    facts = AlbumFacts(
        owner=owner,
        created_at=_midnight(album.first),
        updated_at=_midnight(album.last),
        is_shared=album.id in shared,
    )
    return FoundAlbum(album, facts, LibraryContents(AssetFilter(album_id=album.id)))


def _of_link(caller: GuestCaller, album_id: UUID, permission: str) -> FoundAlbum:
    link = caller.access.link
    if link.shown_album_id != album_id or not caller.access.rights.look:
        raise not_found(permission)
    if link.portal_album is not None:
        made = PortalAlbum.objects.alive().with_covers().select_related("owner")
        found = made.filter(pk=album_id).first()
        if found is None:
            raise not_found(permission)
        return FoundAlbum(
            found.as_album(), facts_of_made(found, is_shared=True), contents_of(link), found
        )
    try:
        album = get_library().album(album_id)
    except NotInLibrary as exc:
        raise not_found(permission) from exc
    facts = AlbumFacts(link.owner, "", "asc", link.created_at, link.created_at, is_shared=True)
    return FoundAlbum(album, facts, contents_of(link))


def _midnight(day: date | None) -> datetime:
    return datetime.combine(day, time(), UTC) if day else UNKNOWN


def albums_with(asset_id: UUID) -> set[UUID]:
    """The albums, of the library and made here, in which this asset is shown."""
    made = PortalAlbum.objects.filter(items__asset_id=asset_id, items__is_there=True)
    return {*get_library().albums_of(asset_id), *made.values_list("pk", flat=True)}
