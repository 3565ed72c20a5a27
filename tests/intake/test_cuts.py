"""Lines that break, clients that come back, and two that want the same."""

import os
import random
import socket
import time
from contextlib import suppress
from functools import partial

import pytest

from tests.intake.portal import Portal
from tests.intake.tus import Tus, answer_of, checksum
from tests.running import wait_until

DATA = os.urandom(2_000_000)
CHANCE = random.Random(5)  # noqa: S311 - chooses moments, no secrets


def cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def is_longer(portal: Portal, address: str, size: int) -> bool:
    return portal.size(address) > size


def another(guest: Tus) -> Tus:
    """The same browser by a connection of its own, so perhaps at another process."""
    guest.client.close()
    fresh = Tus(guest.link)
    fresh.client.cookies = guest.client.cookies
    guest.client = fresh.client
    return guest


@pytest.mark.parametrize("sent", [0, 1, 1000, 65_536, 1_000_000, 1_999_999])
def test_what_came_before_a_cut_counts(guest: Tus, portal: Portal, sent: int) -> None:
    address = guest.create(len(DATA))
    connection = guest.begin_patch(address, 0, len(DATA))
    connection.sendall(DATA[:sent])
    wait_until(lambda: sent == 0 or portal.size(address) >= sent * 0.7, 10)
    cut(connection)
    offset = guest.offset(address)
    assert offset <= sent
    assert offset >= sent * 0.7
    assert portal.content(address)[:offset] == DATA[:offset]
    assert guest.patch(address, offset, DATA[offset:]).status_code == 204
    assert portal.content(address) == DATA


def test_a_few_slow_bytes_count_as_soon_as_they_came(guest: Tus, portal: Portal) -> None:
    address = guest.create(len(DATA))
    connection = guest.begin_patch(address, 0, len(DATA))
    for at in range(5):
        connection.sendall(DATA[at * 10 : at * 10 + 10])
        time.sleep(0.15)
    wait_until(lambda: portal.size(address) >= 40, 5)
    cut(connection)
    assert guest.offset(address) >= 40


def test_a_file_cut_at_any_moment_arrives_in_the_end(guest: Tus, portal: Portal) -> None:
    address, offset = guest.create(len(DATA)), 0
    for _ in range(15):
        connection = guest.begin_patch(address, offset, len(DATA) - offset)
        with suppress(ConnectionError):
            connection.sendall(DATA[offset : offset + CHANCE.randrange(200_000)])
        time.sleep(CHANCE.random() * 0.03)
        cut(connection)
        now = guest.offset(address)
        assert now >= offset
        offset = now
    assert guest.patch(address, offset, DATA[offset:]).status_code == 204
    assert portal.content(address) == DATA


def test_the_last_byte_counts_though_its_sender_has_left(guest: Tus, portal: Portal) -> None:
    address = guest.create(len(DATA))
    connection = guest.begin_patch(address, 0, len(DATA))
    connection.sendall(DATA)
    wait_until(lambda: portal.size(address) == len(DATA), 10)
    cut(connection)
    wait_until(lambda: portal.row(address)["state"] == "arrived", 5)
    assert guest.offset(address) == len(DATA)


def test_a_cut_piece_with_a_checksum_does_not_count(guest: Tus, portal: Portal) -> None:
    address = guest.create(len(DATA))
    guest.patch(address, 0, DATA[:1000], **checksum(DATA[:1000]))
    rest = DATA[1000:]
    connection = guest.begin_patch(address, 1000, len(rest), **checksum(rest))
    connection.sendall(rest[:1_500_000])
    wait_until(lambda: portal.size(address) > 1_000_000, 10)
    cut(connection)
    assert guest.offset(address) == 1000
    assert guest.patch(address, 1000, rest, **checksum(rest)).status_code == 204
    assert portal.content(address) == DATA
    assert sorted(
        path.suffix
        for path in portal.staged(address).parent.glob(f"{portal.staged(address).name}*")
    ) == [""]


def test_a_second_request_for_the_same_file_is_refused(guest: Tus, portal: Portal) -> None:
    """Often enough to come to both processes: the lock holds between them."""
    address = guest.create(len(DATA))
    connection = guest.begin_patch(address, 0, len(DATA))
    connection.sendall(DATA[:500_000])
    wait_until(lambda: portal.staged(address).exists(), 10)
    for _ in range(8):
        answer = another(guest).patch(address, 0, DATA)
        assert (answer.status_code, bool(answer.json()["message"])) == (423, True)
    connection.sendall(DATA[500_000:])
    assert " 204 " in answer_of(connection)
    assert portal.content(address) == DATA
    connection.close()


def test_the_same_client_coming_back_takes_over(guest: Tus, portal: Portal) -> None:
    """Its old line may hang open for hours; asking where to go on is enough."""
    for _ in range(4):
        address = guest.create(len(DATA))
        connection = guest.begin_patch(address, 0, len(DATA))
        connection.sendall(DATA[:700_000])
        wait_until(partial(is_longer, portal, address, 500_000), 10)
        began = time.monotonic()
        again = another(guest)
        offset = again.offset(address)
        assert time.monotonic() - began < 10
        assert 500_000 < offset <= 700_000
        assert answer_of(connection) == ""
        assert again.patch(address, offset, DATA[offset:]).status_code == 204
        assert portal.content(address) == DATA
        connection.close()


def test_ending_an_upload_ends_the_request_that_sends_it(guest: Tus, portal: Portal) -> None:
    address = guest.create(len(DATA))
    connection = guest.begin_patch(address, 0, len(DATA))
    connection.sendall(DATA[:700_000])
    wait_until(lambda: portal.staged(address).exists(), 10)
    assert another(guest).ask("DELETE", address).status_code == 204
    assert " 410 " in answer_of(connection)
    assert not portal.staged(address).exists()
    connection.close()


@pytest.mark.slow
def test_a_request_without_a_byte_for_twenty_seconds_lets_go(guest: Tus, portal: Portal) -> None:
    address = guest.create(len(DATA))
    connection = guest.begin_patch(address, 0, len(DATA))
    connection.sendall(DATA[:100_000])
    began = time.monotonic()
    time.sleep(15)
    assert guest.patch(address, 100_000, DATA[100_000:]).status_code == 423
    assert answer_of(connection) == ""
    assert 19 < time.monotonic() - began < 35
    assert guest.patch(address, 100_000, DATA[100_000:]).status_code == 204
    assert portal.content(address) == DATA
    connection.close()


def test_two_at_once_never_mix(guest: Tus, portal: Portal) -> None:
    addresses = [guest.create(len(DATA)) for _ in range(4)]
    contents = [bytes(reversed(DATA[at:])) + DATA[:at] for at in range(4)]
    lines = [guest.begin_patch(address, 0, len(DATA)) for address in addresses]
    for at in range(0, len(DATA), 100_000):
        for line, content in zip(lines, contents, strict=True):
            line.sendall(content[at : at + 100_000])
    for line, address, content in zip(lines, addresses, contents, strict=True):
        assert " 204 " in answer_of(line)
        assert portal.content(address) == content
        line.close()
