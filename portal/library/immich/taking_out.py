"""What was taken in and is not wanted after all goes to Immich's trash."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.utils import timezone

from portal.library.immich.client import ImmichClient
from portal.library.immich.models import Arrival
from portal.library.immich.recording import Recorder
from portal.library.immich.sending import Sender
from portal.library.immich.sync import count_all
from portal.library.index.leaving import let_go


def take_out(client: ImmichClient, keys: Collection[UUID]) -> None:
    """Undo what these keys have brought; raises ``LibraryUnavailable``."""
    leaving = let_go(Arrival.objects.all(), keys)
    if not leaving:
        return
    sender, recorder = Sender(client, ""), Recorder()
    _find(leaving, sender)
    thrown = {row.asset_id for row in leaving if row.asset_id and not row.was_there}
    sender.trash(sorted(thrown))
    for album_id, asset_ids in _places(leaving, thrown).items():
        sender.take_out_of_album(album_id, asset_ids)
        recorder.leave_album(album_id, asset_ids)
    recorder.remove(thrown)
    Arrival.objects.filter(pk__in=[row.pk for row in leaving]).update(out_at=timezone.now())
    count_all()


def _find(leaving: Sequence[Arrival], sender: Sender) -> None:
    """What a killed call has sent has no id here yet."""
    unnamed = [row for row in leaving if row.asset_id is None and not row.was_there]
    if not unnamed:
        return
    known = sender.known([bytes(row.sha1) for row in unnamed])
    for row in unnamed:
        there = known.get(bytes(row.sha1))
        others = Arrival.objects.filter(sha1=row.sha1, leaving_at=None)
        if there and not there.is_trashed and not others.exists():
            row.asset_id = there.asset_id


def _places(leaving: Sequence[Arrival], thrown: set[UUID]) -> dict[UUID, list[UUID]]:
    """Where what stays in Immich has to leave an album."""
    places: dict[UUID, list[UUID]] = {}
    for row in leaving:
        if row.has_joined and row.album_id and row.asset_id and row.asset_id not in thrown:
            places.setdefault(row.album_id, []).append(row.asset_id)
    return places
