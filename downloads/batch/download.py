"""One run from the options to the exit code."""

import signal
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

from django.conf import settings

from downloads.engine import Limits
from downloads.names import fold

from .asked import Asked
from .lying import Lying, There
from .manifest import write_manifest
from .memory import Memory
from .naming import How, Naming, Placed, reserved_for_us
from .result import Result
from .running import Fetching
from .showing import Reading, show_on
from .sources import find
from .wanted import BatchError, Missing
from .wording import amount, counted, printable

COMPLETE, INCOMPLETE = 0, 1
SHOWN = 20  # missing files that the summary names

Say = Callable[[str], None]


def download(asked: Asked, say: Say, progress: TextIO) -> int:
    """Bring what is asked for; the exit code: 0 only when everything is there.

    Raises ``BatchError``, ``WrongOptions`` among them.
    """
    now = datetime.now().astimezone()
    say(f"Times without an offset are of the time zone {_zone(now)}.")
    found = find(asked)
    size = sum(file.size or 0 for photo in found.photos for file in photo.files)
    files = sum(len(photo.files) for photo in found.photos)
    say(
        f"{counted(len(found.photos), 'photo or video', 'photos and videos')} in {found.home}: "
        f"{counted(files)}, {amount(size)}"
    )
    for note in found.notes:
        say(note)
    _check_folder(asked)
    with Memory(asked.save_to, keep=not asked.is_dry) as memory:
        lying = Lying(asked.save_to, Reading(progress))
        naming = Naming(asked.template, lying, memory, _taken(asked))
        placed, missing = naming.place(found.photos)
        missing = [*found.missing, *missing]
        if asked.is_dry:
            return _tell(placed, missing, lying, say)
        result = _fetch(asked, naming, placed, progress)
        result.missing += missing
    if asked.manifest:
        write_manifest(asked.manifest, result.arrived)
    return summarize(result, say)


def summarize(result: Result, say: Say) -> int:
    """Say how it went, and what is missing; the exit code."""
    brought = sum(each.size for each in [*result.fetched, *result.repaired])
    say(
        f"{len(result.fetched)} downloaded, {len(result.repaired)} repaired "
        f"({amount(brought)} in all), {len(result.there)} already there, "
        f"{len(result.missing)} missing"
    )
    for each in result.missing[:SHOWN]:
        say(f"Missing: {printable(each.name)}: {each.reason}")
    if len(result.missing) > SHOWN:
        say(f"… and {len(result.missing) - SHOWN} more")
    if result.stopped:
        say(
            f"Stopped: {result.stopped}; {counted(result.canceled)} not tried. "
            "An API key needs the permission asset.download."
        )
    if result.signal:
        say(f"Interrupted, {counted(result.canceled)} left. The same command goes on from here.")
        return 128 + result.signal
    return COMPLETE if result.is_whole else INCOMPLETE


def interrupted(say: Say) -> int:
    """The exit code when somebody stopped it while nothing was being fetched."""
    say("Interrupted. The same command goes on from here.")
    return 128 + signal.SIGINT


def _fetch(asked: Asked, naming: Naming, placed: Sequence[Placed], progress: TextIO) -> Result:
    show = show_on(progress)
    with show:
        show.begin(len(placed), sum(each.file.size or 0 for each in placed))
        return Fetching(asked.save_to, naming, show).run(placed, _limits(asked))


def _limits(asked: Asked) -> Limits:
    if asked.threads:
        return Limits(total=asked.threads, per_host=asked.threads, per_group=asked.threads)
    usual = Limits()
    total = getattr(settings, "LOGGIA_DOWNLOADS_AT_ONCE", usual.total)
    group = getattr(settings, "LOGGIA_DOWNLOADS_PER_GROUP", usual.per_group)
    return Limits(total=total, per_host=total, per_group=group)


def _check_folder(asked: Asked) -> None:
    folder = asked.save_to
    if folder.exists() and not folder.is_dir():
        raise BatchError(f"{folder} is there, and is no folder")
    if asked.is_dry:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise BatchError(f"{folder} cannot be made: {exc.strerror or exc}") from exc


def _taken(asked: Asked) -> set[str]:
    taken = reserved_for_us()
    if asked.manifest and asked.manifest.is_relative_to(asked.save_to):
        taken.add(fold(asked.manifest.relative_to(asked.save_to).as_posix()))
    return taken


def _tell(placed: Sequence[Placed], missing: Sequence[Missing], lying: Lying, say: Say) -> int:
    """What a real run would do."""
    words = {How.FETCH: "would come", How.COMPARE: "would come, and be compared with what is there",
             How.REPLACE: "would be repaired", How.NOTHING: "is there"}  # fmt: skip
    coming = size = 0
    for each in sorted(placed, key=lambda each: each.path):
        how = each.how
        if how == How.CHECK:
            is_right = lying.look(each.path, each.file.size, each.file.sha1) == There.RIGHT
            how = How.NOTHING if is_right else How.REPLACE
        if how != How.NOTHING:
            coming, size = coming + 1, size + (each.file.size or 0)
            say(f"{printable(each.path)} {words[how]}")
    for one in missing:
        say(f"Missing: {printable(one.name)}: {one.reason}")
    say(f"{counted(coming)} ({amount(size)}) would come, {len(placed) - coming} there already. "
        "Nothing was written.")  # fmt: skip
    return INCOMPLETE if missing else COMPLETE


def _zone(now: datetime) -> str:
    name = getattr(settings, "TIME_ZONE", "") or Path("/etc/localtime").resolve().name
    return f"{name} ({now:%z})"
