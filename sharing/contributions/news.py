"""What there is to tell owners of what was sent, and when: many files are one message."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sharing.contributions.models import State, Upload, UploadQuerySet

QUIET_FOR = timedelta(
    minutes=1
)  # after the last file: whoever sends forty is not told of the first
NEWS_FOR = timedelta(days=7)
MOST_LINKS = 10  # named in one message
COUNTED = (State.HELD, State.ACCEPTED, State.DONE)


@dataclass(frozen=True, slots=True)
class News:
    """A message to one owner. ``uploads`` are what it tells of, by link and state."""

    title: str
    body: str
    uploads: frozenset[UUID]


def untold() -> UploadQuerySet:
    """What owners were not told of. What they sent themselves is none of it."""
    recent = Upload.objects.filter(arrived_at__gt=timezone.now() - NEWS_FOR, told_at=None)
    return recent.filter(state__in=COUNTED, stills=None).exclude(link__is_for_owner=True)


def owners_to_tell() -> QuerySet[User]:
    """Owners for whom enough time has passed; nobody where there is no way to tell them."""
    if not (settings.LOGGIA_NOTIFY_URLS or settings.LOGGIA_EMAIL_URL):
        return User.objects.none()
    now = timezone.now()
    is_calm = Q(latest__lt=now - min(QUIET_FOR, settings.LOGGIA_NOTIFY_EVERY))
    is_old = Q(earliest__lt=now - settings.LOGGIA_NOTIFY_EVERY)
    waiting = untold().order_by().values("owner")
    times = waiting.annotate(earliest=Min("arrived_at"), latest=Max("arrived_at"))
    return User.objects.filter(pk__in=times.filter(is_calm | is_old).values("owner"))


def is_anybody_to_tell() -> bool:
    return owners_to_tell().exists()


def news_for(owner: User) -> News:
    """What to tell this owner now."""
    rows = untold().filter(owner=owner)
    pks = frozenset(rows.values_list("pk", flat=True))
    by_link = (
        rows.order_by()
        .values("link_name")
        .annotate(
            waiting=Count("pk", filter=Q(state=State.HELD)),
            there=Count("pk", filter=~Q(state=State.HELD)),
        )
    )
    lines = [_line(row) for row in by_link.order_by("link_name")[:MOST_LINKS]]
    title = ngettext("%(n)d new photo or video", "%(n)d new photos and videos", len(pks))
    return News(title % {"n": len(pks)}, "\n".join([*lines, "", _where()]), pks)


def _line(row: Mapping[str, object]) -> str:
    parts = []
    if waiting := int(str(row["waiting"])):
        text = ngettext("%(n)d waits for your review", "%(n)d wait for your review", waiting)
        parts.append(text % {"n": waiting})
    if there := int(str(row["there"])):
        text = ngettext("%(n)d was added to the album", "%(n)d were added to the album", there)
        parts.append(text % {"n": there})
    name = " ".join(str(row["link_name"]).split())
    return f"{name}: {', '.join(parts)}"


def _where() -> str:
    from django.urls import reverse

    if settings.LOGGIA_PUBLIC_URL:
        return f"{settings.LOGGIA_PUBLIC_URL}{reverse('sharing:review')}"
    return _("Open Loggia to look at them.")
