"""Links as the JSON of Immich (SharedLinkResponseDto): for their owners, and for their guests."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Min

from portal.accounts.identity import owner_uuid
from portal.library import get_library
from portal.library.types import Album, Asset, AssetFilter
from sharing.albums.models import PortalAlbum
from sharing.api.album_shapes import AlbumFacts, album_dict, facts_of_made, link_album_dict
from sharing.api.callers import GuestCaller
from sharing.api.moments import stamp
from sharing.api.shapes import View, asset_dicts
from sharing.models import SharedAsset, SharedLink

MASK = "********"  # of a password, however long it is


def guest_link_dict(caller: GuestCaller) -> dict[str, Any]:
    """A link as its guests know it. Who came by the slug is told that for a key: it opens as much."""
    link, rights = caller.access.link, caller.access.rights
    view = View.of_guest(link, rights)
    handle = caller.credentials.handle
    told = _facts(link, view) | {
        "key": link.key if handle == link.key else link.slug,
        "allowUpload": rights.upload,
        "allowDownload": rights.download,
        "showMetadata": rights.metadata,
    }
    return told | _contents(link, view)


def own_link_dict(link: SharedLink) -> dict[str, Any]:
    """A link for its owner."""
    view = View(owner_uuid(link.owner))
    return _facts(link, view) | _contents(link, view)


def own_link_dicts(links: Sequence[SharedLink]) -> list[dict[str, Any]]:
    """Many links for their owner: of chosen photos the first alone, as Immich lists them."""
    firsts, albums, made = _first_assets(links), _albums(links), _made(links)
    answers = []
    for link in links:
        view = View(owner_uuid(link.owner), with_exif=False)
        first = firsts.get(link.pk)
        answer = _facts(link, view) | {"assets": asset_dicts([first] if first else [], view)}
        if link.portal_album_id in made:
            album = made[link.portal_album_id]
            facts = facts_of_made(album, is_shared=True)
            answer["album"] = album_dict(album.as_album(), view, facts)
        elif link.album_id in albums:
            facts = AlbumFacts(link.owner, "", "asc", link.created_at, link.created_at, True)
            answer["album"] = album_dict(albums[link.album_id], view, facts)
        answers.append(answer)
    return answers


def _facts(link: SharedLink, view: View) -> dict[str, Any]:
    return {
        "id": str(link.pk),
        "description": link.description or None,
        "password": MASK if link.password else None,
        "userId": str(view.owner_id),
        "key": link.key,
        "type": link.kind,
        "createdAt": stamp(link.created_at),
        "expiresAt": stamp(link.expires_at) if link.expires_at else None,
        "assets": [],
        "allowUpload": link.allow_upload,
        "allowDownload": link.allow_download,
        "showMetadata": link.show_metadata,
        "slug": link.slug or None,
    }


def _contents(link: SharedLink, view: View) -> dict[str, Any]:
    """Chosen photos with all of them; an album as such, whose photos are asked for elsewhere."""
    if link.kind == SharedLink.Kind.INDIVIDUAL:
        return {"assets": asset_dicts(get_library().assets(link.assets()), view)}
    album = link_album_dict(link, view)
    return {"album": album} if album else {}


def _first_assets(links: Iterable[SharedLink]) -> Mapping[UUID, Asset]:
    chosen = [link.pk for link in links if link.kind == SharedLink.Kind.INDIVIDUAL]
    of_these = SharedAsset.objects.filter(link_id__in=chosen).order_by()
    each = of_these.values("link_id").annotate(first=Min("pk")).values("first")
    firsts = dict(SharedAsset.objects.filter(pk__in=each).values_list("link_id", "asset_id"))
    which = AssetFilter(ids=frozenset(firsts.values()))
    found = {asset.id: asset for asset in get_library().assets(which)} if firsts else {}
    return {link: found[asset_id] for link, asset_id in firsts.items() if asset_id in found}


def _albums(links: Iterable[SharedLink]) -> Mapping[UUID | None, Album]:
    wanted = {link.album_id for link in links if link.album_id}
    return {album.id: album for album in get_library().albums(wanted)} if wanted else {}


def _made(links: Iterable[SharedLink]) -> Mapping[UUID | None, PortalAlbum]:
    wanted = {link.portal_album_id for link in links if link.portal_album_id}
    living = PortalAlbum.objects.alive().select_related("owner").with_covers()
    return {album.pk: album for album in living.filter(pk__in=wanted)} if wanted else {}
