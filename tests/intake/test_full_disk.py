"""A disk that fills up in the middle of a file: what came is kept, and goes on when there is room."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager

from tests.intake.conftest import StartPortal
from tests.intake.portal import Portal
from tests.intake.tus import Tus, checksum

DATA = os.urandom(14_000_000)
ROOM = 10_000_000  # bytes: no file may grow beyond, as if the disk had no more


@contextmanager
def a_full_disk(portal: Portal) -> Iterator[None]:
    _limit(portal, ROOM)
    try:
        yield
    finally:
        _limit(portal, resource.RLIM_INFINITY)


def _limit(portal: Portal, size: int) -> None:
    for process in portal.processes:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_a_full_disk_keeps_what_came(start_portal: StartPortal) -> None:
    portal = start_portal(1)
    guest = Tus(portal.link())
    with guest.client:
        address = guest.create(len(DATA))
        with a_full_disk(portal):
            answer = guest.patch(address, 0, DATA)
            assert (answer.status_code, answer.headers["retry-after"]) == (507, "5")
            assert answer.json()["message"].startswith("The server has no room right now.")
            offset = guest.offset(address)
            assert offset == ROOM
            piece = DATA[offset:]
            assert guest.patch(address, offset, piece, **checksum(piece)).status_code == 507
            assert guest.offset(address) == ROOM
        assert guest.patch(address, offset, DATA[offset:]).status_code == 204
        assert portal.content(address) == DATA
        assert portal.row(address)["state"] == "arrived"
