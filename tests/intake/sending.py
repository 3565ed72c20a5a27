"""A client that gives up on nothing: it comes back after every broken line, as browsers do."""

import time

import httpx

from tests.intake.tus import Tus

PATIENCE = 120.0  # seconds
PASSING = {423, 409, 460, 503}  # answers after which a client asks where to go on


def send_stubbornly(guest: Tus, content: bytes, filename: str, chunk: int = 200_000) -> str:
    """Send a file in pieces until all of it is acknowledged; returns its address."""
    until = time.monotonic() + PATIENCE
    address = ""
    offset = -1
    while offset < len(content):
        assert time.monotonic() < until, f"{filename} got no further than {offset}"
        try:
            if not address:
                address = guest.create(len(content), filename=filename, filetype="image/jpeg")
                offset = 0
            offset = _go_on(guest, address, content, offset, chunk)
        except httpx.TransportError:
            offset = -1
            time.sleep(0.05)
    return address


def _go_on(guest: Tus, address: str, content: bytes, offset: int, chunk: int) -> int:
    """Send a piece, or ask where to go on; returns the offset, or -1 where it must be asked for."""
    if offset < 0:
        answer = guest.head(address)
        return int(answer.headers["upload-offset"]) if answer.status_code == 200 else -1
    piece = content[offset : offset + chunk]
    answer = guest.patch(address, offset, piece)
    if answer.status_code in PASSING:
        time.sleep(0.05)
        return -1
    assert answer.status_code == 204, answer.text
    acknowledged = int(answer.headers["upload-offset"])
    assert acknowledged == offset + len(piece)
    return acknowledged
