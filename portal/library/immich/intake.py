"""Takes in what guests have sent: asked for, sent, put into its album, and seen there, in this order.

What is about to be done is written down first, so that whoever comes after a kill knows whether a
content that Immich has by then was there before, or was brought by the call that was killed.
"""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.library.immich.client import ImmichClient
from portal.library.immich.failing import (
    NotThere,
    PermissionLacking,
    Refused,
    TooLarge,
    Unreachable,
)
from portal.library.immich.filling import AT_ONCE, ask_for
from portal.library.immich.models import Arrival, Member, StoredAlbum
from portal.library.immich.permissions import TO_TAKE_IN, demand, introduce
from portal.library.immich.recording import Recorder
from portal.library.immich.schemas import AssetInfo
from portal.library.immich.sending import Known, Sender, size_of
from portal.library.immich.sync import count_all
from portal.library.immich.taking_out import take_out
from portal.library.interface import ContentUnreadable
from portal.library.types import AssetKind, Incoming, NotTaken, TakenIn


@dataclass
class Intake:
    """One call of ``Library.take_in``. ``patient`` is the client that waits for long answers."""

    client: ImmichClient
    patient: ImmichClient
    beat: Callable[[], None]
    answers: dict[UUID, TakenIn | NotTaken] = field(default_factory=dict)
    rows: dict[UUID, Arrival] = field(default_factory=dict)

    def take_in(self, files: Sequence[Incoming]) -> list[TakenIn | NotTaken]:
        if not files:
            return []
        told = introduce(self.client)
        demand(told, TO_TAKE_IN, self.client.server.site)
        self._answer_done(files)
        self._refuse_strays(files)
        waiting = self._open(files)
        if waiting:
            self._bring(waiting, Sender(self.patient, told.version))
        return [self.answers[file.key] for file in files]

    def _open(self, files: Sequence[Incoming]) -> list[Incoming]:
        return [file for file in files if file.key not in self.answers]

    def _answer_done(self, files: Sequence[Incoming]) -> None:
        """Calls before this one may have come to an end; what left since is taken in anew."""
        keys = {file.key for file in files}
        halves = {file.live_video_key for file in files if file.live_video_key}
        self.rows = Arrival.objects.in_bulk(keys | halves)
        left = [key for key, row in self.rows.items() if row.leaving_at and key in keys]
        if left:
            take_out(self.client, left)
            Arrival.objects.filter(pk__in=left).delete()
        for key, row in list(self.rows.items()):
            if key in left:
                del self.rows[key]
            elif row.done_at and row.asset_id and key in keys:
                self.answers[key] = TakenIn(key, row.asset_id, row.was_there)

    def _refuse_strays(self, files: Sequence[Incoming]) -> None:
        albums = {file.album_id for file in files if file.album_id}
        here = set(StoredAlbum.objects.there().filter(pk__in=albums).values_list("pk", flat=True))
        for file in self._open(files):
            if file.album_id and file.album_id not in here:
                self._refuse(file, _("This album is not there (any more)."), is_final=True)
            elif size_of(file.path) != file.size:
                self._refuse(file, _("The file that was sent is not there any more."))
            elif file.is_owners and (reason := _why_unreadable(file)):
                self._refuse(file, reason, is_final=True)

    def _bring(self, files: Sequence[Incoming], sender: Sender) -> None:
        """Moving halves go first, since a still names its own."""
        known = sender.known([file.sha1 for file in files])
        moving = {file.live_video_key for file in files if file.live_video_key}
        for file in sorted(files, key=lambda file: file.key not in moving):
            self.beat()
            self._bring_one(file, known, sender)
        found = self._look([file for file in files if file.key not in self.answers])
        self._check(files, found, sender)
        shown = Recorder().take_in(list(found.values()))
        self._join(self._open(files), shown, sender)
        halves = {asset.id for asset in found.values() if _is_half(asset)}
        for file in self._open(files):
            self._finish(file, is_shown=self._asset(file) in shown | halves)
        count_all()

    def _bring_one(self, file: Incoming, known: dict[bytes, Known], sender: Sender) -> None:
        there = known.get(file.sha1)
        was_there = there is not None and not there.is_trashed
        row = self.rows.get(file.key) or Arrival(key=file.key, was_there=was_there)
        row.sha1, row.album_id = file.sha1, file.album_id
        row.save()
        self.rows[file.key] = row
        try:
            if there is None:
                there = known[file.sha1] = self._send(file, sender)
            elif there.is_trashed:
                sender.restore(there.asset_id)
                known[file.sha1] = Known(there.asset_id, is_trashed=False)
        except OSError:
            self._refuse(file, _("The file that was sent is not there any more."))
            return
        except Refused as exc:
            row.delete()
            self._refuse(file, str(exc), is_final=not isinstance(exc, TooLarge))
            return
        except (Unreachable, PermissionLacking) as exc:  # of this file alone
            self._refuse(file, str(exc))
            return
        row.asset_id = there.asset_id
        row.save(update_fields=["asset_id"])

    def _send(self, file: Incoming, sender: Sender) -> Known:
        half = self.rows.get(file.live_video_key) if file.live_video_key else None
        is_here = half is not None and half.leaving_at is None
        half_id = half.asset_id if half and is_here else file.live_video_id
        try:
            asset_id = sender.send(file, half_id, self.beat)
        except Unreachable:
            self.client.get("/server/ping", tries=1)  # it is away for all, or for this file alone
            raise
        return Known(asset_id, is_trashed=False)

    def _look(self, files: Sequence[Incoming]) -> dict[UUID, AssetInfo]:
        """What Immich says of these and their moving halves now; a few are asked for at once."""
        keys = [key for file in files for key in (file.key, file.live_video_key) if key]
        rows = [self.rows[key] for key in keys if key in self.rows]
        wanted = {row.asset_id for row in rows if row.asset_id and not row.leaving_at}
        wanted |= {file.live_video_id for file in files if file.live_video_id}  # hidden by now
        with ThreadPoolExecutor(AT_ONCE, "immich-ask") as pool:
            answers = pool.map(lambda pk: ask_for(self.client, pk), wanted)
            found = {asset.id: asset for asset in answers if asset is not None}
        self.beat()
        return found

    def _check(
        self, files: Sequence[Incoming], found: dict[UUID, AssetInfo], sender: Sender
    ) -> None:
        """What Immich has must be what was sent; else it is thrown away, and sent again."""
        for file in self._open(files):
            asset = found.get(self._asset(file) or file.key)
            if asset is not None and asset.checksum == file.sha1:
                continue
            if asset is not None and not self.rows[file.key].was_there:
                sender.trash([asset.id])
                del found[asset.id]
            self._refuse(file, _("What arrived in Immich is not the file that was sent."))

    def _join(self, files: Sequence[Incoming], shown: Collection[UUID], sender: Sender) -> None:
        by_album: dict[UUID, list[Incoming]] = {}
        for file in files:
            if file.album_id and self._asset(file) in shown:
                by_album.setdefault(file.album_id, []).append(file)
        for album_id, some in by_album.items():
            self._join_album(album_id, some, sender)

    def _join_album(self, album_id: UUID, files: Sequence[Incoming], sender: Sender) -> None:
        assets = {file.key: asset_id for file in files if (asset_id := self._asset(file))}
        before = self._expect_to_join(album_id, assets)
        try:
            errors = sender.put_into_album(album_id, list(dict.fromkeys(assets.values())))
        except NotThere:
            for file in files:
                self._refuse(file, _("This album is not there (any more)."), is_final=True)
            return
        self.beat()
        joined = {asset_id for asset_id, error in errors.items() if error in {"", "duplicate"}}
        for file in files:
            asset_id = assets[file.key]
            if errors.get(asset_id) == "duplicate" and file.key in before:
                Arrival.objects.filter(pk=file.key).update(has_joined=False)
            if asset_id not in joined:
                self._refuse(file, _("Immich does not put this photo into the album."))
        Recorder().join_album(album_id, joined)

    def _expect_to_join(self, album_id: UUID, assets: dict[UUID, UUID]) -> set[UUID]:
        """Write down that we put these there; returns those of whom that is the first attempt."""
        there = Member.objects.filter(album=album_id, asset__in=list(assets.values()))
        shown = set(there.values_list("asset_id", flat=True))
        first = {key for key in assets if self.rows[key].joined_at is None}
        taken: set[UUID] = set()
        for key, asset_id in assets.items():
            row = self.rows[key]
            if key in first:
                row.has_joined = asset_id not in shown and asset_id not in taken
            taken.add(asset_id)
            row.joined_at = timezone.now()
            row.save(update_fields=["has_joined", "joined_at"])
        return first

    def _finish(self, file: Incoming, *, is_shown: bool) -> None:
        row = self.rows[file.key]
        if not is_shown or row.asset_id is None:
            self._refuse(file, _("Immich has this photo where it shows it to nobody."))
            return
        Arrival.objects.filter(pk=row.pk).update(done_at=timezone.now())
        self.answers[file.key] = TakenIn(file.key, row.asset_id, row.was_there)

    def _asset(self, file: Incoming) -> UUID | None:
        return self.rows[file.key].asset_id if file.key in self.rows else None

    def _refuse(self, file: Incoming, reason: str, *, is_final: bool = False) -> None:
        """What was brought so far is this key's to take out, or to go on with."""
        self.answers[file.key] = NotTaken(file.key, reason, is_final)


def _why_unreadable(file: Incoming) -> str:
    """Why this is no photo or video, though Immich would take it; empty for one that is."""
    from portal.library.content.reading import read_content

    try:
        read_content(file.path)
    except ContentUnreadable as exc:
        return str(exc)
    except OSError:
        return _("The file that was sent is not there any more.")
    return ""


def _is_half(asset: AssetInfo) -> bool:
    """A moving half belongs to its still, and is in no album itself."""
    return asset.visibility == "hidden" and asset.kind is AssetKind.VIDEO
