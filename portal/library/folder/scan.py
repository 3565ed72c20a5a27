"""One look at the folders: walk, compare, read what is new, and only then see what is gone."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.library.folder.ahead import AHEAD, Ahead
from portal.library.folder.compare import Changes, Index, compare
from portal.library.folder.foldering import FolderBook
from portal.library.folder.models import LeftOut, LibraryState, StoredAlbum, StoredAsset
from portal.library.folder.reading import Finding, Patience, Reader, Refused
from portal.library.folder.record import Recorder, leave_out
from portal.library.folder.rereading import read_again
from portal.library.folder.roots import Look, Root, Spot
from portal.library.folder.trouble import why_doubtful, why_not_there
from portal.library.folder.walk import Listing, Walk
from portal.library.index.looking import Heart
from portal.library.interface import LibraryUnavailable
from portal.library.types import RefreshReport

LEASE_SECONDS = 30.0
BATCH_FILES = 400
BATCH_SECONDS = 2.0


@dataclass
class Scan:
    """One look, which ends after ``seconds`` even if files are left to read."""

    roots: Mapping[int, Root]
    excluded: frozenset[Path]  # folders never entered: our own data
    heart: Heart
    patience: Patience
    ahead: Ahead | None = None  # what to draw of new files while they are open, and where to
    seconds: float = float("inf")
    troubles: dict[int, str] = field(default_factory=dict)

    def run(self) -> RefreshReport:
        """Bring the index up to date; raises ``LibraryUnavailable`` when the first root is away.

        A root that is away, or doubtful, keeps all that is known of it.
        """
        stop_at = time.monotonic() + self.seconds
        identities = {root.index: root.identity() for root in self.roots.values()}
        index = Index.load()
        self._doubt({root.index: why_not_there(root, index) for root in self.roots.values()})
        listing = self._walk()
        self._doubt_losses(index, listing)
        LibraryState.change(trouble=" ".join(self.troubles.values()))
        changes = compare(index, listing, lambda spot: spot.root in self.troubles)
        recorder = Recorder(FolderBook.load(self.roots, listing.samples), self.heart.beat)
        recorder.finish_settling()
        recorder.rearrange(changes)
        reader = self._read(listing, changes, recorder, stop_at)
        if not reader.left:
            self._keep_what_went_away(changes, identities)
            recorder.remove(changes)
            recorder.folders.refresh_labels()
            read_again(self.roots, stop_at, self.heart.beat)
        return self._report(changes, recorder, reader)

    def _doubt(self, troubles: Mapping[int, str]) -> None:
        """Note roots in trouble; when it is the first, nothing more is done."""
        self.troubles |= {index: why for index, why in troubles.items() if why}
        if 0 in self.troubles:
            LibraryState.change(trouble=self.troubles[0])
            raise LibraryUnavailable(self.troubles[0])

    def _walk(self) -> Listing:
        from portal.library.content.reading import SUFFIXES

        listing = Listing()
        for root in self._sound():
            Walk(root, SUFFIXES, self._not_for(root)).into(listing, self.heart.beat)
        return listing

    def _sound(self) -> list[Root]:
        """The roots to look at. One that never held a file may not be there yet."""
        roots = [root for root in self.roots.values() if root.identity() is not None]
        return [root for root in roots if root.index not in self.troubles]

    def _not_for(self, root: Root) -> frozenset[bytes]:
        others = [other.real for other in self.roots.values() if other.real != root.real]
        ours = [Root(-1, path).real for path in self.excluded]
        return frozenset(path for path in (*others, *ours) if root.holds(path))

    def _doubt_losses(self, index: Index, listing: Listing) -> None:
        if LibraryState.load().accepts_losses:
            return
        self._doubt({root.index: why_doubtful(root, index, listing) for root in self._sound()})

    def _read(
        self, listing: Listing, changes: Changes, recorder: Recorder, stop_at: float
    ) -> Reader:
        """Read new files, and commit them batch by batch: a kill loses no more than one."""
        found = len(listing.looks)
        ahead = AHEAD if self.ahead else ()
        reader = Reader(self.roots, changes.unread, self.patience, stop_at, ahead)
        read = found - len(changes.unread)
        LibraryState.change(files_found=found, files_read=read)
        leave_out(_refusal(spot, why) for spot, why in listing.refused.items())
        for batch in self._batches(reader.findings()):
            taken = recorder.take_in(batch)
            if self.ahead:
                self.ahead.put_away(taken)
            read += len(batch)
            LibraryState.change(files_read=read)
        return reader

    def _batches(self, findings: Iterable[Finding | None]) -> Iterable[list[Finding]]:
        batch: list[Finding] = []
        since = time.monotonic()
        for finding in findings:
            self.heart.beat()
            if finding:
                batch.append(finding)
            is_old = time.monotonic() - since >= BATCH_SECONDS
            if batch and (finding is None or len(batch) >= BATCH_FILES or is_old):
                yield batch
                batch, since = [], time.monotonic()
        if batch:
            yield batch

    def _keep_what_went_away(
        self, changes: Changes, identities: Mapping[int, tuple[int, int] | None]
    ) -> None:
        """Take nothing for gone below a root that was unplugged while we looked."""
        away = {root.index for root in self.roots.values() if root.identity() is None}
        away |= {i for i, known in identities.items() if self.roots[i].identity() != known}
        changes.gone = {s: known for s, known in changes.gone.items() if s.root not in away}
        if 0 in away:
            self._doubt({0: _("The photo folder went away while it was looked at.")})

    def _report(self, changes: Changes, recorder: Recorder, reader: Reader) -> RefreshReport:
        tally = recorder.tally
        if not reader.left:
            LibraryState.change(last_refresh=timezone.now(), accepts_losses=False)
        return replace(
            losses(),
            added=tally.added,
            moved=tally.moved,
            removed=tally.removed,
            unchanged=changes.unchanged,
            problems=LeftOut.objects.count(),
            growing=len(reader.growing),
            unread=reader.left,
        )


def losses() -> RefreshReport:
    """What links must stop granting, and nobody has acknowledged yet."""
    shrunk = StoredAlbum.objects.filter(has_lost=True).values_list("pk", flat=True)
    lost = StoredAsset.objects.filter(is_lost=True).values_list("pk", flat=True)
    return RefreshReport(shrunk_albums=frozenset(shrunk), lost_assets=frozenset(lost))


def _refusal(spot: Spot, reason: str) -> Refused:
    return Refused(spot, Look(0, 0, 0), reason, is_final=False)
