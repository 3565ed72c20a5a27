"""What owners send goes straight into the library, each content once. Everything here blocks.

It is there, safely, when it is said to be; nobody reviews it.
"""

import fcntl
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from portal.library import get_library
from portal.library.index.chunks import chunks
from portal.library.types import AssetFilter, Incoming, NotTaken, TakenIn
from sharing.contributions.models import TAKEN_BACK_WITHIN, State, Upload


def kept(sha1s: Collection[bytes]) -> dict[bytes, UUID]:
    """Which of these contents (SHA-1, 20 bytes) the library has for good, and as what assets.

    Not what a guest may still take back, nor what is away at the moment: whoever deletes their own
    copy on this word loses nothing.
    """
    library = get_library()
    found = library.known(AssetFilter(), set(sha1s))
    staying = set(found.values()) - _may_leave(found.values())
    lying = library.originals(sorted(staying))
    return {sha1: asset_id for sha1, asset_id in found.items() if asset_id in lying}


def take_in(files: Sequence[Incoming]) -> list[TakenIn | NotTaken]:
    """Bring an owner's files into the library; one answer for each, in their order.

    ``was_there`` is a duplicate. Raises ``LibraryUnavailable``; asking again is harmless then.
    """
    with _one_at_a_time([file.sha1 for file in files]):
        there = kept([file.sha1 for file in files])
        new = [file for file in files if file.sha1 not in there]
        brought = {answer.key: answer for answer in get_library().take_in(new)}
        return [
            brought.get(file.key) or TakenIn(file.key, there[file.sha1], was_there=True)
            for file in files
        ]


def _may_leave(asset_ids: Collection[UUID]) -> set[UUID]:
    recently = timezone.now() - TAKEN_BACK_WITHIN
    may = Q(state=State.DONE, was_there=False, decided_at__gt=recently)
    leaving: set[UUID] = set()
    for chunk in chunks(sorted(asset_ids)):
        rows = Upload.objects.filter(may | Q(is_leaving=True), asset_id__in=chunk).order_by()
        leaving.update(rows.values_list("asset_id", flat=True))  # type: ignore[arg-type]
    return leaving


@contextmanager
def _one_at_a_time(sha1s: Collection[bytes]) -> Iterator[None]:
    """Nobody else on this machine takes in any of these contents: else it would lie there twice.

    Always in the same order, so that two that wait for each other cannot be.
    """
    folder = settings.LOGGIA_DATA / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        for stripe in sorted({sha1[0] for sha1 in sha1s}):
            path = folder / f"content-{stripe:02x}"
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            held.callback(os.close, file)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
