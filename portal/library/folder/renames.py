"""A folder that was renamed or moved keeps its album, and so every link to it."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from portal.library.folder.foldering import FolderBook
from portal.library.folder.models import Folder, Place, StoredAlbum
from portal.library.index.chunks import chunks


@dataclass(frozen=True)
class _Match:
    shared: int
    is_namesake: bool
    old: Folder
    new: Folder


@dataclass
class _Deserted:
    """What deserted folders held, as far as it is not forgotten yet."""

    holders: dict[UUID, list[int]] = field(default_factory=lambda: defaultdict(list))
    went: dict[int, list[datetime]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, root: int) -> "_Deserted":
        deserted = cls()
        places = Place.objects.filter(folder__in=Folder.objects.deserted().filter(root=root))
        for folder, asset, missing in places.values_list("folder_id", "asset_id", "missing_since"):
            deserted.holders[asset].append(folder)
            if missing:
                deserted.went[folder].append(missing)
        return deserted

    def held_at_last(self, folder: int) -> int:
        """How many files went when the last one went; those deleted long before do not count."""
        return self.went[folder].count(max(self.went[folder]))


def follow_renames(folders: FolderBook) -> set[UUID]:
    """Give new folders the album of the deserted one whose files they hold.

    A deserted folder goes on in a new one when more than half of what it held at last has come up
    there. Call it once all new files are read and what is gone is marked so. Returns the albums
    that live on under a new name.
    """
    taken: set[int] = set()
    chosen: list[_Match] = []
    roots = set(Folder.objects.filter(is_new=True).values_list("root", flat=True))
    matches = [match for root in roots for match in _matches(root)]
    matches.sort(key=lambda match: (match.shared, match.is_namesake), reverse=True)
    for match in matches:
        if taken.isdisjoint({match.old.pk, match.new.pk}):
            taken |= {match.old.pk, match.new.pk}
            chosen.append(match)
    for some in chunks(chosen):
        _hand_over(some, folders)
    Folder.objects.filter(is_new=True).update(is_new=False)
    return {match.old.album_id for match in chosen}


def _matches(root: int) -> Iterator[_Match]:
    """All pairs of a new and a deserted folder that share enough, in a few queries."""
    deserted = _Deserted.of(root)
    if not deserted.went:
        return
    shared = _shared(root, deserted)
    rows = _in_bulk({pk for pair in shared for pk in pair})
    for (young, former), count in shared.items():
        new, old = rows[young], rows[former]
        if old.album_id != new.album_id and count * 2 > deserted.held_at_last(former):
            yield _Match(count, _last_name(old) == _last_name(new), old, new)


def _shared(root: int, deserted: _Deserted) -> Counter[tuple[int, int]]:
    """How many of a deserted folder's files lie in a new one, by (new, deserted)."""
    shared: Counter[tuple[int, int]] = Counter()
    held = Place.objects.present().filter(folder__root=root, folder__is_new=True)
    for new, asset in held.values_list("folder_id", "asset_id").distinct():
        shared.update((new, old) for old in deserted.holders.get(asset, ()))
    return shared


def _in_bulk(folders: set[int]) -> dict[int, Folder]:
    rows: dict[int, Folder] = {}
    for chunk in chunks(folders):
        rows |= Folder.objects.in_bulk(chunk)
    return rows


def _hand_over(matches: list[_Match], folders: FolderBook) -> None:
    """Let the old folders' albums go on in the new ones; the new ones' young albums end."""
    young = [match.new.album_id for match in matches]
    for match in matches:
        match.new.album_id = match.old.album_id
        del folders.ids[match.old.root, bytes(match.old.path)]
    Folder.objects.bulk_update([match.new for match in matches], ["album"])
    Folder.objects.filter(pk__in=[match.old.pk for match in matches]).delete()
    StoredAlbum.objects.filter(pk__in=young, folders=None).delete()


def _last_name(folder: Folder) -> bytes:
    return bytes(folder.path).rpartition(b"/")[2]
