"""The mirror of an Immich, to be asked."""

from collections.abc import Collection
from uuid import UUID

from portal.library.immich.models import StoredAlbum, StoredAsset
from portal.library.index.queries import Index


def _all(_album_id: UUID, halves: Collection[UUID]) -> set[UUID]:
    """In Immich a moving half belongs to its still, wherever that is shown."""
    return set(halves)


INDEX = Index(
    everything=StoredAsset.objects.in_timeline,
    visible=StoredAsset.objects.listed,
    albums=StoredAlbum.objects.all,
    halves_in=_all,
)
