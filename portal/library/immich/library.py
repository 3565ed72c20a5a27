"""An Immich server behind the library interface: pages are answered from its mirror here."""

from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from portal.leases.models import is_held
from portal.library.immich import failing
from portal.library.immich.asking import INDEX
from portal.library.immich.changes import Changes
from portal.library.immich.client import AS_BYTES, ImmichClient, Server
from portal.library.immich.failing import Refused
from portal.library.immich.intake import Intake
from portal.library.immich.models import MirrorState, StoredAlbum, StoredAsset, StoredPerson
from portal.library.immich.pictures import Pictures
from portal.library.immich.retention import forget_what_is_long_gone
from portal.library.immich.showing import Faces
from portal.library.immich.streaming import Streams
from portal.library.immich.sync import Sync, losses
from portal.library.immich.taking_out import take_out
from portal.library.index.chunks import chunks
from portal.library.index.looking import LEASE, looking
from portal.library.index.queries import MOST_IDS, find_album, list_albums
from portal.library.index.searching import search, search_count, suggest
from portal.library.index.translate import as_album, as_asset
from portal.library.interface import LibraryUnavailable, NotInLibrary, keep_still
from portal.library.queries import AssetQuery, Suggestion
from portal.library.renditions import AS_IT_LIES
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

LEASE_SECONDS = 60.0  # a question may take as long as both tries of the client
LOOKING = httpx.Timeout(20.0, connect=5.0)
KNOCKING = httpx.Timeout(3.0, connect=2.0)
SENDING = httpx.Timeout(120.0, connect=5.0)  # Immich answers once it has put a file away


@dataclass
class ImmichLibrary(Changes):
    """Implements ``portal.library.interface.Library``.

    An album that is gone from Immich is still known to ``album`` for 30 days, showing nothing, for
    the sake of the links to it.
    """

    client: ImmichClient
    pictures: Pictures
    streams: Streams
    door: ImmichClient  # the same server, of which an answer is not waited for long
    post: ImmichClient  # the same, for files sent to it, which take their time
    faces: Faces

    @classmethod
    def at(  # noqa: PLR0913 - all are settings
        cls, server: Server, renditions: Path, locks: Path, *, quota: int, reserve: int = 0,
        at_once: int = 8,
    ) -> "ImmichLibrary":  # fmt: skip
        """``quota`` and ``reserve`` in bytes; ``locks`` is a folder that all processes share."""
        client = ImmichClient(server, timeout=LOOKING)
        pictures = Pictures.of(
            client, renditions, locks, quota=quota, reserve=reserve, at_once=at_once
        )
        door, post = (ImmichClient(server, timeout=patience) for patience in (KNOCKING, SENDING))
        return cls(client, pictures, Streams(client), door, post, Faces(client))

    @classmethod
    def from_settings(cls) -> "ImmichLibrary":
        return cls.at(
            Server.with_key(settings.LOGGIA_IMMICH_URL, settings.LOGGIA_IMMICH_API_KEY),
            settings.RENDITIONS_DIR,
            settings.LOGGIA_DATA / "locks",
            quota=settings.LOGGIA_CACHE_SIZE,
            reserve=settings.LOGGIA_DISK_RESERVE,
            at_once=settings.LOGGIA_IMMICH_REQUESTS,
        )

    def albums(self, ids: Collection[UUID] | None = None) -> Sequence[Album]:
        return list_albums(StoredAlbum.objects.showing(), ids)

    def album(self, album_id: UUID) -> Album:
        if row := find_album(StoredAlbum, album_id):
            return as_album(row)
        raise NotInLibrary(_("This album is not there (any more)."))

    def asset(self, asset_id: UUID) -> Asset:
        return _as_asset(self._row(asset_id))

    def assets(self, which: AssetFilter, page: Page | None = None) -> Sequence[Asset]:
        return [_as_asset(row) for row in INDEX.rows(which, page)]

    def totals(self, which: AssetFilter) -> Totals:
        return INDEX.totals(which)

    def timeline(self, which: AssetFilter) -> Sequence[TimelineEntry]:
        return INDEX.timeline(which)

    def named(self, which: AssetFilter) -> Sequence[NamedAsset]:
        return INDEX.named(which)

    def contains(self, which: AssetFilter, asset_id: UUID) -> bool:
        return INDEX.contains(which, asset_id)

    def search(self, query: AssetQuery, page: Page) -> Sequence[Asset]:
        return [_as_asset(row) for row in search(INDEX, self.faces.named_in(query), page)]

    def search_count(self, query: AssetQuery) -> int:
        return search_count(INDEX, self.faces.named_in(query))

    def suggest(self, what: Suggestion, query: AssetQuery) -> Sequence[str]:
        return suggest(INDEX, what, self.faces.named_in(query))

    def people(self) -> Sequence[Person]:
        rows = StoredPerson.objects.exclude(name="").order_by("name", "pk")
        return [Person(row.pk, row.name) for row in rows]

    def originals(self, asset_ids: Sequence[UUID]) -> Mapping[UUID, RemoteFile]:
        found: dict[UUID, RemoteFile] = {}
        for chunk in chunks(asset_ids, MOST_IDS):
            rows = StoredAsset.objects.present().filter(pk__in=chunk)
            columns = rows.only("size", "has_size", "media_type", "version", "sha1", "filename")
            found |= {row.pk: self._remote(row, "original") for row in columns}
        return found

    def original(self, asset_id: UUID) -> RemoteFile:
        return self._remote(self._row(asset_id), "original")

    def read(self, file: RemoteFile, offset: int, length: int) -> AsyncGenerator[bytes, None]:
        return self.streams.read(file, offset, length)

    def stream(self, asset_id: UUID, rendition: Rendition) -> RemoteFile:
        row = self._row(asset_id)
        if rendition is Rendition.PLAYBACK:
            return self.streams.measured(self._remote(row, "video/playback"))
        return self.streams.sized(self._remote(row, "original"))

    def rendition(self, asset_id: UUID, rendition: Rendition) -> StoredFile:
        row = self._row(asset_id)
        if rendition in AS_IT_LIES:
            raise LibraryUnavailable(_("This file lies on another server."))
        return self.pictures.get(row, rendition)

    def known(self, which: AssetFilter, sha1s: Collection[bytes]) -> Mapping[bytes, UUID]:
        return INDEX.known(which, sha1s)

    def take_in(
        self, files: Sequence[Incoming], beat: Callable[[], None] = keep_still
    ) -> Sequence[TakenIn | NotTaken]:
        return Intake(self.client, self.post, beat).take_in(files)

    def take_out(self, keys: Collection[UUID]) -> RefreshReport:
        take_out(self.client, keys)
        return losses()

    def refresh(self, seconds: float | None = None, first: Collection[UUID] = ()) -> RefreshReport:
        with looking(LEASE_SECONDS) as heart:
            look = Sync(self.client, heart.beat, first=first)
            if seconds is not None:
                look.seconds = seconds
            report = self._run(look)
            forget_what_is_long_gone()
            self.pictures.tidy()
        return report

    def _run(self, look: Sync) -> RefreshReport:
        """What Immich refuses or does not know of our questions is no answer of Immich's either."""
        try:
            return look.run()
        except (NotInLibrary, Refused) as exc:
            strange = failing.other_than_expected(self.client.server.site)
            MirrorState.change(trouble=str(strange))
            raise strange from exc
        except LibraryUnavailable as exc:
            MirrorState.change(trouble=str(exc))
            raise

    @transaction.atomic
    def acknowledge(self, report: RefreshReport) -> None:
        for albums in chunks(report.shrunk_albums):
            StoredAlbum.objects.filter(pk__in=albums).update(has_lost=False)
        for assets in chunks(report.lost_assets):
            StoredAsset.objects.filter(pk__in=assets).update(is_lost=False)

    def accept_losses(self) -> None:
        """Let the next look believe that everything that is not there was deleted on purpose."""
        MirrorState.change(accepts_losses=True)

    def make_renditions(self, seconds: float) -> int:
        return 0  # Immich makes them; they are fetched when they are first asked for

    def reach(self) -> None:
        state = MirrorState.objects.filter(pk=1).first()
        if state and state.trouble:
            raise LibraryUnavailable(state.trouble)
        try:
            self.door.get("/server/ping", tries=1)
        except NotInLibrary as exc:
            raise failing.other_than_expected(self.door.server.site) from exc

    def status(self) -> LibraryStatus:
        state = MirrorState.objects.filter(pk=1).first() or MirrorState()
        return LibraryStatus(
            home=self.client.server.site,
            trouble=state.trouble,
            last_refresh=state.last_refresh,
            is_refreshing=is_held(LEASE),
            images=state.images,
            videos=state.videos,
            albums=StoredAlbum.objects.showing().count(),
            size=state.size,
            renditions_waiting=0,
            problems=0,
            files_found=state.files_found,
            files_read=state.files_read,
            cache_used=self.pictures.keeper.used(),
            cache_limit=self.pictures.keeper.quota,
            software=f"Immich {state.server_version}".rstrip(),
            lacking=tuple(state.missing_permissions.split()),
            lacking_for_uploads=tuple(state.missing_for_uploads.split()),
        )

    def problems(self, page: Page) -> Sequence[Problem]:
        return []

    def close(self) -> None:
        """Let go of this process's connections."""
        self.client.close()
        self.door.close()
        self.post.close()

    def _row(self, asset_id: UUID) -> StoredAsset:
        try:
            return StoredAsset.objects.present().get(pk=asset_id)
        except StoredAsset.DoesNotExist as exc:
            raise NotInLibrary(_("This photo is not there (any more).")) from exc

    def _remote(self, row: StoredAsset, what: str) -> RemoteFile:
        """``what`` is the end of its address: the original, or another form of a video."""
        is_original = what == "original"
        return RemoteFile(
            asset_id=row.pk,
            size=row.size if row.has_size and is_original else None,
            media_type=row.media_type,
            version=row.version,
            sha1=bytes(row.sha1) if row.sha1 and is_original else None,
            url=self.client.server.url(f"/assets/{row.pk}/{what}"),
            headers={**self.client.server.credentials, **AS_BYTES},
            filename=row.filename,
        )


def _as_asset(row: StoredAsset) -> Asset:
    return as_asset(row, bytes(row.sha1) if row.sha1 else None)
