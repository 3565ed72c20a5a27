"""What waits for an owner's decision: counted for the navigation, the links and their streams."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Count, Max

from sharing.contributions.models import State, Upload, UploadQuerySet

IN_MOTION = (State.ARRIVED, State.HELD, State.ACCEPTED, State.REJECTED)


def seen_as_one(uploads: UploadQuerySet) -> UploadQuerySet:
    """Without the moving halves of live photos: they come and go with their stills."""
    return uploads.filter(stills=None)


def read_waiting(owner_ids: Iterable[int]) -> dict[int, int]:
    """How many photos and videos wait for each of these owners; who has none is left out."""
    held = Upload.objects.held().filter(owner_id__in=list(owner_ids)).order_by()
    return dict(seen_as_one(held).values_list("owner_id").annotate(Count("pk")))


def waiting_by_link(link_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many wait by each of these links; those where none does are left out."""
    held = Upload.objects.held().filter(link_id__in=link_ids).order_by()
    counts = seen_as_one(held).values_list("link_id").annotate(Count("pk"))
    return {link_id: count for link_id, count in counts if link_id}


def read_links_facts(owner_ids: Iterable[int]) -> dict[int, list[object]]:
    """By owner, what differs whenever the number that waits by one of their links does."""
    held = Upload.objects.held().filter(owner_id__in=list(owner_ids)).order_by()
    found: dict[int, list[object]] = {}
    counts = held.values_list("owner_id", "link_id").annotate(Count("pk")).order_by("link_id")
    for owner_id, link_id, count in counts:
        found.setdefault(owner_id, []).append((link_id, count))
    return found


def read_review_facts(owner_ids: Iterable[int]) -> dict[int, list[object]]:
    """By owner, what differs whenever a review page would look different."""
    moving = Upload.objects.filter(owner_id__in=list(owner_ids), state__in=IN_MOTION).order_by()
    last = [Max(name) for name in ("arrived_at", "decided_at", "retry_at")]
    found: dict[int, list[object]] = {}
    for owner_id, *facts in (
        moving.values_list("owner_id", "state").annotate(Count("pk"), *last).order_by("state")
    ):
        found.setdefault(owner_id, []).append(facts)
    return found
