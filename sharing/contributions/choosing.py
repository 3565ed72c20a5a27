"""Which accepted uploads go to the library next: few enough for one slice, pairs together."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from sharing.contributions.models import State, Upload

BATCH, BATCH_BYTES = 24, 2**30
HALF_AWAITED = timedelta(seconds=30)  # while its sender is still sending


def due(state: State) -> QuerySet[Upload]:
    now = timezone.now()
    return Upload.objects.filter(Q(retry_at=None) | Q(retry_at__lte=now), state=state)


def leaving() -> QuerySet[Upload]:
    """Taken back, and perhaps in the library: it is asked to let go of them."""
    return due(State.WITHDRAWN).filter(is_leaving=True)


def accepted() -> QuerySet[Upload]:
    """What the library is to have, those last over which a worker died. Halves come with stills."""
    stills = Upload.objects.filter(live_video=OuterRef("pk"), state=State.ACCEPTED)
    whole = due(State.ACCEPTED).filter(~Exists(stills)).exclude(_awaits_its_half())
    return whole.order_by("attempts", "decided_at", "pk")


def next_batch() -> list[Upload]:
    """Uploads to be taken in by one call, moving halves before their stills."""
    batch: list[Upload] = []
    size = 0
    for upload in accepted().select_related("live_video", "portal_album")[:BATCH]:
        size += upload.size
        if batch and (upload.attempts or size > BATCH_BYTES):
            break
        batch.append(upload)
        if upload.attempts:
            break
    return [*_halves_of(batch), *batch]


def _halves_of(batch: Sequence[Upload]) -> list[Upload]:
    halves = [upload.live_video for upload in batch if upload.live_video]
    return [half for half in halves if half.state == State.ACCEPTED]


def _awaits_its_half() -> Q:
    """A live photo's still, whose sender may be sending the video at this moment."""
    on_the_way = Upload.objects.filter(
        contributor=OuterRef("contributor"),
        state__in=(State.ARRIVING, State.ARRIVED),
        touched_at__gt=timezone.now() - HALF_AWAITED,
    )
    still = Upload.objects.filter(live_video=OuterRef("pk"))
    is_recent = Q(arrived_at__gt=timezone.now() - HALF_AWAITED, tries=0, attempts=0)
    is_single = Q(~Exists(still), live_video=None, content_id__gt="")
    return is_recent & is_single & Q(Exists(on_the_way))
