"""How much of what guests sent lies on the disk until the library has it, and what it waits for."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Min, Q, Sum
from django.utils.translation import gettext

from sharing.contributions.models import State, Upload


@dataclass(frozen=True, slots=True)
class SentState:
    """Sizes in bytes; ``used`` counts what is still arriving as if it were whole."""

    used: int
    limit: int
    arriving: int  # files
    held: int
    on_their_way: int  # accepted, and not in the library yet
    since: datetime | None  # the first of these was accepted
    reason: str  # why they wait, as the database has it

    @property
    def why(self) -> str:
        """The reason in the reader's language."""
        return gettext(self.reason) if self.reason else ""


def sent_state() -> SentState:
    """Read it as it is at this moment, of all owners."""
    staged, waits = Upload.objects.staged().order_by(), Q(state=State.ACCEPTED)
    facts = staged.aggregate(
        used=Sum("size"),
        arriving=Count("pk", filter=Q(state__in=(State.ARRIVING, State.ARRIVED))),
        held=Count("pk", filter=Q(state=State.HELD, stills=None)),
        on_their_way=Count("pk", filter=waits & Q(stills=None)),
        since=Min("decided_at", filter=waits),
    )
    waiting = staged.filter(waits).exclude(reason="").values_list("reason", flat=True)
    return SentState(
        used=facts.pop("used") or 0,
        limit=settings.LOGGIA_STAGING_SIZE,
        reason=waiting.first() or "",
        **facts,
    )
