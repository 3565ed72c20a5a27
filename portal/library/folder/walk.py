"""One walk through a root: every media file below it, with one look at each, none opened."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from portal.library.folder.roots import Look, Root, Spot

SAMPLE_MARKER = b".loggia-sample"
HIDDEN = frozenset(
    b"@eaDir|@Recycle|#recycle|#snapshot|$RECYCLE.BIN|System Volume Information|lost+found|__MACOSX".split(
        b"|"
    )
)
LONGEST_PATH = 2000  # bytes: what an index of PostgreSQL can hold with room to spare


@dataclass
class Listing:
    """What a walk found. Of ``unseen`` spots, and below unseen folders, nothing is known."""

    looks: dict[Spot, Look] = field(default_factory=dict)
    refused: dict[Spot, str] = field(default_factory=dict)
    unseen: set[Spot] = field(default_factory=set)
    samples: set[tuple[int, bytes]] = field(default_factory=set)

    def knows(self, spot: Spot) -> bool:
        """Whether this walk would have seen a file there."""
        if not self.unseen:
            return True
        folders = (Spot(spot.root, folder, b"") for folder in _with_parents(spot.folder))
        return spot not in self.unseen and self.unseen.isdisjoint(folders)

    def miss(self, spot: Spot, reason: str) -> None:
        self.unseen.add(spot)
        self.refused[spot] = reason


@dataclass(frozen=True)
class _Step:
    """A folder to list. Links to folders are followed once, so no tree can grow without end."""

    folder: bytes
    is_linked: bool = False


class Walk:
    """Walks one root. ``excluded`` are real paths never entered: our own data, other roots."""

    def __init__(self, root: Root, suffixes: frozenset[str], excluded: frozenset[bytes]) -> None:
        self.root = root
        self.suffixes = frozenset(os.fsencode(suffix) for suffix in suffixes)
        self.excluded = excluded
        self.steps = [_Step(b"")]

    def into(self, listing: Listing, beat: Callable[[], None]) -> None:
        """Add what lies below the root; a root that cannot be listed is unseen like any folder."""
        while self.steps:
            step = self.steps.pop()
            beat()
            try:
                with os.scandir(self.root.full(step.folder) or b"/") as entries:
                    for entry in entries:
                        self._see(entry, step, listing)
            except OSError as exc:
                listing.miss(Spot(self.root.index, step.folder, b""), _cannot_list(exc))

    def _see(self, entry: os.DirEntry[bytes], step: _Step, listing: Listing) -> None:
        spot = Spot(self.root.index, step.folder, entry.name)
        if entry.name == SAMPLE_MARKER:
            listing.samples.add((self.root.index, step.folder))
        elif entry.name.startswith(b".") or entry.name in HIDDEN:
            return
        elif entry.is_symlink():
            self._follow(entry, spot, step, listing)
        elif entry.is_dir(follow_symlinks=False):
            self._enter(spot, listing, is_linked=step.is_linked)
        elif self._is_media(entry.name):
            self._take(spot, entry, listing)

    def _follow(self, entry: os.DirEntry[bytes], spot: Spot, step: _Step, listing: Listing) -> None:
        try:
            is_folder = entry.is_dir()
        except OSError:  # a link that leads in a circle
            return
        if not is_folder and not self._is_media(entry.name):
            return
        target = os.path.realpath(entry.path)
        if not self.root.holds(target):
            listing.refused[spot] = _("This link leads out of the photo folder.")
        elif not is_folder:
            self._take(spot, entry, listing)
        elif not step.is_linked and not _is_above(target, self.root.full(step.folder)):
            self._enter(spot, listing, is_linked=True)

    def _enter(self, spot: Spot, listing: Listing, *, is_linked: bool) -> None:
        path = self.root.full(spot.below_root)
        real = os.path.realpath(path) if is_linked else path
        if any(_is_above(folder, real) for folder in self.excluded):
            return
        if len(spot.below_root) > LONGEST_PATH:
            too_long = Spot(spot.root, spot.below_root[:LONGEST_PATH], b"")
            listing.miss(too_long, _("The path of this folder is too long."))
        else:
            self.steps.append(_Step(spot.below_root, is_linked))

    def _take(self, spot: Spot, entry: os.DirEntry[bytes], listing: Listing) -> None:
        try:
            status = entry.stat()
        except FileNotFoundError:
            return  # gone since the folder was listed, or a link to nowhere
        except OSError as exc:
            listing.miss(spot, _cannot_read(exc))
            return
        if stat.S_ISREG(status.st_mode):
            listing.looks[spot] = Look.of(status)

    def _is_media(self, name: bytes) -> bool:
        return os.path.splitext(name)[1].lower() in self.suffixes  # noqa: PTH122  bytes


def _is_above(target: bytes, folder: bytes) -> bool:
    return folder == target or folder.startswith(target.rstrip(b"/") + b"/")


def _with_parents(folder: bytes) -> Iterator[bytes]:
    yield folder
    while folder:
        folder = folder.rpartition(b"/")[0]
        yield folder


def _cannot_list(exc: OSError) -> str:
    return _("This folder cannot be opened (%(why)s).") % {"why": exc.strerror}


def _cannot_read(exc: OSError) -> str:
    return _("This file cannot be read (%(why)s).") % {"why": exc.strerror}
