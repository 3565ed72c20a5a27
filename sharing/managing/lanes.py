"""What the workers have before them, lane by lane."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q
from django.utils import timezone
from django_q.models import OrmQ

from portal.leases.models import is_held
from portal.serving.heartbeat import post_of
from portal.serving.lanes import lane_names


@dataclass(frozen=True, slots=True)
class LaneState:
    name: str
    waiting: int
    running: int
    oldest: datetime | None  # since when the first of the waiting has waited
    is_staffed: bool


def lane_states() -> list[LaneState]:
    """Read the queue as it is: a task's lock lies in the past until a worker takes it."""
    waits = Q(lock__lte=timezone.now())
    rows = (
        OrmQ.objects.order_by()
        .values_list("key")
        .annotate(waiting=Count("pk", filter=waits), all=Count("pk"), oldest=Min("lock"))
    )
    found = {key: (waiting, every, oldest) for key, waiting, every, oldest in rows}
    states = []
    for name in lane_names():
        waiting, every, oldest = found.get(name, (0, 0, None))
        staffed = is_held(post_of(name))
        since = oldest if waiting else None
        states.append(LaneState(name, waiting, every - waiting, since, staffed))
    return states
