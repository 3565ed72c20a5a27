"""What the workers run for what guests sent. Running anything twice is harmless.

One task works on many files, for a slice of time, and queues its own successor.
"""

import time

from portal.leases.models import LeaseTaken, is_held, take_turn
from sharing.contributions.calling import (
    call_for_check,
    call_for_hand_over,
    call_for_large_check,
    call_for_news,
)
from sharing.contributions.checking import arrived, check_slice
from sharing.contributions.choosing import accepted, leaving
from sharing.contributions.forgetting import forget
from sharing.contributions.handing import hand_over_slice
from sharing.contributions.leftovers import remove_orphans
from sharing.contributions.news import is_anybody_to_tell, owners_to_tell
from sharing.contributions.notifying import tell
from sharing.contributions.taking_out import take_out_due
from sharing.contributions.working import keep

SLICE = 20  # seconds of work per task
CHECKING, CHECKING_LARGE = "contributions.check", "contributions.check-large"
HANDING, TELLING = "contributions.hand-over", "contributions.tell"
TURN = 4.0  # seconds between two calls for a job that nobody does
FORGET_EVERY, LOOK_FOR_ORPHANS_EVERY, TELL_EVERY = 60.0, 3600.0, 20.0


def check() -> None:
    """Look into what has arrived, and into what arrives meanwhile."""
    until = time.monotonic() + SLICE
    try:
        while arrived().exists():
            with keep(CHECKING) as held:
                is_more = check_slice(held, until)
            if is_more:
                call_for_check()
                return
    except LeaseTaken:
        return


def check_large() -> None:
    """Look into what takes long to read."""
    try:
        with keep(CHECKING_LARGE) as held:
            is_more = check_slice(held, time.monotonic() + SLICE, large=True)
    except LeaseTaken:
        return
    if is_more:
        call_for_large_check()


def hand_over() -> None:
    """Bring into the library what was accepted, and out what was taken back."""
    until = time.monotonic() + SLICE
    try:
        with keep(HANDING) as held:
            is_more = take_out_due() and hand_over_slice(held, until)
    except LeaseTaken:
        return
    if is_more or leaving().exists():
        call_for_hand_over()


def tell_owners() -> None:
    """Tell owners what waits for them, and what came in."""
    try:
        with keep(TELLING):
            for owner in owners_to_tell():
                tell(owner)
    except LeaseTaken:
        return


def sweep() -> None:
    """Call workers for what nobody is doing, and clear what is over."""
    if arrived().exists() and _is_free(CHECKING):
        call_for_check()
    if arrived(large=True).exists() and _is_free(CHECKING_LARGE):
        call_for_large_check()
    if (accepted().exists() or leaving().exists()) and _is_free(HANDING):
        call_for_hand_over()
    if is_anybody_to_tell() and take_turn(TELLING, TELL_EVERY):
        call_for_news()
    if take_turn("contributions.forget", FORGET_EVERY):
        forget()
    if take_turn("contributions.orphans", LOOK_FOR_ORPHANS_EVERY):
        remove_orphans()


def _is_free(job: str) -> bool:
    return not is_held(job) and take_turn(job, TURN)
