import pytest
from django.test import RequestFactory

from portal.accounts.address import client_address, group_address


@pytest.mark.parametrize(
    ("peer", "sender"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("", "local"),
        ("unix:", "local"),
        ("192.0.2.7, 10.0.0.1", "local"),
    ],
)
def test_addresses_are_grouped_by_who_can_own_them(peer: str, sender: str) -> None:
    assert group_address(peer) == sender


def test_headers_of_a_proxy_do_not_count() -> None:
    request = RequestFactory().get(
        "/",
        REMOTE_ADDR="192.0.2.7",
        headers={"x-forwarded-for": "198.51.100.1", "forwarded": "for=198.51.100.1"},
    )
    assert client_address(request) == "192.0.2.7"
