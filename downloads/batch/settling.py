"""Files on the disk: beside their place until it is known whose that is, then in it."""

import os
from contextlib import suppress
from pathlib import Path

from downloads.engine.parts import part_of

from .lying import begins
from .naming import How, Naming, Placed

ASIDE = {How.REPLACE, How.COMPARE}  # fetched beside its place, and put there afterwards


def aside_of(placed: Placed) -> str:
    """Where it is fetched to first; no photo's name begins with a dot."""
    head, slash, _last = placed.path.rpartition("/")
    return f"{head}{slash}.{placed.file.id}.fetched"


def settle(folder: Path, naming: Naming, placed: Placed, fetched: Path) -> str:
    """Put it where it belongs, and say where: in its place if that is free, ours, or a beginning
    of ours; anything else is left alone, and ours goes beside it. Raises ``OSError``.
    """
    place = folder / placed.path
    if not place.exists() or placed.how == How.REPLACE or begins(fetched, place):
        fetched.replace(place)
        return placed.path
    while True:
        path = naming.another(placed)
        try:
            os.link(fetched, folder / path, follow_symlinks=False)
        except FileExistsError:
            continue
        fetched.unlink()
        return path


def set_time(path: Path, seconds: float) -> None:
    """The time of a file is when it was taken. Raises ``OSError``."""
    if path.stat().st_mtime != seconds:
        os.utime(path, (seconds, seconds))


def tidy(folder: Path, placed: Placed, path: str) -> None:
    """Remove what killed runs left of a file that is whole now; only we are in this folder."""
    part = part_of(folder / path)
    note = part.with_name(f"{part.name}.json")
    with suppress(OSError):
        (folder / aside_of(placed)).unlink(missing_ok=True)
        if note.exists():  # without one it may be another program's
            part.unlink(missing_ok=True)
            note.unlink()
