"""A folder that was renamed or moved keeps its album, and so every link to it."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Max

from portal.library.folder.foldering import FolderBook
from portal.library.folder.models import Folder, Place, StoredAlbum


@dataclass(frozen=True)
class _Match:
    shared: int
    is_namesake: bool
    old: Folder
    new: Folder


def follow_renames(folders: FolderBook) -> set[UUID]:
    """Give new folders the album of the deserted one whose files they hold.

    A deserted folder goes on in a new one when more than half of what it held at last has come up
    there. Call it once all new files are read and what is gone is marked so. Returns the albums
    that live on under a new name.
    """
    adopted: set[UUID] = set()
    taken: set[int] = set()
    matches = [match for new in Folder.objects.filter(is_new=True) for match in _matches(new)]
    matches.sort(key=lambda match: (match.shared, match.is_namesake), reverse=True)
    for match in matches:
        if taken.isdisjoint({match.old.pk, match.new.pk}):
            taken |= {match.old.pk, match.new.pk}
            adopted.add(_hand_over(match.old, match.new, folders))
    Folder.objects.filter(is_new=True).update(is_new=False)
    return adopted


def _matches(new: Folder) -> list[_Match]:
    held = Place.objects.present().filter(folder=new).values("asset")
    old_places = Place.objects.filter(
        folder__in=Folder.objects.deserted().filter(root=new.root), asset__in=held
    )
    shared = Counter(old_places.values_list("folder_id", flat=True))
    old_folders = Folder.objects.exclude(album=new.album_id).in_bulk(list(shared))
    return [
        _Match(shared[pk], _last_name(old) == _last_name(new), old, new)
        for pk, old in old_folders.items()
        if shared[pk] * 2 > _held_at_last(old)
    ]


def _held_at_last(folder: Folder) -> int:
    """How many files went when the last one went; those deleted long before do not count."""
    last = folder.places.aggregate(Max("missing_since"))["missing_since__max"]
    return folder.places.filter(missing_since=last).count()


def _hand_over(old: Folder, new: Folder, folders: FolderBook) -> UUID:
    """Let the old folder's album go on in the new one; the new one's young album ends."""
    young = new.album_id
    new.album_id = old.album_id
    new.save(update_fields=["album"])
    del folders.ids[old.root, bytes(old.path)]
    old.delete()
    StoredAlbum.objects.filter(pk=young, folders=None).delete()
    return new.album_id


def _last_name(folder: Folder) -> bytes:
    return bytes(folder.path).rpartition(b"/")[2]
