"""Where below the incoming root a file that was sent goes, and under which name."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.library.folder.models import Arrival, Folder, Place, StoredAlbum
from portal.library.folder.roots import Root, Spot
from portal.library.interface import NotInLibrary
from portal.library.naming import Stems, folded, safe_name, safe_stem
from portal.library.types import Incoming

INCOMING = 1  # the index of the root that is written to
WITHOUT_ALBUM = b"Guests"  # the folder of what goes into no album of the library, by month
OWN = b"Uploads"  # likewise of what an owner sends
MOST_TOGETHER = (
    2_000  # files in one of these: whatever comes is settled with all that lie beside it
)


@dataclass(frozen=True)
class Claim:
    """A file and the place that is its own now, though nothing lies there yet."""

    file: Incoming
    folder: bytes
    name: bytes

    @property
    def spot(self) -> Spot:
        return Spot(INCOMING, self.folder, self.name)


@dataclass
class Filing:
    """Hands out places during one call; each folder is listed once."""

    root: Root
    suffixes: frozenset[str]
    _folders: dict[tuple[UUID | None, bool], bytes] = field(default_factory=dict)
    _stems: dict[bytes, Stems] = field(default_factory=dict)

    def claim(self, files: tuple[Incoming, ...], was_there: Mapping[bytes, UUID]) -> list[Claim]:
        """Places for a file, or for both halves of a live photo, whose names must agree.

        Raises ``NotInLibrary`` for an album that is not there.
        """
        folder = self._folder(files[0])
        stems = self._stems_in(folder)
        named = [safe_name(file.filename, file.media_type, self.suffixes) for file in files]
        while True:
            stem = stems.claim(named[0][0])
            claims = [
                Claim(file, folder, os.fsencode(f"{stem}{suffix}"))
                for file, (_stem, suffix) in zip(files, named, strict=True)
            ]
            try:
                _write(claims, was_there)
            except IntegrityError:  # claimed by a call that runs beside this one, or was killed
                continue
            return claims

    def beside(
        self, still: Incoming, half: Arrival, was_there: Mapping[bytes, UUID]
    ) -> Claim | None:
        """The place beside a moving half that came before its still; ``None`` if it is taken."""
        folder, name = _split(half)
        _stem, suffix = safe_name(still.filename, still.media_type, self.suffixes)
        stem = os.path.splitext(name)[0]  # noqa: PTH122  names are bytes
        claim = Claim(still, folder, stem + os.fsencode(suffix))
        if os.path.lexists(self.root.full(folder, claim.name)):
            return None
        try:
            _write([claim], was_there)
        except IntegrityError:
            return None
        return claim

    def again(self, file: Incoming, arrival: Arrival) -> Claim:
        """The place that an earlier call has claimed."""
        return Claim(file, *_split(arrival))

    def _folder(self, file: Incoming) -> bytes:
        key, album_id = (file.album_id, file.is_owners), file.album_id
        if key not in self._folders:
            apart = OWN if file.is_owners else WITHOUT_ALBUM
            self._folders[key] = folder_of(album_id) if album_id else _by_month(apart)
        return self._folders[key]

    def _stems_in(self, folder: bytes) -> Stems:
        if folder not in self._stems:
            self._stems[folder] = Stems(set(map(folded, _names_in(self.root.full(folder)))))
        return self._stems[folder]


def _split(arrival: Arrival) -> tuple[bytes, bytes]:
    folder, _slash, name = bytes(arrival.path or b"").rpartition(b"/")
    return folder, name


@transaction.atomic
def _write(claims: list[Claim], was_there: Mapping[bytes, UUID]) -> None:
    for claim in claims:
        Arrival.objects.update_or_create(
            key=claim.file.key,
            defaults={
                "sha1": claim.file.sha1,
                "album_id": claim.file.album_id,
                "was_there": claim.file.sha1 in was_there,
                "path": claim.spot.below_root,
            },
        )


def folder_of(album_id: UUID) -> bytes:
    """Where below the incoming root an album's files go: the path that it has below the others.

    A renamed album stays where it was. Raises ``NotInLibrary``.
    """
    album = StoredAlbum.objects.filter(pk=album_id).first()
    if album is None:
        raise NotInLibrary(_("This album is not there (any more)."))
    folders = list(Folder.objects.filter(album=album).order_by("root", "pk"))
    here = [folder for folder in folders if folder.root == INCOMING]
    if here:
        return bytes(here[0].path)
    path = bytes(folders[0].path) if folders else _path_named(album.name)
    taken = Folder.objects.filter(root=INCOMING)
    return next(each for each in _numbered(path) if not taken.filter(path=each).exists())


def _by_month(folder: bytes) -> bytes:
    """A folder that is no album of the owner's: nobody sees more by a link to one."""
    path = folder + timezone.localdate().strftime("/%Y-%m").encode()
    of_others = Folder.objects.exclude(root=INCOMING)
    free = (each for each in _numbered(path) if not of_others.filter(path=each).exists())
    return next(each for each in free if _files_in(each) < MOST_TOGETHER)


def _files_in(path: bytes) -> int:
    return Place.objects.present().filter(folder__root=INCOMING, folder__path=path).count()


def _numbered(path: bytes) -> Iterator[bytes]:
    yield path
    number = 1
    while True:
        number += 1
        yield b"%s (%d)" % (path, number)


def _path_named(name: str) -> bytes:
    parts = [safe_stem(part) for part in name.split("/")]
    return os.fsencode("/".join(filter(None, parts)) or "album")


def _names_in(folder: bytes) -> list[bytes]:
    try:
        return os.listdir(folder)  # noqa: PTH208  names are bytes
    except FileNotFoundError:
        return []
