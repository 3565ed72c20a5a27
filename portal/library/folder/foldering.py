"""Which folder's album is which."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.db.models import Exists, OuterRef

from portal.library.folder.models import Folder, StoredAlbum
from portal.library.folder.roots import Root, Spot, readable
from portal.library.index.chunks import chunks

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
        new = sorted({(spot.root, spot.folder) for spot in spots} - set(self.ids))
        for root, keys in groupby(new, lambda key: key[0]):
            for chunk in chunks([path for _root, path in keys]):
                self._open(root, chunk)

    def _open(self, root: int, paths: list[bytes]) -> None:
        """What was taken in since this book was opened may have made some of them already."""
        made = Folder.objects.filter(root=root, path__in=paths).values_list("path", "pk")
        self.ids |= {(root, bytes(path)): pk for path, pk in made}
        paths = [path for path in paths if (root, path) not in self.ids]
        albums = self._albums_to_join(root, paths)
        young = {path: StoredAlbum(name=self.name(path)) for path in paths if path not in albums}
        StoredAlbum.objects.bulk_create(young.values())
        albums |= young
        folders = [
            Folder(root=root, path=path, album=albums[path], is_sample=(root, path) in self.samples)
            for path in paths
        ]
        for folder in Folder.objects.bulk_create(folders):
            self.ids[root, bytes(folder.path)] = folder.pk

    def name(self, path: bytes) -> str:
        """What the album of a folder is called; files right in the root go by the root's name."""
        return readable(path or self.roots[0].real.rpartition(b"/")[2]) or "/"

    def _albums_to_join(self, root: int, paths: list[bytes]) -> dict[bytes, StoredAlbum]:
        """The albums of the same paths below other roots, each root taking its share once."""
        found: dict[bytes, StoredAlbum] = {}
        taken: set[UUID] = set()
        namesakes = Folder.objects.filter(path__in=paths).exclude(root=root)
        here = Folder.objects.filter(root=root, album=OuterRef("album"))
        for folder in namesakes.filter(~Exists(here)).select_related("album").order_by("root"):
            path = bytes(folder.path)
            if path not in found and folder.album_id not in taken:
                found[path] = folder.album
                taken.add(folder.album_id)
        return found

    def refresh_labels(self) -> None:
        """Bring names and sample marks up to date with the folders that are there."""
        marks: dict[object, list[Folder]] = defaultdict(list)
        for folder in Folder.objects.select_related("album").order_by("root", "pk"):
            is_sample = (folder.root, bytes(folder.path)) in self.samples
            if folder.is_sample != is_sample:
                folder.is_sample = is_sample
                folder.save(update_fields=["is_sample"])
            marks[folder.album_id].append(folder)
        labelled = [album for folders in marks.values() if (album := self._labelled(folders))]
        StoredAlbum.objects.bulk_update(labelled, ["name", "is_sample"], batch_size=200)

    def _labelled(self, folders: list[Folder]) -> StoredAlbum | None:
        """The album under its present name; ``None`` when it has that already."""
        album = folders[0].album
        label = self.name(bytes(folders[0].path)), any(folder.is_sample for folder in folders)
        if (album.name, album.is_sample) == label:
            return None
        album.name, album.is_sample = label
        return album
