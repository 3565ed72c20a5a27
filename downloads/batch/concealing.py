"""Keep a key that was given on the command line out of the list of processes."""

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path

SHORTEST = 4  # what is shorter could be a part of anything
_ARG_START, _ARG_END = 47, 48  # proc_pid_stat(5), from 0


def conceal(secrets: Iterable[str]) -> None:
    """Write over the secrets among this process's arguments, where the system lets us."""
    wanted = [os.fsencode(each) for each in secrets if len(each) >= SHORTEST]
    try:
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        start, end = int(fields[_ARG_START - 2]), int(fields[_ARG_END - 2])
        shown = Path("/proc/self/cmdline").read_bytes()
    except (OSError, ValueError, IndexError):
        return
    if not start or len(shown) != end - start:
        return
    for secret in wanted:
        at = shown.find(secret)
        while at >= 0:
            ctypes.memset(start + at, ord("*"), len(secret))
            at = shown.find(secret, at + len(secret))
