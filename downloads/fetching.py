"""Fetching originals from another server into the spool: one worker does it for all downloads.

So a file that two guests want is fetched once, and the limits hold for everybody together. The
rows say what is wanted; whoever takes over after a kill finds finished files in the spool, and what
was begun beside them.
"""

import logging
import time
from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db import transaction

from downloads.engine import (
    BatchState,
    Canceled,
    EngineError,
    Group,
    Limits,
    StorageError,
    Unauthorized,
)
from downloads.models import Download, DownloadState, Reason, Waiting
from downloads.planning import is_away
from downloads.preparing import LEASE, go_on, queue_fetching
from downloads.spool.choosing import Wanted, choose, still_wanted, waiting_downloads
from downloads.spool.models import SpoolFile
from downloads.spool.ordering import order
from downloads.spool.recording import (
    PASSING,
    put_back,
    reason_of,
    record_complete,
    record_failure,
    record_progress,
    refuse_all,
    say_waiting,
    waiting_for,
)
from downloads.spool.room import make_room_on_disk
from downloads.spool.running import Ended, Run
from portal.leases.models import Lease
from portal.library.interface import LibraryError

logger = logging.getLogger(__name__)
POST = "fetching"  # the lease of whoever fetches
TELL_EVERY = 0.5  # seconds between two writes of progress
TURN = 600.0  # seconds after which nothing new is begun: a worker is not to grow old with a task
AT_THE_LATEST = 900.0  # seconds; then what is under way is left to the next worker, to be resumed
DISK_POLL = 5.0  # seconds between two looks at a full disk
ROUNDS = 3  # times that a file may fail in passing, each with the engine's own retries
AGAIN_AFTER = (5.0, 20.0)  # seconds
AHEAD_LEAST, AHEAD_MOST = 6, 200  # files of a group given to the engine before their turn


@dataclass(slots=True)
class InHand:
    """A file that the engine has, and what was told of it last."""

    wanted: Wanted
    told: int = -1


@dataclass(slots=True)
class Fetcher:
    """Fetches as long as anything is wanted; only the holder of the lease may."""

    lease: Lease
    run: Run
    busy: dict[str, InHand] = field(default_factory=dict)
    later: dict[int, float] = field(default_factory=dict)  # when a file may be tried again
    rounds: Counter[int] = field(default_factory=Counter)
    pace: Counter[Group] = field(default_factory=Counter)  # files that came since the last look
    touched: set[UUID] = field(default_factory=set)
    was_paused: bool = False
    is_away: bool = False
    is_refused: bool = False
    began: float = field(default_factory=time.monotonic)
    told_at: float = 0.0

    def work(self) -> bool:
        """Fetch until nothing is wanted, or the turn is over; whether anything is left to do.

        Raises ``LeaseTaken`` when another worker has taken over.
        """
        try:
            while self._step():
                self.run.news.stirred.wait(TELL_EVERY)
                self.run.news.stirred.clear()
        finally:
            self.run.stop()
        self._record_ended()
        left = [hand.wanted.file_id for hand in self.busy.values()]
        put_back(left)
        self.touched |= waiting_for(left)
        self.busy.clear()
        self._tell(now=True)
        return not self.is_away and waiting_downloads().exists()

    def _step(self) -> bool:
        """Write what is new, and give the engine more; false when this worker is done."""
        is_alive = self.run.is_alive
        self._record_ended()
        if self.is_refused:
            self._refuse()
            return False
        if not is_alive:
            self.busy.clear()  # what an ending run did not take is chosen again
        self._tell()
        age = time.monotonic() - self.began
        if self.is_away or age > AT_THE_LATEST:
            return False
        self._drop_unwanted()
        if age < TURN:
            self._give_more()
        self.run.news.wake_after = max(1, len(self.busy) // 2)
        return bool(self.busy) or (bool(self.later) and age < TURN)

    # ── What came ────────────────────────────────────────────────────────────
    def _record_ended(self) -> None:
        ended = [(self.busy.pop(one.task_id, None), one) for one in self.run.news.take_ended()]
        known = [(hand.wanted, one) for hand, one in ended if hand]
        if not known:
            return
        with transaction.atomic():
            for wanted, one in known:
                self.run.news.received.pop(one.task_id, None)
                self._record(wanted, one)
            self.touched |= waiting_for([wanted.file_id for wanted, _ in known])
        for wanted, one in known:
            if isinstance(one.error, PASSING):
                self._try_later(wanted.file_id, one.error)

    def _record(self, wanted: Wanted, ended: Ended) -> None:
        error = ended.error
        self.is_refused |= isinstance(error, Unauthorized)
        if ended.completed:
            record_complete(wanted.file_id, ended.completed)
            self.pace[wanted.group] += 1
        elif error and not isinstance(error, (*PASSING, Canceled, Unauthorized)):
            logger.warning("%s: %s", wanted.asset_id, error)
            record_failure(wanted.file_id, reason_of(error))

    def _try_later(self, file_id: int, error: EngineError) -> None:
        """Not the file is at fault, but what lies between: wait, for ever where that is down."""
        if self.is_away:
            return
        logger.info("A file of the spool will be tried again: %s", error)
        put_back([file_id])
        if isinstance(error, StorageError):
            logger.error("The spool cannot be written: %s", error)
            say_waiting(waiting_downloads(), Waiting.DISK)
        elif is_away():
            self.is_away = True
            say_waiting(waiting_downloads(), Waiting.LIBRARY)
            return
        self.rounds[file_id] += 1
        if self.rounds[file_id] >= ROUNDS:
            record_failure(file_id, Reason.UNAVAILABLE)
            return
        self.later[file_id] = time.monotonic() + AGAIN_AFTER[self.rounds[file_id] - 1]

    def _refuse(self) -> None:
        logger.error(
            "The library's server refuses the API key, or does not let it download originals: "
            "all downloads from it have ended."
        )
        self.touched |= set(refuse_all(waiting_downloads()))
        self.busy.clear()

    # ── What is told ─────────────────────────────────────────────────────────
    def _tell(self, *, now: bool = False) -> None:
        """Write how far all is, at most twice a second, and say that the work goes on."""
        if not now and time.monotonic() - self.told_at < TELL_EVERY:
            return
        self.told_at = time.monotonic()
        self.lease.renew(LEASE)
        self._tell_progress()
        self._tell_pause()
        for download in Download.objects.filter(pk__in=self.touched).unfinished():
            download.count_up()
            if download.waiting_for and not download.items.to_fetch().exists():
                go_on(download)
        self.touched.clear()

    def _tell_progress(self) -> None:
        news, moved = self.run.news, {}
        for task_id, hand in self.busy.items():
            received, total = news.received.get(task_id, (0, None))
            if task_id in news.begun and received != hand.told:
                hand.told = received
                moved[hand.wanted.file_id] = (received, total)
        if not moved:
            return
        with transaction.atomic():
            for file_id, (received, total) in moved.items():
                record_progress(file_id, received, total)
            self.touched |= waiting_for(moved)

    def _tell_pause(self) -> None:
        """Say that the disk is full, and make what room can be made."""
        is_paused = self.run.is_alive and self.run.news.state == BatchState.PAUSED_FOR_DISK
        if is_paused:
            make_room_on_disk(self._bytes_missing())
            say_waiting(waiting_downloads(), Waiting.DISK)
        elif self.was_paused:
            say_waiting(waiting_downloads(), Waiting.FILES)
        if is_paused and not self.was_paused:
            logger.warning("The disk is full: downloads wait for room")
        self.was_paused = is_paused

    def _bytes_missing(self) -> int:
        files = SpoolFile.objects.filter(
            pk__in=[hand.wanted.file_id for hand in self.busy.values()]
        )
        return files.bytes()

    def _drop_unwanted(self) -> None:
        """Stop fetching what every guest has canceled."""
        ids = {hand.wanted.file_id: task_id for task_id, hand in self.busy.items()}
        unwanted = ids.keys() - still_wanted(list(ids))
        self.run.cancel(ids[file_id] for file_id in unwanted)

    # ── What is next ─────────────────────────────────────────────────────────
    def _give_more(self) -> None:
        now = time.monotonic()
        self.later = {file_id: at for file_id, at in self.later.items() if at > now}
        held = Counter(hand.wanted.group for hand in self.busy.values())
        room: dict[Group, int] = {}
        for group in Group:
            ahead = max(AHEAD_LEAST, min(AHEAD_MOST, 4 * self.pace[group]))
            room[group] = ahead - held[group] if held[group] <= ahead // 2 else 0
        self.pace.clear()
        taken = {hand.wanted.file_id for hand in self.busy.values()} | self.later.keys()
        if chosen := choose(room, taken):
            self._give(chosen)

    def _give(self, chosen: list[Wanted]) -> None:
        try:
            orders = order(chosen)
        except LibraryError as exc:
            logger.warning("The library cannot say where originals are: %s", exc)
            self.is_away = True
            say_waiting(waiting_downloads(), Waiting.LIBRARY)
            return
        self.touched |= orders.touched
        if orders.tasks:
            self.busy |= {task_id: InHand(wanted) for task_id, wanted in orders.wanted.items()}
            say_waiting(waiting_downloads(), Waiting.FILES)
            self.run.add(orders.tasks)


def fetch_wanted(lease: Lease) -> None:
    """Fetch what downloads wait for; the caller holds the lease ``POST``."""
    _finish_what_is_here()
    if not waiting_downloads().exists():
        return
    if is_away():
        say_waiting(waiting_downloads(), Waiting.LIBRARY)
        return
    limits = Limits(
        total=settings.LOGGIA_DOWNLOADS_AT_ONCE,
        per_host=settings.LOGGIA_DOWNLOADS_AT_ONCE,
        per_group=settings.LOGGIA_DOWNLOADS_PER_GROUP,
        disk_reserve=settings.LOGGIA_DISK_RESERVE,
        disk_poll=DISK_POLL,
    )
    if Fetcher(lease, Run(settings.SPOOL_DIR, limits)).work():
        queue_fetching()


def _finish_what_is_here() -> None:
    """Go on where a worker died between a file and its download."""
    waiting = Download.objects.filter(state=DownloadState.PREPARING).exclude(waiting_for="")
    for download in waiting.exclude(waiting_for=Waiting.ROOM):
        if not download.items.to_fetch().exists():
            download.count_up()
            go_on(download)
