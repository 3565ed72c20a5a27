"""The part of the folder library that changes what is there, for owners."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from portal.library.changing import Amendment
from portal.library.folder import arranging, intake, scan
from portal.library.folder.amending import amend
from portal.library.folder.filing import INCOMING
from portal.library.folder.models import Member
from portal.library.folder.originals import Finder
from portal.library.folder.roots import Root
from portal.library.folder.throwing_away import throw_away
from portal.library.types import Incoming, NotTaken, RefreshReport, TakenIn


class Changes:
    """See ``portal.library.changing.Changing``."""

    roots: Mapping[int, Root]

    def take_in(self, files: Sequence[Incoming]) -> Sequence[TakenIn | NotTaken]:
        raise NotImplementedError

    def take_out(self, keys: Collection[UUID]) -> RefreshReport:
        raise NotImplementedError

    def albums_of(self, asset_id: UUID) -> Collection[UUID]:
        return set(Member.objects.filter(asset=asset_id).values_list("album_id", flat=True))

    def join_album(self, album_id: UUID, asset_ids: Sequence[UUID]) -> Mapping[UUID, str]:
        intake.reach(self.roots)
        files = Finder(self.roots).find(arranging.with_halves(asset_ids))
        gone = _("The original is not there right now.")
        why = {pk: gone for pk in asset_ids if pk not in files}
        return why | arranging.join_album(self.roots[INCOMING], album_id, files, self.take_in)

    def leave_album(self, album_id: UUID, asset_ids: Sequence[UUID]) -> RefreshReport:
        return self.take_out(arranging.keys_in(album_id, asset_ids))

    def throw_away(self, asset_ids: Collection[UUID]) -> RefreshReport:
        intake.reach(self.roots)
        throw_away(self.roots[INCOMING], asset_ids)
        return scan.losses()

    def amend(self, asset_ids: Collection[UUID], amendment: Amendment) -> None:
        amend(asset_ids, amendment)
