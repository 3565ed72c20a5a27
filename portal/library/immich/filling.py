"""Reads the photos of albums, until what was found agrees with what Immich counts."""

from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from portal.library.immich import failing
from portal.library.immich.client import ImmichClient
from portal.library.immich.failing import NotThere
from portal.library.immich.fields import Malformed
from portal.library.immich.models import StoredAlbum, StoredAsset
from portal.library.immich.recording import Recorder
from portal.library.immich.schemas import (
    AssetInfo,
    read_asset,
    read_bucket,
    read_buckets,
)
from portal.library.immich.searching import search
from portal.library.index.chunks import chunks

AT_ONCE = 4  # questions for single photos
SINGLY = 64  # photos that are asked for one by one before what came is written down
READ_ANYWAY = timedelta(hours=6)  # though the list says that nothing changed
ANYWAY_AT_ONCE = 20  # albums


@dataclass
class Filling:
    """``tick`` is called between albums, and may raise to end the look."""

    client: ImmichClient
    recorder: Recorder
    tick: Callable[[], None]
    beat: Callable[[], None]

    def read_albums(self, first: Collection[UUID] = ()) -> None:
        """Read what is stale: the given albums only, or all."""
        stale = StoredAlbum.objects.stale().order_by("count", "pk")
        if first:
            stale = stale.filter(pk__in=list(first)[:5_000])
        for album in list(stale):
            self.tick()
            self.read_album(album)

    def read_old_albums(self) -> None:
        """Read some that were not read for long: in case the list did not tell of a change."""
        limit = timezone.now() - READ_ANYWAY
        old = StoredAlbum.objects.there().filter(read_at__lt=limit).order_by("read_at")
        for album in list(old[:ANYWAY_AT_ONCE]):
            self.tick()
            self.read_album(album)

    def read_album(self, album: StoredAlbum) -> None:
        """Bring one album up to date; one that is gone meanwhile is left to the next look."""
        shown: set[UUID] = set()
        try:
            for visibility in ("timeline", "archive"):
                if len(shown) < album.count:
                    shown |= self._search(album, visibility)
            if len(shown) < album.count:
                shown |= self._seek(album.pk, shown)
        except NotThere:
            return
        is_settled = self.recorder.fill_album(album.pk, shown)
        read = StoredAlbum.objects.filter(pk=album.pk)
        read.update(stamp=album.listed if is_settled else "", read_at=timezone.now())

    def _search(self, album: StoredAlbum, visibility: str) -> set[UUID]:
        """Of an album that was read before only the ids are of interest: changes are known."""
        shown: set[UUID] = set()
        is_known = album.read_at is not None
        body = {"albumIds": [str(album.pk)], "visibility": visibility, "withExif": not is_known}
        for batch in search(self.client, body):
            if is_known:
                shown |= self._recognize({asset.id for asset in batch.assets})
            else:
                shown |= self.recorder.take_in(batch.assets)
            self.beat()
        return shown

    def _recognize(self, asset_ids: set[UUID]) -> set[UUID]:
        known: set[UUID] = set()
        for chunk in chunks(asset_ids):
            listed = StoredAsset.objects.listed().filter(pk__in=chunk)
            known.update(listed.values_list("pk", flat=True))
        return known | take_in_singly(self.client, self.recorder, asset_ids - known, self.beat)

    def _seek(self, album_id: UUID, known: Collection[UUID]) -> set[UUID]:
        """What no search shows: photos that others put into the album."""
        missing: set[UUID] = set()
        query = {"albumId": str(album_id)}
        try:
            for name in read_buckets(self.client.get("/timeline/buckets", query)):
                bucket = self.client.get("/timeline/bucket", {**query, "timeBucket": name})
                missing.update(set(read_bucket(bucket)) - set(known))
                self.beat()
        except Malformed as exc:
            raise failing.other_than_expected(self.client.server.site) from exc
        return take_in_singly(self.client, self.recorder, missing, self.beat)


def take_in_singly(
    client: ImmichClient,
    recorder: Recorder,
    asset_ids: Iterable[UUID],
    tick: Callable[[], None],
    *,
    is_pass: bool = False,
) -> set[UUID]:
    """Ask for photos one by one; those that are gone are recorded as such. Returns the shown."""
    shown: set[UUID] = set()
    with ThreadPoolExecutor(AT_ONCE, "immich-ask") as pool:
        for chunk in chunks(list(asset_ids), SINGLY):
            answers = list(pool.map(lambda pk: ask_for(client, pk), chunk))
            found = [answer for answer in answers if answer is not None]
            shown |= recorder.take_in(found, is_pass=is_pass)
            recorder.remove(set(chunk) - {asset.id for asset in found})
            tick()
    return shown


def ask_for(client: ImmichClient, asset_id: UUID) -> AssetInfo | None:
    """What Immich says of one asset; ``None`` where it has no such."""
    try:
        return read_asset(client.get(f"/assets/{asset_id}"))
    except NotThere:
        return None
    except Malformed as exc:
        raise failing.other_than_expected(client.server.site) from exc
