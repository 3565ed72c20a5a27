"""How long the library remembers what is gone."""

import contextlib
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from portal.library.folder.attempts import forget_old_attempts
from portal.library.folder.models import (
    Arrival,
    Folder,
    Place,
    StoredAlbum,
    StoredAsset,
    UnmadeRendition,
)
from portal.library.index.chunks import chunks
from portal.library.index.leaving import forget_arrivals
from portal.library.renditions import MEDIA_TYPES, RenditionStore

REMEMBERED_FOR = timedelta(days=30)
TRY_AGAIN_AFTER = timedelta(days=7)  # a newer version may make what this one could not


def forget_what_is_long_gone(store: RenditionStore) -> None:
    """Purge assets, places, folders and albums that have been gone for 30 days."""
    limit = timezone.now() - REMEMBERED_FOR
    gone = StoredAsset.objects.filter(removed_at__lt=limit).values_list("pk", flat=True)
    for chunk in chunks(list(gone), 100):
        _purge(chunk, store)
    with transaction.atomic():
        Place.objects.filter(missing_since__lt=limit).delete()
        places = Place.objects.filter(folder=OuterRef("pk"))
        Folder.objects.filter(~Exists(places), is_new=False).delete()
        StoredAlbum.objects.filter(folders=None, emptied_at__lt=limit).delete()
    _give_another_chance()
    forget_old_attempts()
    forget_arrivals(Arrival.objects.all())


def _purge(assets: Sequence[UUID], store: RenditionStore) -> None:
    """Delete files first: a row without renditions can be purged again, files without row never."""
    for asset in assets:
        for rendition in MEDIA_TYPES:
            with contextlib.suppress(OSError):
                store.path(asset, rendition).unlink()
    StoredAsset.objects.filter(pk__in=assets, removed_at__isnull=False).delete()


@transaction.atomic
def _give_another_chance() -> None:
    old = UnmadeRendition.objects.filter(seen_at__lt=timezone.now() - TRY_AGAIN_AFTER)
    failed = StoredAsset.objects.filter(renditions=StoredAsset.Renditions.FAILED)
    failed.filter(unmade__in=old).update(renditions=StoredAsset.Renditions.WAITING)
    old.delete()
