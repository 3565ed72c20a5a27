"""What happened to links, kept for their owners: short, and not for long."""

from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.utils import timezone

from sharing.models import Happening, SharedLink

NETWORK_BITS = {4: 24, 6: 48}  # what is kept of an address: a provider's part, not a household's
ROWS_AT_ONCE = 5_000
SAME_FOR = timedelta(minutes=1)  # the same mishap again within this time is the same happening


def record(link: SharedLink, kind: Happening.Kind, *, address: str = "", size: int = 0) -> None:
    """Note what happened now. ``address`` is shortened; ``size`` is in bytes."""
    Happening.objects.create(link=link, kind=kind, address=shorten(address), size=size)


def record_once(link: SharedLink, kind: Happening.Kind, *, address: str) -> None:
    """Note what somebody may cause as often as they like, at most once a minute per network."""
    recent = Happening.objects.filter(link=link, kind=kind, at__gt=timezone.now() - SAME_FOR)
    if not recent.filter(address=shorten(address)).exists():
        record(link, kind, address=address)


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
    """Delete what is older than ``LOGGIA_ACTIVITY_DAYS``, and the oldest beyond the limit."""
    oldest = timezone.now() - timedelta(days=settings.LOGGIA_ACTIVITY_DAYS)
    Happening.objects.filter(at__lt=oldest).delete()
    beyond = Happening.objects.order_by("-pk").values_list("pk", flat=True)
    last = beyond[settings.LOGGIA_ACTIVITY_ROWS : settings.LOGGIA_ACTIVITY_ROWS + 1].first()
    if last is not None:
        Happening.objects.filter(pk__lte=last).delete()
