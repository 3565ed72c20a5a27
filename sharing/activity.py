"""What happened to links, kept for their owners: short, and not for long."""

from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, QuerySet
from django.utils import timezone

from sharing.models import Happening, SharedLink, Take

NETWORK_BITS = {4: 24, 6: 48}  # what is kept of an address: a provider's part, not a household's
SAME_FOR = timedelta(minutes=1)  # the same mishap again within this time is the same happening
TOGETHER_FOR = timedelta(minutes=10)  # files that come, or are decided about, are one happening


def record(link: SharedLink, kind: Happening.Kind, *, address: str = "", size: int = 0) -> None:
    """Note what happened now. ``address`` is shortened; ``size`` is in bytes."""
    Happening.objects.create(link=link, kind=kind, address=shorten(address), size=size)


def record_once(link: SharedLink, kind: Happening.Kind, *, address: str) -> None:
    """Note what somebody may cause as often as they like, at most once a minute per network."""
    recent = Happening.objects.filter(link=link, kind=kind, at__gt=timezone.now() - SAME_FOR)
    if not recent.filter(address=shorten(address)).exists():
        record(link, kind, address=address)


def record_files(link_id: UUID | None, kind: Happening.Kind, *, count: int, size: int = 0) -> None:
    """Note what happened to so many files, together with the same of the last ten minutes.

    Hundreds come in one by one, and are one line for their owner. Of a link that is gone, nothing.
    """
    if not count or link_id is None or not SharedLink.objects.filter(pk=link_id).exists():
        return
    now = timezone.now()
    recent = Happening.objects.filter(link_id=link_id, kind=kind, at__gt=now - TOGETHER_FOR)
    latest = recent.values_list("pk", flat=True).first()
    more = {"at": now, "count": F("count") + count, "size": F("size") + size}
    if latest and Happening.objects.filter(pk=latest).update(**more):
        return
    Happening.objects.create(link_id=link_id, kind=kind, count=count, size=size, at=now)


def shorten(text: str) -> str:
    """The network an address is part of: IPv4 /24, IPv6 /48; of what is no address, nothing.

    ``::ffff:192.0.2.1`` is the IPv4 address it carries (RFC 4291, 2.5.5.2).
    """
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(ip_network((address, NETWORK_BITS[address.version]), strict=False))


def forget_old() -> None:
    """Delete what is older than ``LOGGIA_ACTIVITY_DAYS``, and what is beyond the limit."""
    oldest = timezone.now() - timedelta(days=settings.LOGGIA_ACTIVITY_DAYS)
    Happening.objects.filter(at__lt=oldest).delete()
    forget_beyond(Happening.objects.all(), settings.LOGGIA_ACTIVITY_ROWS)


def forget_beyond(rows: QuerySet[Happening] | QuerySet[Take], most: int) -> None:
    """Delete the oldest rows of links until ``most`` are left, of those first that have most.

    Whoever calls one link over and over pushes out nothing that is kept of the others.
    """
    excess = rows.count() - most
    if excess <= 0:
        return
    counts = rows.order_by().values_list("link_id").annotate(held=Count("pk")).order_by("-held")
    held = list(counts)
    share = most // len(held)
    for link_id, count in held:
        surplus = min(excess, count - share)
        if surplus <= 0:
            return
        of_link = rows.filter(link_id=link_id).order_by("pk")
        last = of_link.values_list("pk", flat=True)[surplus - 1 : surplus].first()
        of_link.filter(pk__lte=last or 0).delete()
        excess -= surplus
