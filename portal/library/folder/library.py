"""The embedded library: folders of photos on this machine, behind the library interface."""

from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from portal.library.folder import attempts, intake, scan, status, taking_out
from portal.library.folder.ahead import AHEAD, Ahead
from portal.library.folder.cache import ON_DEMAND, rendition_cache
from portal.library.folder.changes import Changes
from portal.library.folder.filing import INCOMING
from portal.library.folder.making import (
    AHEAD_TOGETHER,
    RenditionMaker,
    make_waiting,
    note_unmade,
)
from portal.library.folder.models import (
    LibraryState,
    Place,
    StoredAlbum,
    StoredAsset,
    UnmadeRendition,
)
from portal.library.folder.originals import Finder
from portal.library.folder.placing import Placing
from portal.library.folder.queries import INDEX
from portal.library.folder.reading import Patience
from portal.library.folder.retention import forget_what_is_long_gone
from portal.library.folder.roots import Root
from portal.library.folder.translate import as_asset
from portal.library.index.chunks import chunks
from portal.library.index.looking import looking
from portal.library.index.queries import find_album, list_albums
from portal.library.index.searching import search, search_count, suggest
from portal.library.index.translate import as_album
from portal.library.interface import (
    ContentUnreadable,
    LibraryUnavailable,
    NotInLibrary,
    keep_still,
)
from portal.library.keeping import Keeper
from portal.library.queries import NO_ASSETS, AssetQuery, Suggestion
from portal.library.renditions import AS_IT_LIES, MEDIA_TYPES, RenditionStore, is_whole
from portal.library.types import (
    Album,
    Asset,
    AssetFilter,
    Incoming,
    LibraryStatus,
    NamedAsset,
    NotTaken,
    Page,
    Person,
    Problem,
    RefreshReport,
    RemoteFile,
    Rendition,
    StoredFile,
    TakenIn,
    TimelineEntry,
    Totals,
)


@dataclass
class FolderLibrary(Changes):
    """Albums are the folders below the roots; the first root is the owner's, never written to.

    Implements ``portal.library.interface.Library``. An album that shows nothing any more is still
    known to ``album`` for 30 days, for the sake of the links to it.
    """

    roots: Mapping[int, Root]
    store: RenditionStore
    cache: Keeper
    maker: RenditionMaker
    own_folders: frozenset[Path] = frozenset()  # never taken in, should they lie below a root
    patience: Patience = field(default_factory=Patience)
    draws_ahead: bool = True  # of new files, while they are open

    @classmethod
    def over(
        cls,
        paths: Sequence[Path],
        renditions: Path,
        *,
        quota: int,
        reserve: int = 0,
        own: Sequence[Path] = (),
    ) -> "FolderLibrary":
        store = RenditionStore(renditions)
        roots = {index: Root(index, path) for index, path in enumerate(paths)}
        cache = rendition_cache(store, quota, reserve)
        return cls(roots, store, cache, RenditionMaker(store), frozenset({renditions, *own}))

    @classmethod
    def from_settings(cls) -> "FolderLibrary":
        return cls.over(
            [settings.LOGGIA_PHOTOS, settings.LOGGIA_INCOMING],
            settings.RENDITIONS_DIR,
            quota=settings.LOGGIA_CACHE_SIZE,
            reserve=settings.LOGGIA_DISK_RESERVE,
            own=[settings.LOGGIA_DATA],
        )

    def albums(self, ids: Collection[UUID] | None = None) -> Sequence[Album]:
        return list_albums(StoredAlbum.objects.showing(), ids)

    def album(self, album_id: UUID) -> Album:
        if row := find_album(StoredAlbum, album_id):
            return as_album(row)
        raise NotInLibrary(_("This album is not there (any more)."))

    def asset(self, asset_id: UUID) -> Asset:
        return as_asset(self._row(asset_id))

    def assets(self, which: AssetFilter, page: Page | None = None) -> Sequence[Asset]:
        return [as_asset(row) for row in INDEX.rows(which, page)]

    def totals(self, which: AssetFilter) -> Totals:
        return INDEX.totals(which)

    def timeline(self, which: AssetFilter) -> Sequence[TimelineEntry]:
        return INDEX.timeline(which)

    def named(self, which: AssetFilter) -> Sequence[NamedAsset]:
        return INDEX.named(which)

    def contains(self, which: AssetFilter, asset_id: UUID) -> bool:
        return INDEX.contains(which, asset_id)

    def search(self, query: AssetQuery, page: Page) -> Sequence[Asset]:
        return [as_asset(row) for row in search(INDEX, _without_people(query), page)]

    def search_count(self, query: AssetQuery) -> int:
        return search_count(INDEX, _without_people(query))

    def suggest(self, what: Suggestion, query: AssetQuery) -> Sequence[str]:
        return suggest(INDEX, what, _without_people(query))

    def people(self) -> Sequence[Person]:
        return []

    def originals(self, asset_ids: Sequence[UUID]) -> Mapping[UUID, StoredFile]:
        return Finder(self.roots).find(asset_ids)

    def original(self, asset_id: UUID) -> StoredFile:
        try:
            return self.originals([asset_id])[asset_id]
        except KeyError as exc:
            raise NotInLibrary(_("This photo is not there (any more).")) from exc

    async def read(self, file: RemoteFile, offset: int, length: int) -> AsyncGenerator[bytes, None]:
        raise NotInLibrary(_("This photo is not there (any more)."))
        yield b""  # what makes this a generator

    def stream(self, asset_id: UUID, rendition: Rendition) -> StoredFile:
        return self.original(asset_id)

    def rendition(self, asset_id: UUID, rendition: Rendition) -> StoredFile:
        if rendition in AS_IT_LIES:
            return self.original(asset_id)
        row = self._row(asset_id)
        path = self.store.path(asset_id, rendition)
        if not is_whole(path):
            self._make(row, rendition)
        elif rendition in ON_DEMAND:
            self.cache.use(asset_id, rendition)
        try:
            made = path.stat()
        except OSError as exc:
            raise LibraryUnavailable(_("The picture went away while it was fetched.")) from exc
        return StoredFile(path, made.st_size, made.st_mtime_ns, MEDIA_TYPES[rendition])

    def known(self, which: AssetFilter, sha1s: Collection[bytes]) -> Mapping[bytes, UUID]:
        return INDEX.known(which, sha1s)

    def take_in(
        self, files: Sequence[Incoming], beat: Callable[[], None] = keep_still
    ) -> Sequence[TakenIn | NotTaken]:
        intake.reach(self.roots)
        ahead = Ahead(self.store) if self.draws_ahead else None
        placing = Placing(self.roots[INCOMING], self.cache.reserve, AHEAD if ahead else ())
        return intake.Intake(self.roots, placing, beat, ahead).take_in(files)

    def take_out(self, keys: Collection[UUID]) -> RefreshReport:
        intake.reach(self.roots)
        taking_out.take_out(self.roots[INCOMING], keys)
        return scan.losses()

    def refresh(self, seconds: float | None = None, first: Collection[UUID] = ()) -> RefreshReport:
        with looking(scan.LEASE_SECONDS) as heart:
            look = scan.Scan(self.roots, self.own_folders, heart, self.patience)
            look.ahead = Ahead(self.store) if self.draws_ahead else None
            if seconds is not None:
                look.seconds = seconds
            report = look.run()
            forget_what_is_long_gone(self.store)
            if INCOMING in self.roots:
                taking_out.empty_bin(self.roots[INCOMING])
        return report

    @transaction.atomic
    def acknowledge(self, report: RefreshReport) -> None:
        for albums in chunks(report.shrunk_albums):
            StoredAlbum.objects.filter(pk__in=albums).update(has_lost=False)
        for assets in chunks(report.lost_assets):
            StoredAsset.objects.filter(pk__in=assets).update(is_lost=False)

    def accept_losses(self) -> None:
        """Let the next look believe that everything that is not there was deleted on purpose."""
        LibraryState.change(accepts_losses=True)

    def make_renditions(self, seconds: float) -> int:
        return make_waiting(self.maker, self.roots, seconds)

    def reach(self) -> None:
        home = self.roots[0]
        if home.identity() is None or (home.is_empty() and Place.objects.present().exists()):
            raise LibraryUnavailable(_("The folder %s is not there.") % home.path)
        troubles = LibraryState.objects.exclude(trouble="").values_list("trouble", flat=True)
        if trouble := troubles.first():
            raise LibraryUnavailable(trouble)

    def status(self) -> LibraryStatus:
        return status.of_library(str(self.roots[0].path), self.cache)

    def problems(self, page: Page) -> Sequence[Problem]:
        return status.problems(page)

    def _row(self, asset_id: UUID) -> StoredAsset:
        try:
            return StoredAsset.objects.present().get(pk=asset_id)
        except StoredAsset.DoesNotExist as exc:
            raise NotInLibrary(_("This photo is not there (any more).")) from exc

    def _make(self, row: StoredAsset, rendition: Rendition) -> None:
        """Make one rendition now; of those made ahead, all at once, for the same effort."""
        if failed := UnmadeRendition.objects.filter(asset=row, rendition=rendition).first():
            raise ContentUnreadable(failed.reason)
        source = self.originals([row.pk]).get(row.pk)
        if source is None:
            raise LibraryUnavailable(_("The original is not there right now."))
        if rendition in ON_DEMAND:
            self.cache.prepare()
        wanted = AHEAD if rendition in AHEAD else [rendition]
        try:
            self._attempt(row, source, wanted)
        except ContentUnreadable as exc:
            note_unmade(row.pk, wanted, str(exc))
            raise
        if rendition in ON_DEMAND:
            self.cache.add(row.pk, rendition)

    def _attempt(self, row: StoredAsset, source: StoredFile, wanted: Collection[Rendition]) -> None:
        """Make renditions, unless that has ended a few processes already."""
        together = AHEAD_TOGETHER if set(wanted) == set(AHEAD) else "+".join(wanted)
        name = attempts.making(row.pk, together)
        if attempts.deaths([name])[name] >= attempts.MOST:
            raise ContentUnreadable(attempts.in_words())
        attempts.begin([name])
        try:
            self.maker.make(row, source, wanted)
        finally:
            attempts.survived([name])


def _without_people(query: AssetQuery) -> AssetQuery:
    """Nobody is known here, so nothing shows anybody."""
    return NO_ASSETS if query.person_ids else query
