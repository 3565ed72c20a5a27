"""Trying a link's password: slowed down, and noted for its owner, wherever it is tried."""

from datetime import timedelta

from portal.accounts import throttle
from portal.accounts.address import group_address
from sharing.access import make_unlock
from sharing.activity import record, record_once
from sharing.models import Happening, SharedLink

SCOPE = "unlock"
LONGEST_PASSWORD = 1_000  # characters worth hashing


class WrongPassword(Exception):
    """``wait`` is how long the next attempt must wait."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(wait)
        self.wait = wait


def unlock_link(link: SharedLink, password: str, peer: str) -> str:
    """Return the value of the unlock cookie; ``peer`` is the address that tries.

    Raises ``throttle.Throttled`` or ``WrongPassword``.
    """
    tried = (SCOPE, str(link.pk), group_address(peer))
    throttle.check(*tried)
    if not link.check_password(password[:LONGEST_PASSWORD]):
        record_once(link, Happening.Kind.WRONG_PASSWORD, address=peer)
        raise WrongPassword(throttle.record_failure(*tried))
    throttle.record_success(*tried)
    record(link, Happening.Kind.UNLOCKED, address=peer)
    return make_unlock(link)
