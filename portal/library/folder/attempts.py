"""Files that end the process which opens them, as a fault inside an image library does.

Nothing can be caught then. So it is written down before a file is opened and struck out after; what
was written down by a process that is no more is an attempt that ended badly.
"""

import os
import socket
from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.library.folder.models import Attempt
from portal.library.folder.roots import Look, Spot
from portal.library.index.chunks import chunks

MOST = 3  # processes that one file may end
REMEMBERED_FOR = timedelta(days=7)


def reading(spot: Spot, look: Look) -> str:
    """Names the reading of one file as it is now; another content is another attempt."""
    size_and_time = f"{look.size} {look.mtime_ns}".encode()
    return _name(b"read", str(spot.root).encode(), spot.folder, spot.name, size_and_time)


def making(asset_id: UUID, form: str) -> str:
    """Names the making of one form of an asset."""
    return _name(b"make", asset_id.bytes, form.encode())


def taking_in(sha1: bytes) -> str:
    """Names the first look into a file that was sent."""
    return _name(b"take", sha1)


def begin(names: Collection[str]) -> None:
    """Write down what this process is about to open."""
    process = _this_process(os.getpid())
    now = timezone.now()
    Attempt.objects.bulk_create(
        [Attempt(name=name, process=process, begun_at=now) for name in names], batch_size=500
    )


def survived(names: Collection[str]) -> None:
    """Strike out what was opened, for better or worse; earlier attempts at it are forgotten."""
    process = _this_process(os.getpid())
    for chunk in chunks(names):
        mine_or_dead = [process, *_dead(chunk)]
        Attempt.objects.filter(name__in=chunk, process__in=mine_or_dead).delete()


def deaths(names: Collection[str]) -> Counter[str]:
    """How many processes ended while they had these open."""
    counted: Counter[str] = Counter()
    for chunk in chunks(names):
        dead = _dead(chunk)
        ended = Attempt.objects.filter(name__in=chunk, process__in=dead)
        counted.update(ended.values_list("name", flat=True))
    return counted


def forget_old_attempts() -> None:
    """Give files another chance after a while: a newer version may open them."""
    Attempt.objects.filter(begun_at__lt=timezone.now() - REMEMBERED_FOR).delete()


def in_words() -> str:
    return _(
        "Opening this file has ended Loggia’s process %(count)d times, so it is left alone."
    ) % {"count": MOST}


def _dead(names: Collection[str]) -> list[str]:
    attempts = Attempt.objects.filter(name__in=list(names))
    processes = attempts.order_by().values_list("process", flat=True).distinct()
    return [process for process in processes if not _is_alive(process)]


def _is_alive(process: str) -> bool:
    """Whether it still runs. Of another machine's processes nothing is known: they do."""
    host, pid, _started = process.rsplit(" ", 2)
    return host != socket.gethostname() or process == _describe(int(pid))


@lru_cache(maxsize=1)
def _this_process(pid: int) -> str:
    """By process id, since workers are forked."""
    return _describe(pid)


def _describe(pid: int) -> str:
    return f"{socket.gethostname()} {pid} {_started_at(pid)}"


def _started_at(pid: int) -> str:
    """What tells a process from a later one of the same number, where the system says so."""
    try:
        # proc_pid_stat(5): the name in parentheses may hold spaces, then come the state and others.
        values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "running" if _answers(pid) else "ended"
    return "ended" if values[0] in {"Z", "X"} else values[19]


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _name(*parts: bytes) -> str:
    digest = blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(4, "big") + part)
    return digest.hexdigest()
