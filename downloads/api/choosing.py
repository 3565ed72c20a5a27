"""Which photos a caller of ``/api`` means, and may have."""

from collections.abc import Collection, Sequence
from http import HTTPStatus
from uuid import UUID

from downloads.terms import Terms
from portal.accounts.identity import owner_uuid
from portal.api_errors import ApiRefused
from portal.library.types import NamedAsset
from sharing.api.album_finding import find_album
from sharing.api.callers import Caller, GuestCaller
from sharing.contents import Contents

MOST_HALVES = 1_000  # that are looked for without their photos


def terms_for(caller: Caller, permission: str = "asset.download") -> Terms:
    """What the caller may download at all; raises ``ApiRefused`` (400)."""
    if not isinstance(caller, GuestCaller):
        return Terms.of_owner()
    terms = Terms.of_link(caller.access.link)
    if not (terms.rights.download or terms.rights.is_used_up):
        raise no_access(permission)
    return terms


def photos_of(contents: Contents, asset_ids: Collection[UUID]) -> Sequence[NamedAsset]:
    """The photos with these ids, in their order, each once; moving halves bring their photos.

    Raises ``ApiRefused`` (400) if one of them is not there, or not shown.
    """
    wanted = frozenset(asset_ids)
    found = contents.named(wanted)
    lone = wanted - _ids_in(found)
    if not lone:
        return found
    if len(lone) > MOST_HALVES or not all(contents.contains(asset_id) for asset_id in lone):
        raise no_access("asset.download")
    every = contents.named(frozenset(contents.ids()))
    found = [asset for asset in every if asset.id in wanted or asset.live_video_id in lone]
    if wanted - _ids_in(found):
        raise no_access("asset.download")
    return found


def photos_of_album(caller: Caller, album_id: UUID) -> Sequence[NamedAsset]:
    """The photos of an album; raises ``ApiRefused`` (400)."""
    terms_for(caller, "album.download")
    return _all_of(find_album(caller, album_id, "album.download").contents)


def photos_of_user(caller: Caller, user_id: UUID) -> Sequence[NamedAsset]:
    """All photos of the library, for an owner who asks for their own; raises ``ApiRefused``."""
    if isinstance(caller, GuestCaller) or user_id != owner_uuid(caller.user):
        raise no_access("timeline.download")
    return _all_of(Terms.of_owner().contents)


def no_access(permission: str) -> ApiRefused:
    return ApiRefused(HTTPStatus.BAD_REQUEST, f"Not found or no {permission} access")


def _all_of(contents: Contents) -> Sequence[NamedAsset]:
    return contents.named(frozenset(contents.ids()))


def _ids_in(photos: Sequence[NamedAsset]) -> set[UUID]:
    halves = {photo.live_video_id for photo in photos if photo.live_video_id}
    return halves | {photo.id for photo in photos}
