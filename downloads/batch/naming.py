"""Which file gets which name: each its own, the same in every run, and nobody else's.

1. A name given by an earlier run stays, unless something foreign lies there now.
2. A file that lies there and is the photo, byte for byte, is the photo's: its name is kept.
3. All others take the first free name, in the order in which they came to the library.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from downloads.names import fold

from .lying import Lying, There
from .memory import FOLDER, Memory, Remembered
from .numbering import Unit, numbered, units_of
from .template import PathTemplate
from .wanted import Missing, Photo, Wanted


class How(Enum):
    """What is to be done for a file."""

    NOTHING = "nothing"  # it is there, and right
    FETCH = "fetch"  # nothing is there
    CHECK = "check"  # ours is there: right, or to be repaired
    REPLACE = "replace"  # ours is there, is not right, and no SHA-1 tells what is
    COMPARE = "compare"  # a half download, or somebody else's: known once ours is here


@dataclass(frozen=True, slots=True)
class Placed:
    """A file with its path in the folder."""

    file: Wanted
    photo: Photo
    natural: str
    path: str
    how: How


@dataclass(slots=True)
class Naming:
    """Gives names within one folder. ``taken`` are folded paths that are nobody's to have."""

    template: PathTemplate
    lying: Lying
    memory: Memory
    taken: set[str] = field(default_factory=set)
    _reserved: dict[str, str] = field(default_factory=dict)
    _next: dict[str, int] = field(default_factory=dict)
    _existing: dict[str, dict[int, None]] = field(default_factory=dict)

    def place(self, photos: Iterable[Photo]) -> tuple[list[Placed], list[Missing]]:
        """A place for every file, and those that can have none."""
        self._reserved = {fold(each.path): each.id for each in self.memory.all()}
        inside, missing = self._within(units_of(photos, self.template))
        groups: dict[str, int] = {}
        for unit in inside:
            groups[unit.key] = groups.get(unit.key, 0) + 1
        placed: list[Placed] = []
        for step in (self._remembered, self._recognised, self._given):
            left = []
            for unit in inside:
                if found := step(unit, groups[unit.key]):
                    self.taken.update(fold(each.path) for each in found)
                    placed += found
                else:
                    left.append(unit)
            inside = left
        return placed, missing

    def another(self, placed: Placed) -> str:
        """The next free path for a file whose own turned out to be somebody else's."""
        number = 1
        while not self._is_free(path := numbered(placed.natural, number), placed.file.id):
            number += 1
        self.taken.add(fold(path))
        return path

    def _within(self, units: Sequence[Unit]) -> tuple[list[Unit], list[Missing]]:
        known: dict[str, bool] = {}
        inside, missing = [], []
        for unit in units:
            for path in unit.naturals:
                head = path.rpartition("/")[0]
                if head not in known:
                    known[head] = self.lying.is_within(path)
            if all(known[path.rpartition("/")[0]] for path in unit.naturals):
                inside.append(unit)
            else:
                reason = "its folder is a link that leads out of --save-to"
                missing += [Missing(path, reason) for path in unit.naturals]
        return inside, missing

    def _remembered(self, unit: Unit, _alike: int) -> list[Placed]:
        found = []
        for file, natural in zip(unit.files, unit.naturals, strict=True):
            known = self.memory.of(file.id, natural)
            if known is None or fold(known.path) in self.taken:
                return []
            how = self._how_known(file, known)
            if how is None:
                return []
            path = self.lying.spelled(known.path) or known.path
            found.append(Placed(file, unit.photo, natural, path, how))
        return found

    def _how_known(self, file: Wanted, known: Remembered) -> How | None:
        there = self.lying.spelled(known.path)
        if there is None:
            return How.FETCH
        if known.sha1 is None:
            return _HOW.get(self.lying.look(known.path, file.size, file.sha1))
        if self.lying.size(there) is None:
            return None
        if file.sha1 is not None:
            return How.CHECK
        is_same = self.lying.size(there) == (file.size or self.lying.size(there))
        is_ours = is_same and self.lying.sha1(there) == bytes.fromhex(known.sha1)
        return How.NOTHING if is_ours else How.REPLACE

    def _recognised(self, unit: Unit, alike: int) -> list[Placed]:
        """Look for the photo under all names that photos like it have."""
        if unit.key not in self._existing:
            self._existing[unit.key] = dict.fromkeys(self._numbers(unit, alike))
        open_numbers = self._existing[unit.key]
        for number in open_numbers:
            paths = unit.paths(number)
            states = self._states(unit, paths)
            if There.RIGHT in states and set(states) <= {There.RIGHT, There.NOTHING}:
                del open_numbers[number]
                return self._placed(unit, paths, states)
        return []

    def _numbers(self, unit: Unit, alike: int) -> Iterator[int]:
        """The numbers under which something lies there, gaps among as many as photos are alike."""
        number = 1
        while True:
            exists = any(self.lying.spelled(path) for path in unit.paths(number))
            if exists:
                yield number
            elif number > alike:
                return
            number += 1

    def _given(self, unit: Unit, _alike: int) -> list[Placed]:
        number = self._next.get(unit.key, 1)
        while True:
            paths = unit.paths(number)
            states = self._states(unit, paths)
            number += 1
            if all(state in _HOW for state in states):
                self._next[unit.key] = number
                return self._placed(unit, paths, states)

    def _states(self, unit: Unit, paths: Sequence[str]) -> list[There]:
        return [
            self.lying.look(path, file.size, file.sha1)
            if self._is_open(path, file.id)
            else There.OTHER
            for path, file in zip(paths, unit.files, strict=True)
        ]

    def _is_open(self, path: str, asset_id: str) -> bool:
        key = fold(path)
        return key not in self.taken and self._reserved.get(key, asset_id) == asset_id

    def _is_free(self, path: str, asset_id: str) -> bool:
        return self._is_open(path, asset_id) and self.lying.spelled(path) is None

    def _placed(self, unit: Unit, paths: Sequence[str], states: Sequence[There]) -> list[Placed]:
        rows = zip(unit.files, unit.naturals, paths, states, strict=True)
        return [
            Placed(file, unit.photo, natural, self.lying.spelled(path) or path, _HOW[state])
            for file, natural, path, state in rows
        ]


_HOW = {There.NOTHING: How.FETCH, There.RIGHT: How.NOTHING, There.SHORT: How.COMPARE}


def reserved_for_us() -> set[str]:
    """Paths that no photo may have."""
    return {fold(FOLDER)}
