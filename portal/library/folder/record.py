"""Writes findings into the index, in short transactions; what follows from them is settled too."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from portal.library.folder.compare import Changes, Known, Moved
from portal.library.folder.foldering import FolderBook
from portal.library.folder.models import Folder, LeftOut, LibraryState, Place, StoredAsset
from portal.library.folder.reading import Finding, Read, Refused
from portal.library.folder.renames import follow_renames
from portal.library.folder.roots import Look, Spot
from portal.library.folder.settling import Settled, Touched, settle
from portal.library.folder.translate import make_asset
from portal.library.index.chunks import chunks

if TYPE_CHECKING:
    from portal.library.content.reading import Content


@dataclass
class Tally:
    """What one look has changed so far. ``placed`` assets were found at a new path."""

    placed: set[UUID] = field(default_factory=set)
    appeared: set[UUID] = field(default_factory=set)
    vanished: set[UUID] = field(default_factory=set)
    moved: int = 0

    def add(self, settled: Settled) -> None:
        self.appeared |= settled.appeared - self.vanished
        self.vanished = (self.vanished - settled.appeared) | settled.vanished

    @property
    def added(self) -> int:
        return len(self.appeared)

    @property
    def removed(self) -> int:
        return len(self.vanished)


@dataclass
class Recorder:
    """The writing side of one look."""

    folders: FolderBook
    beat: Callable[[], None] = lambda: None  # called as the work goes on
    tally: Tally = field(default_factory=Tally)

    @transaction.atomic
    def take_in(self, findings: Sequence[Finding]) -> Mapping[UUID, "Content"]:
        """Record a batch of what was read, whole or not at all; returns what each asset is."""
        touched = Touched()
        reads = [finding for finding in findings if isinstance(finding, Read)]
        refused = [finding for finding in findings if isinstance(finding, Refused)]
        assets = self._assets_of(reads)
        lying = [(read.spot, read.look, assets[read.content.sha1]) for read in reads]
        self._place(lying, touched)
        self._desert([finding.spot for finding in refused], touched)
        leave_out(refused)
        welcome([read.spot for read in reads])
        self._settle(touched)
        return {assets[read.content.sha1]: read.content for read in reads}

    def rearrange(self, changes: Changes) -> None:
        """Record what moved and what came back: known content, nothing was read."""
        for moved in chunks(changes.moved):
            self._move(moved)
        for chunk in chunks(list(changes.returned.items())):
            self._return(dict(chunk))
        welcome([*changes.returned, *changes.healed])

    @transaction.atomic
    def _move(self, moved: Sequence[Moved]) -> None:
        touched = Touched()
        self._place([(one.spot, one.look, one.asset_id) for one in moved], touched)
        self._settle(touched)

    @transaction.atomic
    def _return(self, returned: Mapping[Spot, Known]) -> None:
        here = Place.objects.filter(pk__in=[known.pk for known in returned.values()])
        here.update(missing_since=None)
        self._settle(
            Touched({known.asset_id for known in returned.values()}, self.folders.of(returned))
        )

    def remove(self, changes: Changes) -> None:
        """Record what is gone: hide it, or let it follow its folder to a new name.

        What follows is settled in steps, so that nobody else waits long for the database. A look
        that is killed between them leaves a mark, by which the next one settles everything.
        """
        renamed = self._let_go(changes)
        by_folder = sorted(changes.gone.items(), key=lambda item: item[0][:2])
        for chunk in chunks(by_folder):
            gone = dict(chunk)
            self._settle_step({known.asset_id for known in gone.values()}, self.folders.of(gone))
        for albums in chunks(renamed):
            self._settle_step(albums=set(albums))
        LibraryState.change(is_unsettled=False)
        left_their_place = {known.asset_id for known in changes.gone.values()}
        self.tally.moved += len((left_their_place & self.tally.placed) - self.tally.vanished)

    def finish_settling(self) -> None:
        """Settle all of the library where a killed look may have left something open."""
        if not LibraryState.load().is_unsettled:
            return
        for assets in chunks(list(StoredAsset.objects.values_list("pk", flat=True))):
            self._settle_step(set(assets))
        for folders in chunks(list(Folder.objects.values_list("pk", flat=True))):
            self._settle_step(folders=set(folders))
        LibraryState.change(is_unsettled=False)

    @transaction.atomic
    def _let_go(self, changes: Changes) -> set[UUID]:
        """Mark what is gone, and hand albums over; returns those that go by a new name."""
        if not changes.gone and not Folder.objects.filter(is_new=True).exists():
            return set()
        now = timezone.now()
        for chunk in chunks(list(changes.gone.values())):
            Place.objects.filter(pk__in=[known.pk for known in chunk]).update(missing_since=now)
        renamed = follow_renames(self.folders)
        LibraryState.change(is_unsettled=bool(changes.gone or renamed))
        self.beat()
        return renamed

    @transaction.atomic
    def _settle_step(
        self,
        assets: set[UUID] | None = None,
        folders: set[int] | None = None,
        albums: set[UUID] | None = None,
    ) -> None:
        self._settle(Touched(assets or set(), folders or set(), albums or set()))

    def _settle(self, touched: Touched) -> None:
        """The lease is renewed in the same transaction: nobody sees the one without the other."""
        self.tally.add(settle(touched))
        self.beat()

    def _assets_of(self, reads: Sequence[Read]) -> dict[bytes, UUID]:
        """The asset of each content; new content becomes a new asset."""
        by_sha1 = {read.content.sha1: read for read in reads}
        found = StoredAsset.objects.filter(sha1__in=list(by_sha1)).values_list("sha1", "pk")
        assets = {bytes(sha1): pk for sha1, pk in found}
        new = [
            make_asset(read.content, read.spot.name)
            for sha1, read in by_sha1.items()
            if sha1 not in assets
        ]
        StoredAsset.objects.bulk_create(new)
        return assets | {bytes(asset.sha1): asset.pk for asset in new}

    def _place(self, lying: Sequence[tuple[Spot, Look, UUID]], touched: Touched) -> None:
        """Write where contents lie; what lay there before is touched as well."""
        self.folders.open([spot for spot, _look, _asset in lying])
        spots = [spot for spot, _look, _asset in lying]
        for chunk in chunks(spots):
            self._touch_former(chunk, touched)
        Place.objects.bulk_create(
            [self._make_place(*row) for row in lying],
            update_conflicts=True,
            unique_fields=["folder", "name"],
            update_fields=["asset", "size", "mtime_ns", "inode", "missing_since"],
        )
        placed = {asset for _spot, _look, asset in lying}
        self.tally.placed |= placed
        touched.assets |= placed
        touched.folders.update(self.folders.of(spots))

    def _make_place(self, spot: Spot, look: Look, asset_id: UUID) -> Place:
        return Place(
            folder_id=self.folders.id(spot),
            name=spot.name,
            asset_id=asset_id,
            size=look.size,
            mtime_ns=look.mtime_ns,
            inode=look.inode,
        )

    def _desert(self, spots: Sequence[Spot], touched: Touched) -> None:
        """Give up places whose file holds something unreadable now."""
        for chunk in chunks(spots):
            former = self._touch_former(chunk, touched)
            Place.objects.filter(pk__in=former, missing_since=None).update(
                missing_since=timezone.now()
            )
        touched.folders.update(self.folders.of(spots))

    def _touch_former(self, spots: Sequence[Spot], touched: Touched) -> list[int]:
        places = Place.objects.filter(
            folder_id__in=self.folders.of(spots), name__in=[spot.name for spot in spots]
        )
        wanted = {(self.folders.find(spot), spot.name) for spot in spots}
        former = [
            (pk, asset)
            for pk, folder, name, asset in places.values_list("pk", "folder_id", "name", "asset_id")
            if (folder, bytes(name)) in wanted
        ]
        touched.assets.update(asset for _pk, asset in former)
        return [pk for pk, _asset in former]


def leave_out(refused: Iterable[Refused]) -> None:
    """List files as problems; one that is listed already keeps the time it was first seen."""
    for finding in refused:
        facts = {
            "size": finding.look.size,
            "mtime_ns": finding.look.mtime_ns,
            "is_final": finding.is_final,
            "reason": finding.reason,
        }
        LeftOut.objects.update_or_create(
            root=finding.spot.root,
            folder=finding.spot.folder,
            name=finding.spot.name,
            defaults=facts,
            create_defaults=facts | {"seen_at": timezone.now()},
        )


def welcome(spots: Collection[Spot]) -> None:
    """Take files off the list of problems."""
    if not spots:
        return
    by_spot = {
        Spot(root, bytes(folder), bytes(name)): pk
        for pk, root, folder, name in LeftOut.objects.values_list("pk", "root", "folder", "name")
    }
    healed = [by_spot[spot] for spot in spots if spot in by_spot]
    for chunk in chunks(healed):
        LeftOut.objects.filter(pk__in=chunk).delete()
