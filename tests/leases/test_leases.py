"""One job, one owner: also when an owner dies."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from portal.leases.models import Lease, LeaseTaken, hold, is_held, take_turn

pytestmark = pytest.mark.django_db


def expire(name: str) -> None:
    Lease.objects.filter(name=name).update(expires_at=timezone.now() - timedelta(seconds=1))


def test_a_held_job_is_refused_to_others_and_free_afterwards() -> None:
    with hold("scan", seconds=60):
        assert is_held("scan")
        with pytest.raises(LeaseTaken), hold("scan", seconds=60):
            pytest.fail("two owners of one job")
    assert not is_held("scan")


def test_an_expired_lease_is_taken_over_and_its_late_owner_notices() -> None:
    with hold("scan", seconds=60) as late:
        expire("scan")
        with hold("scan", seconds=60):
            with pytest.raises(LeaseTaken):
                late.renew(60)
            assert is_held("scan")


def test_a_late_owner_that_ends_does_not_free_the_job_of_the_new_one() -> None:
    first = hold("scan", seconds=60)
    first.__enter__()
    expire("scan")
    with hold("scan", seconds=60):
        first.__exit__(None, None, None)
        assert is_held("scan")


def test_renewing_moves_the_expiry() -> None:
    with hold("scan", seconds=1) as lease:
        lease.renew(600)
        assert Lease.objects.get(name="scan").expires_at > timezone.now() + timedelta(seconds=500)


def test_a_job_that_fails_frees_its_lease() -> None:
    with pytest.raises(ValueError, match="broken"), hold("scan", seconds=60):
        raise ValueError("broken")
    assert not is_held("scan")


def test_a_turn_comes_once_until_its_time_is_over() -> None:
    assert take_turn("rescan", 60)
    assert not take_turn("rescan", 60)
    expire("turn:rescan")
    assert take_turn("rescan", 60)


@pytest.mark.django_db(transaction=True)
def test_of_many_that_ask_at_once_one_gets_the_job() -> None:
    winners: list[bool] = []
    start = threading.Barrier(8)

    def ask() -> None:
        start.wait()
        winners.append(take_turn("race", 60))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(winners) == [False] * 7 + [True]
