"""``IMG.jpg``, ``IMG (2).jpg``, …: what numbers are given to, and in which order."""

from collections.abc import Iterable
from dataclasses import dataclass

from downloads.names import LONGEST, fold, split

from .template import PathTemplate
from .wanted import Photo, Wanted


@dataclass(frozen=True, slots=True)
class Unit:
    """Files that share a number: both halves of a live photo."""

    photo: Photo
    files: tuple[Wanted, ...]
    naturals: tuple[str, ...]

    @property
    def key(self) -> str:
        return fold("\0".join(self.naturals))

    def paths(self, number: int) -> list[str]:
        return [numbered(natural, number) for natural in self.naturals]


def units_of(photos: Iterable[Photo], template: PathTemplate) -> list[Unit]:
    """In the order in which the photos came to the library."""
    units = []
    for photo in sorted(photos, key=lambda each: (each.arrived, each.id)):
        naturals = [template.path_of(photo, file) for file in photo.files]
        if len({fold(each) for each in naturals}) == len(naturals):
            units.append(Unit(photo, photo.files, tuple(naturals)))
        else:
            pairs = zip(photo.files, naturals, strict=True)
            units += [Unit(photo, (file,), (natural,)) for file, natural in pairs]
    return units


def numbered(path: str, number: int) -> str:
    """``2024/IMG.jpg`` as number 2: ``2024/IMG (2).jpg``, never longer than a name may be."""
    if number == 1:
        return path
    head, slash, last = path.rpartition("/")
    stem, suffix = split(last)
    mark = f" ({number})"
    room = LONGEST - len(mark) - len(suffix.encode())
    short = stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .")
    return f"{head}{slash}{short}{mark}{suffix}"
