"""Ties a process to the one that started it: when that one is gone, however it went, so is this.

No Django here: it is imported before anything slow, so that even a starting process is tied.
"""

import ctypes
import os
import signal
import sys
import threading
import time
from contextlib import suppress

PARENT = "LOGGIA_PARENT"  # the pid of the process that started this one
_PR_SET_PDEATHSIG = 1  # prctl(2)
_EVERY = 0.5  # seconds between looks, where the kernel does not tell
_forking: list[int] = []


def hold_on() -> None:
    """Tie this process, and all it will fork, to the one whose pid ``LOGGIA_PARENT`` holds."""
    parent = os.environ.pop(PARENT, "")
    if not parent.isdigit():
        return
    tie_to(int(parent))
    # The kernel forgets the signal on fork, so each child asks for its own.
    os.register_at_fork(before=_remember, after_in_child=lambda: tie_to(_forking[-1]))


def tie_to(parent: int) -> None:
    """End this process with ``parent``, at once when that has ended already."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:
        os._exit(1)


def kill_session(leader: int) -> None:
    """Kill what is left of a child's session: its pool, where the kernel did not already."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _remember() -> None:
    _forking[:] = [os.getpid()]


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_EVERY)
    os.kill(os.getpid(), signal.SIGKILL)
