"""The one interface behind which photos live, whatever their home."""

from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from portal.library.changing import Changing
from portal.library.queries import AssetQuery, Suggestion
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


class LibraryError(Exception):
    """A library could not do what was asked; the message is fit for people."""


class NotInLibrary(LibraryError):
    """No visible album or asset has this id (any more)."""


class LibraryUnavailable(LibraryError):
    """The library's home cannot be reached right now; the same call may work later."""


class LibraryFull(LibraryUnavailable):
    """The library's home has no room for more."""


class NotAllowed(LibraryError):
    """What was asked for is not done in this home, whoever asks."""


class ContentUnreadable(LibraryError):
    """The file is there, but no picture can be made of it."""


def keep_still() -> None:
    """A beat for whoever holds no lease."""


class Library(Changing, Protocol):
    """Albums, assets and their bytes.

    All calls block (a database, a disk, a server): call them from a thread. Assets come in the
    order they were taken, oldest first, equal times by id: the same order in every method.
    """

    def albums(self, ids: Collection[UUID] | None = None) -> Sequence[Album]:
        """All albums with at least one visible asset, by name; with ``ids``, those among them."""

    def album(self, album_id: UUID) -> Album:
        """One album; raises ``NotInLibrary``."""

    def asset(self, asset_id: UUID) -> Asset:
        """One asset, the moving halves of live photos included; raises ``NotInLibrary``."""

    def assets(self, which: AssetFilter, page: Page | None = None) -> Sequence[Asset]:
        """The assets that match, all of them without a page. Unknown ids are left out.

        Of an album's live photos, those whose moving half lies in other albums only are stills.
        """

    def totals(self, which: AssetFilter) -> Totals:
        """Count and size of what ``assets`` would return."""

    def timeline(self, which: AssetFilter) -> Sequence[TimelineEntry]:
        """What a grid needs of each matching asset; 20,000 in well under a second."""

    def named(self, which: AssetFilter) -> Sequence[NamedAsset]:
        """What files of the matching assets are named after; 20,000 in well under a second."""

    def contains(self, which: AssetFilter, asset_id: UUID) -> bool:
        """Whether the asset matches, or is the moving half of a live photo that does."""

    def search(self, query: AssetQuery, page: Page) -> Sequence[Asset]:
        """A page of the assets that fit, in the query's own order.

        Raises ``LibraryUnavailable`` where only the home knows, and is away: whom photos show.
        """

    def search_count(self, query: AssetQuery) -> int:
        """How many assets fit; raises as ``search`` does."""

    def suggest(self, what: Suggestion, query: AssetQuery) -> Sequence[str]:
        """What assets that fit have there, each value once, in order; at most 1,000."""

    def people(self) -> Sequence[Person]:
        """The people whom the library knows by name, by name; empty where it knows none."""

    def originals(self, asset_ids: Sequence[UUID]) -> Mapping[UUID, StoredFile | RemoteFile]:
        """Where the originals are. One that is gone is left out; nothing is opened or fetched."""

    def original(self, asset_id: UUID) -> StoredFile | RemoteFile:
        """Where one original is; raises ``NotInLibrary``."""

    def read(self, file: RemoteFile, offset: int, length: int) -> AsyncGenerator[bytes, None]:
        """Fetch a slice of a remote original, piece by piece; the reader sets the pace.

        The only call that may be made on an event loop. Before the first piece it raises
        ``NotInLibrary`` or ``LibraryUnavailable``; after that, ``LibraryUnavailable`` means that
        the rest did not come. Close the generator (``aclosing``) to let go of the connection.
        """

    def stream(self, asset_id: UUID, rendition: Rendition) -> StoredFile | RemoteFile:
        """An ``ORIGINAL`` or ``PLAYBACK`` to be sent as it lies there, its size known.

        May ask the home for what is not known; raises ``NotInLibrary`` or ``LibraryUnavailable``.
        """

    def rendition(self, asset_id: UUID, rendition: Rendition) -> StoredFile:
        """A rendition, made now if it is not there yet (never twice at once).

        Raises ``NotInLibrary``, ``ContentUnreadable``, or ``LibraryUnavailable`` (a full disk too).
        """

    def known(self, which: AssetFilter, sha1s: Collection[bytes]) -> Mapping[bytes, UUID]:
        """Which of these contents match, or are moving halves of live photos that do, and as what.

        Contents whose checksum the home does not tell are never known.
        """

    def take_in(
        self, files: Sequence[Incoming], beat: Callable[[], None] = keep_still
    ) -> Sequence[TakenIn | NotTaken]:
        """Keep these files for good, in their albums at once; one answer for each, in their order.

        What the library has already goes into the album without a second copy where that can be.
        Calling it again with the same keys is harmless and quick. ``beat`` is called about each
        second while bytes move, and may raise. Raises ``LibraryUnavailable`` where the home is
        away, full or forbids it: what was taken in by then stays, the rest may be asked for again.
        """

    def take_out(self, keys: Collection[UUID]) -> RefreshReport:
        """Undo ``take_in`` of these *keys* (not asset ids): what it brought goes to the home's bin.

        What was there before stays, but leaves the album that it was put into. An asset that other
        keys have brought as well stays for them. Unknown keys are passed over, so a second call is
        harmless. The report says what links must stop granting, as that of ``refresh`` does, and
        is to be acknowledged like it. Raises ``LibraryUnavailable``.
        """

    def refresh(self, seconds: float | None = None, first: Collection[UUID] = ()) -> RefreshReport:
        """Look at the home again. Only one look runs at a time; raises ``LibraryUnavailable``.

        With ``seconds`` it ends about then, and the report tells what is ``unread``. Where the home
        is slow to tell, the albums ``first`` are looked at before others.
        """

    def acknowledge(self, report: RefreshReport) -> None:
        """Say that links no longer grant what the report calls lost."""

    def accept_losses(self) -> None:
        """Let the next look believe that everything that is not there was deleted on purpose."""

    def make_renditions(self, seconds: float) -> int:
        """Make waiting renditions for about this long; return how many assets still wait.

        Those whose original is away are not counted. Raises ``LibraryUnavailable``, for a full
        disk too.
        """

    def reach(self) -> None:
        """See whether the home is there right now, quickly; raises ``LibraryUnavailable``."""

    def status(self) -> LibraryStatus:
        """The state of things, for the owner."""

    def problems(self, page: Page) -> Sequence[Problem]:
        """Files that were left out, newest first."""
