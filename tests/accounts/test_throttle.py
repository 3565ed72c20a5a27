from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from portal.accounts import throttle
from portal.accounts.models import AttemptCounter
from portal.accounts.throttle import Throttled

pytestmark = pytest.mark.django_db


def fail(target: str, source: str) -> timedelta:
    throttle.check("door", target, source)
    return throttle.record_failure("door", target, source)


def end_waiting() -> None:
    """What time would do."""
    AttemptCounter.objects.update(closed_until=timezone.now())


def fail_often(times: int, target: str, source: str) -> list[int]:
    waits = []
    for _ in range(times):
        waits.append(round(fail(target, source).total_seconds()))
        end_waiting()
    return waits


def test_a_few_failures_are_free_and_then_the_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    waits = fail_often(16, "link", "192.0.2.1")
    assert waits == [0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


def test_an_attempt_before_its_time_is_refused_with_the_wait_in_words() -> None:
    fail_often(6, "link", "192.0.2.1")
    fail("link", "192.0.2.1")
    with pytest.raises(Throttled, match=r"Too many attempts. Please try again in 8 seconds.") as no:
        throttle.check("door", "link", "192.0.2.1")
    assert timedelta(seconds=7) < no.value.wait <= timedelta(seconds=8)


def test_refused_attempts_do_not_make_the_wait_longer() -> None:
    fail_often(4, "link", "192.0.2.1")
    wait = fail("link", "192.0.2.1")
    for _ in range(20):
        with pytest.raises(Throttled):
            throttle.check("door", "link", "192.0.2.1")
    assert throttle.waiting("door", "link", "192.0.2.1") <= wait


def test_one_address_that_guesses_does_not_lock_out_another() -> None:
    fail_often(15, "link", "192.0.2.1")
    fail("link", "192.0.2.1")
    throttle.check("door", "link", "192.0.2.2")


def test_guessing_from_many_addresses_slows_the_link_but_for_half_a_minute_at_most() -> None:
    waits = [fail_often(1, "link", f"192.0.2.{number}")[0] for number in range(30)]
    assert waits[:20] == [0] * 20
    assert waits[20:25] == [2, 4, 8, 16, 30]
    assert max(waits) == 30


def test_trying_many_links_from_one_address_is_slowed_too() -> None:
    waits = [fail_often(1, f"link {number}", "192.0.2.1")[0] for number in range(45)]
    assert waits[:40] == [0] * 40
    assert waits[40:44] == [2, 4, 8, 16]


def test_success_forgets_the_failures() -> None:
    fail_often(6, "link", "192.0.2.1")
    throttle.check("door", "link", "192.0.2.1")
    throttle.record_success("door", "link", "192.0.2.1")
    assert not AttemptCounter.objects.exists()


def test_the_password_of_one_link_does_not_help_to_guess_that_of_another() -> None:
    fail_often(6, "guessed", "192.0.2.1")
    throttle.check("door", "known", "192.0.2.1")
    throttle.record_success("door", "known", "192.0.2.1")
    assert fail("guessed", "192.0.2.1") > timedelta(seconds=7)


def test_scopes_do_not_share_counts() -> None:
    fail_often(4, "admin", "192.0.2.1")
    fail("admin", "192.0.2.1")
    throttle.check("window", "admin", "192.0.2.1")


def test_looking_at_the_wait_counts_nothing() -> None:
    for _ in range(50):
        assert not throttle.waiting("door", "link", "192.0.2.1")
    assert not AttemptCounter.objects.exists()


def test_no_address_and_no_name_is_stored() -> None:
    fail("somebody", "192.0.2.1")
    stored = " ".join(AttemptCounter.objects.values_list("subject", flat=True))
    assert "192.0.2" not in stored
    assert "somebody" not in stored


def test_old_counts_are_forgotten_and_their_rows_deleted() -> None:
    fail_often(10, "old", "192.0.2.1")
    AttemptCounter.objects.update(tried_at=timezone.now() - throttle.FORGOTTEN_AFTER * 1.01)
    assert fail("old", "192.0.2.1") == timedelta()
    AttemptCounter.objects.update(tried_at=timezone.now() - throttle.FORGOTTEN_AFTER * 1.01)
    fail("new", "192.0.2.2")
    assert AttemptCounter.objects.count() == 3


@pytest.mark.parametrize("odd", ["", "a" * 5000, "\x00", "\ud800", "ключ"])
def test_any_text_can_be_a_target(odd: str) -> None:
    assert fail_often(5, odd, "192.0.2.1") == [0, 0, 0, 0, 2]
    assert not throttle.waiting("door", "another", "192.0.2.2")


@pytest.mark.django_db(transaction=True)
def test_many_attempts_at_the_same_moment_are_let_through_only_as_often_as_one_by_one() -> None:
    def attempt(_: int) -> bool:
        try:
            throttle.check("door", "link", "192.0.2.1")
        except Throttled:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(12) as pool:
        let_through = sum(pool.map(attempt, range(48)))
    assert let_through == 5
