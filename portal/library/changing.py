"""What of a library may be changed, and how its homes are asked for it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from portal.library.types import RefreshReport


@dataclass(frozen=True, slots=True)
class Amendment:
    """What is to be known of photos from now on; ``None`` stays as it is."""

    description: str | None = None
    rating: int | None = None  # -1 to 5; 0: none
    is_favorite: bool | None = None
    latitude: float | None = None  # degrees, WGS 84
    longitude: float | None = None
    taken_at: datetime | None = None  # aware: its zone is that of the place
    is_archived: bool | None = None


class Changing(Protocol):
    """The part of ``Library`` that changes what is there, for owners alone. All calls block."""

    def albums_of(self, asset_id: UUID) -> Collection[UUID]:
        """The albums that show an asset."""

    def join_album(self, album_id: UUID, asset_ids: Sequence[UUID]) -> Mapping[UUID, str]:
        """Put assets into an album; returns those that are not there, each with the reason.

        A folder's album gets a second file, beside what guests send into it: the owner's own
        folder is never written to. Raises ``LibraryUnavailable``, ``NotInLibrary``.
        """

    def leave_album(self, album_id: UUID, asset_ids: Sequence[UUID]) -> RefreshReport:
        """Take assets out of an album, those that the home lets go; raises as ``join_album``.

        The report says what links must stop granting, and is to be acknowledged.
        """

    def throw_away(self, asset_ids: Collection[UUID]) -> RefreshReport:
        """Move assets to the home's bin, with the moving halves of live photos.

        Raises ``NotAllowed``, and then moves none, for what the home would lose for good: a file
        in the owner's own folder is the owner's to delete. Raises ``LibraryUnavailable``. The
        report is as that of ``take_out``.
        """

    def amend(self, asset_ids: Collection[UUID], amendment: Amendment) -> None:
        """Have it known of these assets; no original is changed. Raises ``LibraryUnavailable``."""
