"""What a caller of ``/api`` may see: all of the library, or what a link shows."""

from collections.abc import Collection, Sequence
from http import HTTPStatus
from uuid import UUID

from portal.api_errors import ApiRefused
from portal.library import get_library
from portal.library.interface import NotInLibrary
from portal.library.types import Asset, AssetFilter
from sharing.api.callers import Caller, GuestCaller
from sharing.contents import contents_of
from sharing.contributions.models import State, Upload
from sharing.showing.collection import collection_of


def visible(caller: Caller) -> AssetFilter:
    """The listed assets that a caller may see."""
    if not isinstance(caller, GuestCaller):
        return AssetFilter()
    return caller.access.link.assets() if caller.access.rights.look else _NOTHING


def find_asset(caller: Caller, asset_id: UUID, permission: str = "asset.read") -> Asset:
    """An asset that the caller may see, the moving halves of live photos included.

    Guests find what they sent by the id that they were told, once the link shows it. Raises
    ``ApiRefused`` (400) for what is not there and for what is not shown, alike.
    """
    try:
        if not isinstance(caller, GuestCaller):
            return get_library().asset(asset_id)
        found = _shown(caller, asset_id)
        if found is None and (became := _sent_as(caller, asset_id)):
            found = _shown(caller, became)
    except NotInLibrary as exc:
        raise not_found(permission) from exc
    if found is None:
        raise not_found(permission)
    return found


def _shown(caller: GuestCaller, asset_id: UUID) -> Asset | None:
    """What a link shows by this id; raises ``NotInLibrary`` for a half that has just left."""
    if not caller.access.rights.look:
        return None
    contents = contents_of(caller.access.link)
    asset = contents.asset(asset_id)
    if asset is None and contents.contains(asset_id):
        return get_library().asset(asset_id)
    return asset


def _sent_as(caller: GuestCaller, upload_id: UUID) -> UUID | None:
    """The asset that an upload by this link has become."""
    sent = Upload.objects.filter(pk=upload_id, link=caller.access.link, state=State.DONE)
    return sent.values_list("asset_id", flat=True).first()


def find_assets(caller: Caller, asset_ids: Collection[UUID]) -> dict[UUID, Asset]:
    """Those of these assets that the caller may see, moving halves included."""
    wanted, which = frozenset(asset_ids), visible(caller)
    shown = wanted if which.ids is None else wanted & which.ids
    found = {asset.id: asset for asset in get_library().assets(AssetFilter(which.album_id, shown))}
    for asset_id in _unlisted(caller, wanted - found.keys()):
        try:
            found[asset_id] = find_asset(caller, asset_id)
        except ApiRefused:
            continue
    return found


def _unlisted(caller: Caller, asset_ids: Collection[UUID]) -> set[UUID]:
    """Those worth a look one by one: moving halves, and what guests were told of uploads."""
    if not asset_ids:
        return set()
    known = set(get_library().originals(list(asset_ids)))
    if isinstance(caller, GuestCaller):
        sent = Upload.objects.filter(link=caller.access.link, pk__in=asset_ids)
        known |= set(sent.values_list("pk", flat=True))
    return known


def check_all(
    caller: Caller, asset_ids: Collection[UUID], permission: str = "asset.read"
) -> Sequence[Asset]:
    """All of these assets, in their order, each once; raises ``ApiRefused`` (400) if one is not."""
    found = find_assets(caller, asset_ids)
    if len(found) < len(set(asset_ids)):
        raise not_found(permission)
    return [found[asset_id] for asset_id in dict.fromkeys(asset_ids)]


def number_of(caller: Caller, asset: Asset) -> int:
    """Where an asset stands among what a link shows, counted from 1: it names a cleaned file.

    Owners get the originals by their own names, so there the number says nothing. A moving half
    stands where its still does, if that can be told, else at 1.
    """
    if not isinstance(caller, GuestCaller) or caller.access.rights.metadata:
        return 1
    collection = collection_of(caller.access.link)
    position = collection.grid.position(asset.id)
    return 1 if position is None else position + 1


def not_found(permission: str) -> ApiRefused:
    """What Immich says of what is not there, and of what is not for this caller."""
    return ApiRefused(HTTPStatus.BAD_REQUEST, f"Not found or no {permission} access")


_NOTHING = AssetFilter(ids=frozenset())
