"""One look at an Immich: its list of albums, what has changed, and now and then everything.

What a look is come to in the time given is written down batch by batch, so the next one goes on
there. Pages are answered from what is written down, whatever Immich is doing.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from portal.library.immich import failing
from portal.library.immich.asking import INDEX
from portal.library.immich.client import ImmichClient
from portal.library.immich.doubting import Doubts
from portal.library.immich.fields import Malformed
from portal.library.immich.filling import Filling, take_in_singly
from portal.library.immich.models import MirrorState, StoredAlbum, StoredAsset, StoredPerson
from portal.library.immich.passing import Pass
from portal.library.immich.permissions import Introduction, introduce
from portal.library.immich.recording import Recorder, without_partners
from portal.library.immich.schemas import AlbumInfo, read_albums, read_people
from portal.library.immich.searching import search
from portal.library.types import AssetFilter, Person, RefreshReport

OVERLAP = timedelta(minutes=2)  # that changes are asked for again: some are written late
PEOPLE_EVERY = timedelta(minutes=15)
MOST_PEOPLE = 100  # pages


class OutOfTime(Exception):
    """The time given for this look is over."""


@dataclass
class Sync:
    """One look. ``beat`` is called as it goes on, and may raise."""

    client: ImmichClient
    beat: Callable[[], None]
    seconds: float = float("inf")
    first: Collection[UUID] = ()  # albums to read before all others
    recorder: Recorder = field(default_factory=Recorder)
    stop_at: float = float("inf")
    steps: int = 0

    def run(self) -> RefreshReport:
        """Raises a kind of ``LibraryUnavailable``; what is known stays as it was then."""
        self.stop_at = time.monotonic() + self.seconds
        state = MirrorState.load()
        told = introduce(self.client)
        albums = self._list_albums()
        Doubts(self.client, state).of_start(told, albums)
        MirrorState.change(
            server_version=told.version, missing_permissions=" ".join(told.lacking), trouble="",
            user_id=told.user_id or state.user_id,
            missing_for_uploads=" ".join(told.lacking_for_uploads),
        )  # fmt: skip
        state.refresh_from_db()
        self._note_albums(albums)
        try:
            self._bring_up_to_date(told, state)
        except OutOfTime:
            return self._report(is_whole=False)
        MirrorState.change(last_refresh=timezone.now(), accepts_losses=False)
        return self._report(is_whole=True)

    def _bring_up_to_date(self, told: Introduction, state: MirrorState) -> None:
        filling = Filling(self.client, self.recorder, self._tick, self.beat)
        self._take_changes(told, state)
        if self.first:
            filling.read_albums(self.first)
        filling.read_albums()
        Pass(self.client, self.recorder, state, self._tick, told).run_if_due()
        unread = StoredAsset.objects.present().filter(is_read=False)
        ids = list(unread.values_list("pk", flat=True))
        take_in_singly(self.client, self.recorder, ids, self._tick)
        filling.read_old_albums()
        if told.user_id:
            self.recorder.remove_foreign(told.user_id)
        self._list_people(told, state)

    def _tick(self) -> None:
        """Between steps, each of which is written down. One at least is done in every look."""
        self.beat()
        self.steps += 1
        if self.steps > 1 and time.monotonic() > self.stop_at:
            raise OutOfTime

    def _list_albums(self) -> list[AlbumInfo]:
        try:
            return read_albums(self.client.get("/albums"))
        except Malformed as exc:
            raise failing.other_than_expected(self.client.server.site) from exc

    @transaction.atomic
    def _note_albums(self, listed: list[AlbumInfo]) -> None:
        """Names at once. What an album shows is read later, if the list says that it changed."""
        known = StoredAlbum.objects.in_bulk()
        here = {album.id: album for album in listed}
        new = [StoredAlbum(id=pk, emptied_at=timezone.now()) for pk in here if pk not in known]
        rows = [*new, *(row for pk, row in known.items() if pk in here)]
        changed = [row for row in rows if _adopt(row, here[row.pk])]
        StoredAlbum.objects.bulk_create(
            changed, update_conflicts=True, unique_fields=["id"],
            update_fields=["name", "count", "listed", "chosen_cover", "removed_at"],
        )  # fmt: skip
        self.recorder.drop_albums(
            [pk for pk, row in known.items() if pk not in here and row.removed_at is None]
        )

    def _take_changes(self, told: Introduction, state: MirrorState) -> None:
        """What the server changed since the last look, the trash included."""
        now = self._server_time()
        if state.changes_until:
            since = (state.changes_until - OVERLAP).isoformat(timespec="milliseconds")
            for visibility in ("timeline", "archive", "hidden"):
                body = {
                    "updatedAfter": since.replace("+00:00", "Z"),
                    "withDeleted": True,
                    "visibility": visibility,
                }
                for batch in search(self.client, body):
                    self.recorder.take_in(without_partners(batch.assets, told.user_id))
                    self.beat()  # not ended in between: these have to be known to their end
        MirrorState.change(changes_until=now)

    def _server_time(self) -> datetime:
        """By the server's own clock, which wrote the times that are asked for."""
        with self.client.stream("/server/ping") as response:
            written = response.headers.get("date", "")
        try:
            return parsedate_to_datetime(written).astimezone(UTC)
        except (ValueError, TypeError, OverflowError):
            return timezone.now() - timedelta(minutes=10)

    def _list_people(self, told: Introduction, state: MirrorState) -> None:
        is_fresh = state.people_at and state.people_at + PEOPLE_EVERY > timezone.now()
        if is_fresh or not told.may("person.read"):
            return
        people: dict[UUID, Person] = {}
        for number in range(1, MOST_PEOPLE + 1):
            try:
                found, has_more = read_people(
                    self.client.get("/people", {"page": number, "size": 500})
                )
            except Malformed as exc:
                raise failing.other_than_expected(self.client.server.site) from exc
            people |= {person.id: person for person in found}
            if not has_more:
                break
        _replace_people(people)

    def _report(self, *, is_whole: bool) -> RefreshReport:
        count_all()
        return replace(
            losses(),
            added=len(self.recorder.added),
            removed=len(self.recorder.removed),
            unchanged=self.recorder.unchanged,
            unread=0 if is_whole else max(1, StoredAlbum.objects.stale().count()),
        )


def _adopt(row: StoredAlbum, album: AlbumInfo) -> bool:
    """Take over what the list says; tells whether anything is different."""
    before = (row.name, row.count, row.listed, row.chosen_cover, row.removed_at)
    now = (album.name, album.count, album.stamp, album.cover_id, None)
    row.name, row.count, row.listed, row.chosen_cover, row.removed_at = now
    return before != now


@transaction.atomic
def _replace_people(people: dict[UUID, Person]) -> None:
    StoredPerson.objects.exclude(pk__in=list(people)[:30_000]).delete()
    rows = [StoredPerson(id=person.id, name=person.name) for person in people.values()]
    StoredPerson.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=["name"]
    )
    MirrorState.change(people_at=timezone.now())


def losses() -> RefreshReport:
    """What links must stop granting, and nobody has acknowledged yet."""
    shrunk = StoredAlbum.objects.filter(has_lost=True).values_list("pk", flat=True)
    lost = StoredAsset.objects.filter(is_lost=True).values_list("pk", flat=True)
    return RefreshReport(shrunk_albums=frozenset(shrunk), lost_assets=frozenset(lost))


def count_all() -> None:
    """Write down how much there is."""
    totals = INDEX.totals(AssetFilter())
    MirrorState.change(images=totals.images, videos=totals.videos, size=totals.size)
