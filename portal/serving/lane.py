"""One lane of background work: django-q2's guard and its pool, made safe to kill and to stop.

django-q2's own ``qcluster`` is one process more, dies alone under kill -9, waits for running tasks
without end when asked to stop, and keeps a pool whose queue is locked for ever once a waiting
worker was killed. Here its guard is the main process, so ``serve`` sees what becomes of it.
"""

import logging
import multiprocessing
import os
import select
import signal
import sys
import threading
from types import FrameType
from typing import Any, NoReturn
from uuid import uuid4

from django_q.cluster import Sentinel

from portal.serving import lifeline
from portal.serving.heartbeat import Heartbeat

GRACE = 3.0  # seconds that running tasks have to end by themselves when the lane stops
logger = logging.getLogger("loggia.lane")


class Flag:
    """An event that a signal handler may set: multiprocessing's would wait there for itself."""

    def __init__(self) -> None:
        self._is_set = False
        self._reader, self._writer = os.pipe()

    def set(self) -> None:
        self._is_set = True
        os.write(self._writer, b".")

    def is_set(self) -> bool:
        return self._is_set

    def wait(self, seconds: float) -> bool:
        select.select([self._reader], [], [], seconds)
        return self._is_set


class StopFlag(Flag):
    """What the guard waits for between two rounds, once a second: there its heart beats."""

    def __init__(self, heartbeat: Heartbeat) -> None:
        super().__init__()
        self._heartbeat = heartbeat

    def wait(self, seconds: float) -> bool:
        self._heartbeat.beat()
        return super().wait(seconds)


class Lane(Sentinel):  # type: ignore[misc]
    """The guard of the lane that ``Q_CLUSTER_NAME`` names; runs until SIGTERM."""

    def __init__(self) -> None:
        stopping = StopFlag(Heartbeat(os.environ["Q_CLUSTER_NAME"]))
        super().__init__(stopping, Flag(), uuid4(), start=False)
        signal.signal(signal.SIGTERM, lambda *_: stopping.set())
        os.register_at_fork(after_in_child=_answer_signals)

    def reincarnate(self, process: Any) -> None:
        """Replace a process of the pool, or start the whole lane anew when one was killed.

        A killed process may have held the lock of a queue, on which all others would wait for
        ever; nobody can see that, so it is taken for certain.
        """
        if process.exitcode is not None and process.exitcode < 0:
            logger.error("A worker was killed by signal %d.", -process.exitcode)
            lifeline.kill_session(os.getpid())
        if process in self.pool and process.timer.value == 0:
            process.kill()  # out of time, and perhaps deaf to SIGTERM inside a C library
        super().reincarnate(process)

    def stop(self) -> None:
        """Let running tasks end; after a moment tell them to, so that they give back their leases."""
        patience = threading.Timer(GRACE, self._interrupt)
        patience.daemon = True
        patience.start()
        super().stop()
        patience.cancel()

    def _interrupt(self) -> None:
        for process in [self.pusher, *self.pool]:
            process.terminate()


def run_lane() -> None:
    """Work on the tasks of this process's lane until SIGTERM."""
    if "fork" in multiprocessing.get_all_start_methods():
        multiprocessing.set_start_method("fork", force=True)
    Lane().start()


def _answer_signals() -> None:
    signal.signal(signal.SIGTERM, _leave)


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)
