"""The index of the folder library, to be asked."""

from collections.abc import Collection
from uuid import UUID

from portal.library.folder.models import Place, StoredAlbum, StoredAsset
from portal.library.index.queries import Index


def _halves_in(album_id: UUID, halves: Collection[UUID]) -> set[UUID]:
    lying = Place.objects.present().filter(folder__album=album_id, asset__in=halves)
    return set(lying.values_list("asset_id", flat=True))


INDEX = Index(
    everything=StoredAsset.objects.in_timeline,
    visible=StoredAsset.objects.listed,
    albums=StoredAlbum.objects.all,
    halves_in=_halves_in,
)
