"""What changed between the index and a walk, told without opening a file."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from portal.library.folder.models import Folder, LeftOut, Place
from portal.library.folder.roots import Look, Spot
from portal.library.folder.walk import Listing


class Known(NamedTuple):
    """A place of the index."""

    pk: int
    asset_id: UUID
    look: Look
    is_missing: bool


@dataclass
class Index:
    """All that is known of the roots, by spot."""

    places: dict[Spot, Known] = field(default_factory=dict)
    left_out: dict[Spot, tuple[Look, bool]] = field(default_factory=dict)
    samples: set[tuple[int, bytes]] = field(default_factory=set)

    @classmethod
    def load(cls) -> "Index":
        index = cls()
        folders = {}
        for pk, root, path, is_sample in Folder.objects.values_list(
            "pk", "root", "path", "is_sample"
        ):
            folders[pk] = (root, bytes(path))
            if is_sample:
                index.samples.add((root, bytes(path)))
        rows = Place.objects.values_list(
            "pk", "folder_id", "name", "asset_id", "size", "mtime_ns", "inode", "missing_since"
        )
        for pk, folder, name, asset, size, mtime_ns, inode, missing in rows.iterator(5000):
            spot = Spot(*folders[folder], bytes(name))
            index.places[spot] = Known(pk, asset, Look(size, mtime_ns, inode), missing is not None)
        for left in LeftOut.objects.all():
            spot = Spot(left.root, bytes(left.folder), bytes(left.name))
            index.left_out[spot] = (Look(left.size, left.mtime_ns, 0), left.is_final)
        return index

    def present(self, root: int) -> list[Spot]:
        """What lies in a root, the sample album aside."""
        return [
            spot
            for spot, known in self.places.items()
            if spot.root == root
            and not known.is_missing
            and (root, spot.folder) not in self.samples
        ]


class Moved(NamedTuple):
    spot: Spot
    look: Look
    asset_id: UUID


@dataclass
class Changes:
    unchanged: int = 0
    unread: dict[Spot, Look] = field(default_factory=dict)
    moved: list[Moved] = field(default_factory=list)
    returned: dict[Spot, Known] = field(default_factory=dict)
    gone: dict[Spot, Known] = field(default_factory=dict)
    healed: list[Spot] = field(default_factory=list)  # left out once, and there no more


def compare(index: Index, listing: Listing, is_kept: Callable[[Spot], bool]) -> Changes:
    """Tell what is new, moved, back and gone; ``is_kept`` spots are never gone.

    A file is the same as before when its path, size and time are: the inode does not count, for a
    restored or remounted library has others. A file that has them all but the path, while nothing
    is left at the old one, was moved, and need not be read.
    """
    changes = Changes()
    changes.gone = {
        spot: known
        for spot, known in index.places.items()
        if spot not in listing.looks and not is_kept(spot) and listing.knows(spot)
    }
    by_look = {known.look: known.asset_id for known in changes.gone.values()}
    for spot, look in listing.looks.items():
        _sort_in(spot, look, index, by_look, changes)
    changes.gone = {spot: known for spot, known in changes.gone.items() if not known.is_missing}
    changes.healed = [
        spot
        for spot in index.left_out
        if spot not in listing.looks and spot not in listing.refused and listing.knows(spot)
    ]
    return changes


def _sort_in(
    spot: Spot, look: Look, index: Index, by_look: dict[Look, UUID], changes: Changes
) -> None:
    known = index.places.get(spot)
    if known and known.look.is_same(look):
        if known.is_missing:
            changes.returned[spot] = known
        else:
            changes.unchanged += 1
        return
    left = index.left_out.get(spot)
    if left and left[1] and left[0].is_same(look):
        return
    if known is None and look in by_look:
        changes.moved.append(Moved(spot, look, by_look[look]))
    else:
        changes.unread[spot] = look
