"""Which photos are in an album: what programs put there and take out, told for each of them."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q

from portal.library import get_library
from portal.library.types import AssetFilter
from sharing.albums.editing import add_photos, remove_photos
from sharing.albums.models import PortalAlbum
from sharing.api.album_finding import FoundAlbum
from sharing.api.callers import GuestCaller
from sharing.api.seeing import find_assets, not_found
from sharing.contributions.models import Upload
from sharing.tasks import void

Result = dict[str, str | bool]


def add_to(found: FoundAlbum, asset_ids: Sequence[UUID]) -> list[Result]:
    """Put photos into an owner's album, or into one of the library. BulkIdResponseDto of each.

    The moving half of a live photo goes where its still goes: nothing is to be done for it.
    """
    before = _present(found, asset_ids)
    known = {asset.id for asset in get_library().assets(AssetFilter(ids=frozenset(asset_ids)))}
    halves = _halves([asset_id for asset_id in asset_ids if asset_id not in known])
    new = [asset_id for asset_id in dict.fromkeys(asset_ids) if asset_id in known - before]
    why: dict[UUID, str] = {}
    if new and found.made is not None:
        add_photos(found.made, new)
    elif new:
        why = dict(get_library().join_album(found.album.id, new))
    results = []
    for asset_id in asset_ids:
        if asset_id in before:
            results.append(result(asset_id, "duplicate"))
        elif asset_id not in known | halves:
            results.append(result(asset_id, "no_permission"))
        else:
            results.append(
                result(asset_id, "unknown" if asset_id in why else "", why.get(asset_id))
            )
            before.add(asset_id)  # named twice, it is there already
    return results


def remove_from(found: FoundAlbum, asset_ids: Sequence[UUID]) -> list[Result]:
    """Take photos out. Of a folder's album only what was put there from here can be."""
    before = _present(found, asset_ids)
    left = before
    if found.made is not None:
        remove_photos(found.made, list(before))
    elif before:
        left = _leave(found.album.id, before)
    results = []
    for asset_id in asset_ids:
        error = "no_permission" if asset_id in before else "not_found"
        results.append(result(asset_id, "" if asset_id in left else error))
    return results


def add_as_guest(caller: GuestCaller, album_id: UUID, asset_ids: Sequence[UUID]) -> list[Result]:
    """What guests sent goes into the album by itself, once it may: other photos are not theirs."""
    access = caller.access
    if not access.rights.upload or access.link.shown_album_id != album_id:
        raise not_found("albumAsset.create")
    sent = Upload.objects.filter(link=access.link)
    mine = sent.filter(Q(pk__in=asset_ids) | Q(asset_id__in=asset_ids))
    theirs = {pk for pair in mine.values_list("pk", "asset_id") for pk in pair}
    shown = find_assets(caller, asset_ids).keys()
    return [
        result(asset_id, "duplicate" if asset_id in shown - theirs else _unless(asset_id in theirs))
        for asset_id in asset_ids
    ]


def result(asset_id: UUID, error: str = "", words: str | None = None) -> Result:
    """BulkIdResponseDto."""
    why: Result = {"error": error} if error else {}
    more: Result = {"errorMessage": words} if words else {}
    return {"id": str(asset_id), "success": not error, **why, **more}


def _halves(asset_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these unlisted assets that are moving halves."""
    return set(get_library().originals(asset_ids)) if asset_ids else set()


def _unless(is_theirs: bool) -> str:
    return "" if is_theirs else "no_permission"


def _leave(album_id: UUID, asset_ids: Iterable[UUID]) -> set[UUID]:
    library = get_library()
    report = library.leave_album(album_id, list(asset_ids))
    void(report)
    library.acknowledge(report)
    here = AssetFilter(album_id, frozenset(asset_ids))
    return set(asset_ids) - {asset.id for asset in library.assets(here)}


def _present(found: FoundAlbum, asset_ids: Sequence[UUID]) -> set[UUID]:
    wanted = frozenset(asset_ids)
    if found.made is not None:
        return _items_of(found.made, wanted)
    return {asset.id for asset in get_library().assets(AssetFilter(found.album.id, wanted))}


def _items_of(made: PortalAlbum, wanted: frozenset[UUID]) -> set[UUID]:
    return set(made.items.asset_ids()) & wanted
