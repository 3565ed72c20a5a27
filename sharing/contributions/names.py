"""Under which names guests see what the library had elsewhere before one of them sent it.

An asset is its content and has one name: perhaps that of the owner's own copy in another album. By
the name of the file they sent, guests do not learn that there is one.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from django.db.models import Q

from portal.library.content.formats import SUFFIXES
from portal.library.index.chunks import chunks
from portal.library.naming import safe_name
from portal.library.types import Asset, NamedAsset
from sharing.contributions.models import State, Upload

Named = TypeVar("Named", Asset, NamedAsset)


def as_sent(album_id: UUID | None, assets: Sequence[Named]) -> Sequence[Named]:
    """These assets of an album, wherever that was made, by the names that its guests gave them."""
    names = _names(album_id, [asset.id for asset in assets]) if album_id else {}
    if not names:
        return assets
    return [_called(asset, names.get(asset.id, asset.filename)) for asset in assets]


def _called(asset: Named, name: str) -> Named:
    if isinstance(asset, NamedAsset):
        return asset._replace(filename=name)
    return replace(asset, filename=name)


def _names(album_id: UUID, asset_ids: Collection[UUID]) -> dict[UUID, str]:
    names: dict[UUID, str] = {}
    for chunk in chunks(asset_ids):
        rows = Upload.objects.filter(_brought(album_id), state=State.DONE, asset_id__in=chunk)
        newest_first = rows.order_by("-created_at", "-pk")  # so that the first who sent it stays
        for asset_id, name, media_type in newest_first.values_list(
            "asset_id", "filename", "media_type"
        ):
            if asset_id:
                names[asset_id] = "".join(safe_name(name, media_type, SUFFIXES))
    return names


def _brought(album_id: UUID) -> Q:
    """What came into the album by guests. To one of a hidden album it may have been there before."""
    by_album = Q(album_id=album_id, portal_album=None) & ~Q(link__hides_album=True)
    return Q(was_there=True) & (by_album | Q(portal_album=album_id, joined_album=True))
