"""Albums as the JSON of Immich: those of the library, and those made in the portal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import PurePosixPath
from typing import Any

from django.contrib.auth.models import User

from portal.accounts.shapes import user_dict
from portal.library import get_library
from portal.library.interface import NotInLibrary
from portal.library.types import Album
from sharing.albums.models import PortalAlbum
from sharing.api.moments import stamp
from sharing.api.shapes import View
from sharing.models import SharedLink
from sharing.showing.collection import title_of

UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AlbumFacts:
    """What an album's answer says beside its counts."""

    owner: User
    description: str = ""
    order: str = "asc"
    created_at: datetime = UNKNOWN
    updated_at: datetime = UNKNOWN
    is_shared: bool = False  # by a link


def facts_of_made(
    made: PortalAlbum, owner: User | None = None, *, is_shared: bool = False
) -> AlbumFacts:
    order = "desc" if made.order == PortalAlbum.Order.NEWEST else "asc"
    return AlbumFacts(
        owner=owner or made.owner,
        description=made.description,
        order=order,
        created_at=made.created_at,
        updated_at=made.updated_at,
        is_shared=is_shared,
    )


def album_dict(
    album: Album, view: View, facts: AlbumFacts, assets: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """One album (AlbumResponseDto), with ``assets`` where they were asked for.

    Clients of Immich 3 want its owner among the users, and those of 2 know no role of that name:
    “editor” is one that both read, and ``owner`` says whose it is.
    """
    owner = user_dict(facts.owner)
    if view.rights is not None:  # guests are told of somebody: the name is not part of the link
        owner |= {"name": "Loggia", "profileChangedAt": stamp(facts.created_at)}
    return {
        "albumName": album.name if view.rights is None else PurePosixPath(album.name).name,
        "description": facts.description,
        "albumThumbnailAssetId": str(album.cover_id) if album.cover_id else None,
        "createdAt": stamp(facts.created_at),
        "updatedAt": stamp(facts.updated_at),
        "id": str(album.id),
        "ownerId": str(view.owner_id),
        "owner": owner,
        "albumUsers": [{"user": owner, "role": "editor"}],
        "shared": facts.is_shared,
        "hasSharedLink": facts.is_shared,
        "assets": list(assets),
        "assetCount": album.count,
        "isActivityEnabled": False,
        "order": facts.order,
        **({} if view.is_bare else _span(album)),
    }


def link_album_dict(
    link: SharedLink, view: View, assets: Sequence[dict[str, Any]] = ()
) -> dict[str, Any] | None:
    """The album that a link shares, as its guests may know it; ``None`` of chosen photos.

    Of an album that is hidden from them, or gone, guests learn its title alone.
    """
    if link.kind != SharedLink.Kind.ALBUM or not link.shown_album_id:
        return None
    album = None if link.hides_album and view.rights is not None else _album_of(link)
    if album is None:
        album = Album(link.shown_album_id, title_of(link), 0, 0, 0, None, None, None, "")
    return album_dict(album, view, _facts(link, view), assets)


def _facts(link: SharedLink, view: View) -> AlbumFacts:
    made, is_guest = link.portal_album, view.rights is not None
    owner = User(pk=link.owner_id) if is_guest else link.owner  # of whom guests learn no more
    if made is not None:
        return facts_of_made(made, owner, is_shared=True)
    moment = link.created_at
    return AlbumFacts(owner, created_at=moment, updated_at=moment, is_shared=True)


def _album_of(link: SharedLink) -> Album | None:
    made = link.portal_album
    if made is not None:
        found = PortalAlbum.objects.alive().with_covers().filter(pk=made.pk).first()
        return found.as_album() if found else None
    if link.album_id is None:
        return None
    try:
        return get_library().album(link.album_id)
    except NotInLibrary:
        return None


def _span(album: Album) -> dict[str, str]:
    days = {"startDate": album.first, "endDate": album.last}
    return {name: _midnight(day) for name, day in days.items() if day}


def _midnight(day: date) -> str:
    return stamp(datetime.combine(day, time(), UTC))
