"""The part of an Immich library that changes what is there, as far as the key for it may."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from portal.library.changing import Amendment
from portal.library.immich.client import ImmichClient
from portal.library.immich.failing import PermissionLacking, Refused
from portal.library.immich.filling import AT_ONCE, ask_for
from portal.library.immich.models import Member, MirrorState, StoredAsset
from portal.library.immich.recording import Recorder
from portal.library.immich.sending import Sender
from portal.library.immich.sync import count_all, losses
from portal.library.index.chunks import chunks
from portal.library.interface import NotAllowed
from portal.library.types import RefreshReport

TOGETHER = 500  # ids in one question
SEEN_AT_ONCE = 50  # amended photos that are asked for again; others come with the next look


class Changes:
    """See ``portal.library.changing.Changing``."""

    client: ImmichClient

    def albums_of(self, asset_id: UUID) -> Collection[UUID]:
        return set(Member.objects.filter(asset=asset_id).values_list("album_id", flat=True))

    def join_album(self, album_id: UUID, asset_ids: Sequence[UUID]) -> Mapping[UUID, str]:
        with _allowed():
            errors = Sender(self.client, "").put_into_album(album_id, asset_ids)
        Recorder().join_album(
            album_id, {pk for pk, error in errors.items() if error in {"", "duplicate"}}
        )
        said = _("Immich does not put this photo into the album.")
        return {pk: said for pk in asset_ids if errors.get(pk) not in {"", "duplicate"}}

    def leave_album(self, album_id: UUID, asset_ids: Sequence[UUID]) -> RefreshReport:
        with _allowed():
            Sender(self.client, "").take_out_of_album(album_id, asset_ids)
        Recorder().leave_album(album_id, asset_ids)
        return losses()

    def throw_away(self, asset_ids: Collection[UUID]) -> RefreshReport:
        """Into Immich's trash, which Immich empties in its own time."""
        _refuse_foreign(asset_ids)
        with _allowed():
            Sender(self.client, "").trash(sorted(asset_ids))
        Recorder().remove(asset_ids)
        count_all()
        return losses()

    def amend(self, asset_ids: Collection[UUID], amendment: Amendment) -> None:
        changes = _as_immich(amendment)
        if not changes:
            return
        for chunk in chunks(asset_ids, TOGETHER):
            body = {"ids": [str(asset_id) for asset_id in chunk], **changes}
            with _allowed():
                self.client.change("PUT", "/assets", body)
        self._look_at(list(asset_ids)[:SEEN_AT_ONCE])

    def _look_at(self, asset_ids: Sequence[UUID]) -> None:
        with ThreadPoolExecutor(AT_ONCE, "immich-ask") as pool:
            answers = pool.map(lambda pk: ask_for(self.client, pk), asset_ids)
            found = [asset for asset in answers if asset is not None]
        there = StoredAsset.objects.filter(pk__in=asset_ids).values_list("pk", flat=True)
        known = set(there)
        Recorder().take_in([asset for asset in found if asset.id in known])


@contextmanager
def _allowed() -> Iterator[None]:
    """What Immich does not do for this key is not done, and will not be by asking again."""
    try:
        yield
    except (PermissionLacking, Refused) as exc:
        raise NotAllowed(str(exc)) from exc


def _refuse_foreign(asset_ids: Collection[UUID]) -> None:
    """Partners' photos are in albums, too."""
    user_id = MirrorState.load().user_id
    for chunk in chunks(asset_ids, TOGETHER):
        others = StoredAsset.objects.filter(pk__in=chunk, owner_id__isnull=False)
        if user_id and others.exclude(owner_id=user_id).exists():
            raise NotAllowed(_("Nothing was deleted: not all of these photos are yours."))


def _as_immich(amendment: Amendment) -> dict[str, Any]:
    """AssetBulkUpdateDto without ids."""
    changes: dict[str, Any] = {
        "description": amendment.description,
        "rating": amendment.rating or None,
        "isFavorite": amendment.is_favorite,
        "latitude": amendment.latitude,
        "longitude": amendment.longitude,
    }
    changes = {name: value for name, value in changes.items() if value is not None}
    if amendment.rating == 0:
        changes["rating"] = None
    if amendment.taken_at is not None:
        changes["dateTimeOriginal"] = amendment.taken_at.isoformat()
    if amendment.is_archived is not None:
        changes["visibility"] = "archive" if amendment.is_archived else "timeline"
    return changes
