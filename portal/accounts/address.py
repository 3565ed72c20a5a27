"""Where a request comes from, as far as limits are concerned."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from django.http import HttpRequest

_NETWORK_BITS = 64  # what one household or phone is given (RFC 6177), and could walk through


def client_address(request: HttpRequest) -> str:
    """The peer's address. Headers of a proxy do not count: anybody can send them."""
    return group_address(request.META.get("REMOTE_ADDR", ""))


def group_address(text: str) -> str:
    """The part of an address that stands for one sender: IPv4 whole, IPv6 its /64.

    ``::ffff:192.0.2.1`` is the IPv4 address it carries (RFC 4291, 2.5.5.2). What is no address, as
    on a Unix socket, is one sender named ``local``.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return "local"
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if isinstance(address, IPv4Address):
        return str(address)
    network = int(address) >> (128 - _NETWORK_BITS) << (128 - _NETWORK_BITS)
    return f"{IPv6Address(network)}/{_NETWORK_BITS}"
