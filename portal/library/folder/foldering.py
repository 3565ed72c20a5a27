"""Which folder's album is which."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portal.library.folder.models import Folder, StoredAlbum
from portal.library.folder.roots import Root, Spot, readable

Key = tuple[int, bytes]


@dataclass
class FolderBook:
    """The rows of all folders, by root and path. The holder of the scan's lease alone writes."""

    roots: Mapping[int, Root]
    samples: set[Key]
    ids: dict[Key, int]

    @classmethod
    def load(cls, roots: Mapping[int, Root], samples: set[Key]) -> "FolderBook":
        rows = Folder.objects.values_list("pk", "root", "path")
        return cls(roots, samples, {(root, bytes(path)): pk for pk, root, path in rows})

    def id(self, spot: Spot) -> int:
        return self.ids[spot.root, spot.folder]

    def find(self, spot: Spot) -> int | None:
        return self.ids.get((spot.root, spot.folder))

    def of(self, spots: Iterable[Spot]) -> set[int]:
        """The ids of the folders in which these files lie, as far as they are known."""
        return {pk for spot in spots if (pk := self.find(spot)) is not None}

    def open(self, spots: Iterable[Spot]) -> None:
        """Make rows, and albums, for the folders that have none yet."""
        for root, path in sorted({(spot.root, spot.folder) for spot in spots} - set(self.ids)):
            album = self._album_to_join(root, path) or self._make_album(path)
            is_sample = (root, path) in self.samples
            folder = Folder.objects.create(root=root, path=path, album=album, is_sample=is_sample)
            self.ids[root, path] = folder.pk

    def name(self, path: bytes) -> str:
        """What the album of a folder is called; files right in the root go by the root's name."""
        return readable(path or self.roots[0].real.rpartition(b"/")[2]) or "/"

    def _album_to_join(self, root: int, path: bytes) -> StoredAlbum | None:
        """The album of the same path below another root, unless this root has its share already."""
        for folder in Folder.objects.filter(path=path).select_related("album").order_by("root"):
            if not folder.album.folders.filter(root=root).exists():
                return folder.album
        return None

    def _make_album(self, path: bytes) -> StoredAlbum:
        return StoredAlbum.objects.create(name=self.name(path))

    def refresh_labels(self) -> None:
        """Bring names and sample marks up to date with the folders that are there."""
        marks: dict[object, list[Folder]] = defaultdict(list)
        for folder in Folder.objects.select_related("album").order_by("root", "pk"):
            is_sample = (folder.root, bytes(folder.path)) in self.samples
            if folder.is_sample != is_sample:
                folder.is_sample = is_sample
                folder.save(update_fields=["is_sample"])
            marks[folder.album_id].append(folder)
        for folders in marks.values():
            self._label(folders)

    def _label(self, folders: list[Folder]) -> None:
        album = folders[0].album
        name = self.name(bytes(folders[0].path))
        is_sample = any(folder.is_sample for folder in folders)
        if (album.name, album.is_sample) != (name, is_sample):
            StoredAlbum.objects.filter(pk=album.pk).update(name=name, is_sample=is_sample)
