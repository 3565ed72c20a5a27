"""A server that suddenly looks empty, or like another's, empties nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from portal.library.immich.client import ImmichClient
from portal.library.immich.models import MirrorState, StoredAlbum, StoredAsset
from portal.library.immich.permissions import Introduction
from portal.library.immich.schemas import AlbumInfo
from portal.library.immich.searching import ask
from portal.library.interface import LibraryUnavailable

FEWEST_LOST = 20  # fewer may go at once without a question
SHARE_LEFT = 0.1  # of what was known, in which case it is taken to be away, not deleted


class Doubtful(LibraryUnavailable):
    """What the server says is not believed until the owner confirms it."""


@dataclass
class Doubts:
    client: ImmichClient
    state: MirrorState

    def of_start(self, told: Introduction, listed: Collection[AlbumInfo]) -> None:
        """Raises ``Doubtful`` for another user's key, and when albums went all at once."""
        if self.state.accepts_losses:
            return
        is_other = told.user_id and self.state.user_id and told.user_id != self.state.user_id
        if is_other and StoredAsset.objects.present().exists():
            raise Doubtful(
                _("The key for %(site)s belongs to another user, or it is another server, than "
                  "before. Nothing was changed. If this is on purpose, run "
                  "“manage.py scan --accept-losses”.") % {"site": self.client.server.site}
            )  # fmt: skip
        known = set(StoredAlbum.objects.there().showing().values_list("pk", flat=True))
        kept = known & {album.id for album in listed if album.count}
        if _is_sudden(len(known), len(kept)) or (known and not kept and self._is_empty()):
            raise self._of_albums(len(known), len(kept))

    def of_pass(self, known: int, missing: int) -> None:
        """Raises ``Doubtful`` when all photos, or nearly all, are found no more."""
        if self.state.accepts_losses or not missing:
            return
        if known == missing or _is_sudden(known, known - missing):
            raise Doubtful(
                _("Of %(known)d photos at %(site)s only %(found)d are there. If the others were "
                  "deleted on purpose, run “manage.py scan --accept-losses”.")
                % {"site": self.client.server.site, "known": known, "found": known - missing}
            )  # fmt: skip

    def _is_empty(self) -> bool:
        found, _more = ask(self.client, {"size": 1, "visibility": "timeline"})
        return not found

    def _of_albums(self, known: int, kept: int) -> Doubtful:
        return Doubtful(
            _("Of %(known)d albums at %(site)s only %(kept)d are there. If the others were "
              "deleted on purpose, run “manage.py scan --accept-losses”.")
            % {"site": self.client.server.site, "known": known, "kept": kept}
        )  # fmt: skip


def _is_sudden(known: int, kept: int) -> bool:
    return known - kept >= FEWEST_LOST and kept <= known * SHARE_LEFT


def owned(user_id: UUID | None) -> int:
    """How many photos of the timeline the mirror has of this user."""
    mine = StoredAsset.objects.in_timeline()
    return (mine.filter(owner_id=user_id) if user_id else mine).count()
