"""What is gone from Immich is remembered for a while: its links can say so, and it may come back."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from portal.library.immich.models import Arrival, StoredAlbum, StoredAsset
from portal.library.index.leaving import forget_arrivals

REMEMBERED_FOR = timedelta(days=30)
AT_ONCE = 500


@transaction.atomic
def forget_what_is_long_gone() -> None:
    limit = timezone.now() - REMEMBERED_FOR
    gone = StoredAsset.objects.filter(removed_at__lt=limit)
    StoredAsset.objects.filter(pk__in=list(gone.values_list("pk", flat=True)[:AT_ONCE])).delete()
    StoredAlbum.objects.filter(removed_at__lt=limit).delete()
    forget_arrivals(Arrival.objects.all())
