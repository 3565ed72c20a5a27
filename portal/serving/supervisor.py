"""Keeps web and worker processes alive, and ends them all in time."""

import logging
import os
import select
import signal
import subprocess
import time
from dataclasses import dataclass, field
from types import FrameType

from portal.serving import lifeline

PATIENCE = 7.0  # seconds from SIGTERM to SIGKILL; all must be over after ten
LONGEST_PAUSE = 30.0  # seconds between two attempts to start what ends at once
STEADY_AFTER = 30.0  # seconds of life after which earlier failures are forgotten
logger = logging.getLogger("loggia.serve")


class StopRequests:
    """SIGTERM, SIGINT and SIGHUP. They end the start-up at once, and later are counted."""

    def __init__(self) -> None:
        self.count = 0
        self.is_starting = True
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup ignores SIGHUP
                signal.signal(number, self._note)

    def wait(self, seconds: float) -> None:
        """Sleep until a signal arrives: a request to stop, or the death of a child."""
        select.select([self._reader], [], [], max(seconds, 0))
        try:
            os.read(self._reader, 1024)
        except BlockingIOError:
            return

    def _note(self, _signal: int, _frame: FrameType | None) -> None:
        self.count += 1
        if self.is_starting:
            raise SystemExit(0)


@dataclass
class Child:
    """A process that is to run for as long as ``serve`` does."""

    name: str
    command: list[str]
    environment: dict[str, str]
    pass_fds: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0  # monotonic
    due_at: float = 0.0
    failures: int = 0

    def start(self) -> None:
        # A session of its own: the terminal's Ctrl-C reaches serve alone, which ends them in order.
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            self.command,
            env=os.environ | self.environment | {lifeline.PARENT: str(os.getpid())},
            stdin=subprocess.DEVNULL,
            pass_fds=self.pass_fds,
            start_new_session=True,
        )
        self.started_at = time.monotonic()

    def reap(self) -> int | None:
        """The exit code if it has ended just now. Nothing of its session survives it."""
        if self.process is None or (code := self.process.poll()) is None:
            return None
        lifeline.kill_session(self.process.pid)
        self.process = None
        return code

    def plan_restart(self) -> float:
        """Decide when to start it again; returns the pause in seconds."""
        now = time.monotonic()
        self.failures = 1 if now - self.started_at > STEADY_AFTER else self.failures + 1
        pause = min(LONGEST_PAUSE, 0.25 * 2.0**self.failures)
        self.due_at = now + pause
        return pause


@dataclass
class Supervisor:
    children: list[Child]
    requests: StopRequests = field(default_factory=StopRequests)

    def run(self) -> None:
        """Keep all children running until asked to stop, then end them within ten seconds."""
        self.requests.is_starting = False
        while not self.requests.count:
            self._start_due()
            self.requests.wait(self._seconds_until_due())
            for child in self.children:
                if (code := child.reap()) is not None and not self.requests.count:
                    _tell(child, code, child.plan_restart())
        self._stop()

    def _start_due(self) -> None:
        for child in self.children:
            if child.process is None and child.due_at <= time.monotonic():
                try:
                    child.start()
                except OSError as exc:
                    pause = child.plan_restart()
                    logger.error("%s: %s; again in %.1f s", child.name, exc.strerror, pause)  # noqa: TRY400

    def _seconds_until_due(self) -> float:
        waiting = [child.due_at for child in self.children if child.process is None]
        return min(waiting, default=time.monotonic() + 60) - time.monotonic()

    def _stop(self) -> None:
        for child in self.children:
            if child.process:
                child.process.terminate()
        deadline = time.monotonic() + PATIENCE
        # A second request means: now.
        while self._alive() and time.monotonic() < deadline and self.requests.count < 2:
            self.requests.wait(min(0.5, deadline - time.monotonic()))
        for child in self._alive():
            if child.process:
                lifeline.kill_session(child.process.pid)
                child.process.wait()

    def _alive(self) -> list[Child]:
        for child in self.children:
            child.reap()
        return [child for child in self.children if child.process]


def _tell(child: Child, code: int, pause: float) -> None:
    reason = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
    logger.warning("%s %s; starting it again in %.1f s", child.name, reason, pause)
