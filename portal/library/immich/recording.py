"""Writes what Immich said into the mirror, a batch at a time, and what follows from it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import blake2b
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from portal.library.immich.models import Arrival, Member, StoredAlbum, StoredAsset
from portal.library.immich.schemas import AssetInfo
from portal.library.index.chunks import chunks
from portal.library.index.counting import Counting
from portal.library.types import AssetKind, moment_of

COUNTING = Counting(StoredAlbum, Member, chosen_cover="chosen_cover")
VISIBLE = frozenset({"timeline", "archive"})
SHA1 = 20  # bytes
JUST_NOW = timedelta(minutes=2)  # longer than a look takes from the list of albums to its last
_KEPT = {"id", "is_lost", "seen_in"}  # not written again over what is there
WRITTEN = [
    column.name
    for column in StoredAsset._meta.concrete_fields  # noqa: SLF001  a public part of Django
    if column.name not in _KEPT
]


@dataclass
class Recorder:
    """What one look has changed. ``changed`` assets have other content than before."""

    pass_number: int = 0
    added: set[UUID] = field(default_factory=set)
    removed: set[UUID] = field(default_factory=set)
    changed: set[UUID] = field(default_factory=set)
    unchanged: int = 0

    @transaction.atomic
    def take_in(self, assets: Sequence[AssetInfo], *, is_pass: bool = False) -> set[UUID]:
        """Record assets; returns those that are shown. Moving halves are made room for."""
        usable = [asset for asset in assets if asset.kind is not None]
        shown: set[UUID] = set()
        for chunk in chunks(usable):
            shown |= self._take_in(chunk)
            if is_pass:
                seen = StoredAsset.objects.filter(pk__in=[asset.id for asset in chunk])
                seen.update(seen_in=self.pass_number)
        return shown

    def _take_in(self, assets: list[AssetInfo]) -> set[UUID]:
        known = StoredAsset.objects.in_bulk([asset.id for asset in assets])
        rows = {asset.id: row_of(asset) for asset in assets}
        self._make_room_for_halves(assets, rows)
        writes = {pk: row for pk, row in rows.items() if not _is_same(row, known.get(pk))}
        for pk, row in writes.items():
            before = known.get(pk)
            if before and before.is_read and before.version != row.version:
                self.changed.add(pk)
        self.unchanged += len(rows) - len(writes)
        self._tally(writes, known)
        StoredAsset.objects.bulk_create(
            writes.values(), update_conflicts=True, unique_fields=["id"], update_fields=WRITTEN
        )
        gone = {pk for pk, row in writes.items() if not row.is_listed and pk in known}
        gone = {pk for pk in gone if known[pk].is_listed}
        self._lose(gone)
        _follow(
            {pk for pk, row in writes.items() if pk in known and _counts(known[pk]) != _counts(row)}
        )
        return {pk for pk, row in rows.items() if row.is_listed}

    def _make_room_for_halves(self, assets: list[AssetInfo], rows: dict[UUID, StoredAsset]) -> None:
        stills = {asset.live_video_id: asset for asset in assets if asset.live_video_id}
        known = StoredAsset.objects.filter(pk__in=list(stills))
        there = set(known.values_list("pk", flat=True)) | set(rows)
        halves = [_half_of(stills[pk], pk) for pk in stills if pk not in there]
        StoredAsset.objects.bulk_create(halves, ignore_conflicts=True)

    def _tally(self, writes: dict[UUID, StoredAsset], known: dict[UUID, StoredAsset]) -> None:
        for pk, row in writes.items():
            was_listed = pk in known and known[pk].is_listed
            if row.is_listed and not was_listed:
                self.added.add(pk)
                self.removed.discard(pk)

    @transaction.atomic
    def remove(self, asset_ids: Collection[UUID]) -> None:
        """These are gone from Immich, in its trash, or hidden there."""
        for chunk in chunks(asset_ids):
            listed = StoredAsset.objects.filter(pk__in=chunk, is_listed=True)
            gone = set(listed.values_list("pk", flat=True))
            there = StoredAsset.objects.filter(pk__in=chunk, removed_at=None)
            there.update(removed_at=timezone.now(), is_listed=False)
            self._lose(gone)

    def remove_foreign(self, user_id: UUID) -> None:
        """What others own is shown in albums alone: who takes it out of them takes it from links."""
        others = StoredAsset.objects.listed().filter(owner_id__isnull=False)
        others = others.exclude(owner_id=user_id)
        held = Member.objects.filter(asset=OuterRef("pk"))
        self.remove(list(others.filter(~Exists(held)).values_list("pk", flat=True)))

    def _lose(self, gone: Collection[UUID]) -> None:
        """Links no longer grant these; their albums do not show them."""
        if not gone:
            return
        self.removed |= set(gone)
        self.added -= set(gone)
        StoredAsset.objects.filter(pk__in=gone).update(is_lost=True)
        _lose_unheld_halves(gone)
        members = Member.objects.filter(asset__in=gone)
        albums = set(members.values_list("album_id", flat=True))
        members.delete()
        self._shrink(albums)

    def _shrink(self, albums: Collection[UUID]) -> None:
        for chunk in chunks(albums):
            StoredAlbum.objects.filter(pk__in=chunk).update(has_lost=True)
            COUNTING.bring_up_to_date(chunk, chunk)

    @transaction.atomic
    def fill_album(self, album_id: UUID, shown: Collection[UUID]) -> bool:
        """Let an album show just these; false where it has to be read again soon.

        What we have put there a moment ago is not gone because an older answer lacks it.
        """
        before = _members(album_id)
        young = _just_joined(album_id) - set(shown)
        self.leave_album(album_id, before - set(shown) - young)
        self.join_album(album_id, set(shown) - before)
        return not young

    @transaction.atomic
    def join_album(self, album_id: UUID, shown: Collection[UUID]) -> None:
        """Let an album show these, too."""
        new = set(shown) - _members(album_id)
        for chunk in chunks(new):
            assets = StoredAsset.objects.listed().filter(pk__in=chunk)
            Member.objects.bulk_create(
                Member(album_id=album_id, asset_id=pk, taken_at=taken_at)
                for pk, taken_at in assets.values_list("pk", "taken_at")
            )
        COUNTING.bring_up_to_date([album_id], [album_id] if new else [])

    @transaction.atomic
    def leave_album(self, album_id: UUID, gone: Collection[UUID]) -> None:
        """Let an album show these no more: links to it no longer grant them."""
        for chunk in chunks(gone):
            Member.objects.filter(album=album_id, asset__in=chunk).delete()
        if gone:
            self._shrink([album_id])

    @transaction.atomic
    def drop_albums(self, album_ids: Collection[UUID]) -> None:
        """These albums are no more: they show nothing, and links to them say so."""
        for chunk in chunks(album_ids):
            Member.objects.filter(album__in=chunk).delete()
            albums = StoredAlbum.objects.filter(pk__in=chunk, removed_at=None)
            albums.update(removed_at=timezone.now(), has_lost=True, stamp="")
            COUNTING.bring_up_to_date(chunk, chunk)


def _members(album_id: UUID) -> set[UUID]:
    return set(Member.objects.filter(album=album_id).values_list("asset_id", flat=True))


def _just_joined(album_id: UUID) -> set[UUID]:
    since = timezone.now() - JUST_NOW
    young = Arrival.objects.filter(album_id=album_id, joined_at__gte=since, leaving_at=None)
    return {pk for pk in young.values_list("asset_id", flat=True) if pk}


def without_partners(assets: Sequence[AssetInfo], user_id: UUID | None) -> list[AssetInfo]:
    """Of what a search finds: partners share their timelines with a user, not with his guests.

    What others own is known by the albums it lies in, and changes there with them.
    """
    foreign = [asset.id for asset in assets if user_id and asset.owner_id not in {user_id, None}]
    in_albums: set[UUID] = set()
    for chunk in chunks(foreign):
        members = Member.objects.filter(asset__in=chunk)
        in_albums.update(members.values_list("asset_id", flat=True))
    left_out = set(foreign) - in_albums
    return [asset for asset in assets if asset.id not in left_out]


def row_of(asset: AssetInfo) -> StoredAsset:
    is_listed = asset.visibility in VISIBLE and not asset.is_trashed
    # Hidden videos are moving halves; whatever else is hidden or locked is nobody's business
    is_half = asset.visibility == "hidden" and asset.kind is AssetKind.VIDEO
    is_there = is_listed or (is_half and not asset.is_trashed)
    exif = asset.exif
    has_sha1 = not asset.is_external and len(asset.checksum) == SHA1
    return StoredAsset(
        id=asset.id, owner_id=asset.owner_id, sha1=asset.checksum if has_sha1 else None,
        version=version_of(asset), size=asset.size or 0, has_size=asset.size is not None,
        kind=asset.kind or AssetKind.IMAGE, media_type=asset.media_type, filename=asset.filename,
        width=asset.width, height=asset.height, taken_at=asset.taken_at, sort_at=asset.sort_at,
        utc_offset=asset.utc_offset, duration=asset.duration, thumbhash=asset.thumbhash,
        live_video_id=asset.live_video_id, is_archived=asset.visibility == "archive",
        is_listed=is_listed, removed_at=None if is_there else timezone.now(), is_read=True,
        make=exif.make, model=exif.model, lens=exif.lens, exposure_time=exif.exposure_time,
        f_number=exif.f_number, iso=exif.iso, focal_length=exif.focal_length,
        latitude=exif.latitude, longitude=exif.longitude, description=exif.description,
        rating=exif.rating, city=exif.city, state=exif.state, country=exif.country,
        moment_at=moment_of(asset.taken_at, asset.utc_offset), is_favorite=asset.is_favorite,
        added_at=asset.added_at or asset.sort_at, updated_at=asset.updated_at or asset.sort_at,
    )  # fmt: skip


def version_of(asset: AssetInfo) -> str:
    """Of an external library's files the checksum tells nothing, so size and time have to."""
    digest = blake2b(asset.checksum, digest_size=16)
    if asset.is_external:
        digest.update(f"{asset.size} {asset.changed_at}".encode())
    return digest.hexdigest()


def _half_of(still: AssetInfo, pk: UUID) -> StoredAsset:
    """All that is known of a moving half until it is asked for: whose it is."""
    name = PurePosixPath(still.filename).with_suffix(".mov").name
    return StoredAsset(
        id=pk, owner_id=still.owner_id, version="", size=0, has_size=False, kind=AssetKind.VIDEO,
        media_type="video/quicktime", filename=name, width=still.width, height=still.height,
        taken_at=still.taken_at, sort_at=still.sort_at, utc_offset=still.utc_offset, thumbhash=b"",
        moment_at=moment_of(still.taken_at, still.utc_offset), is_read=False,
    )  # fmt: skip


def _is_same(row: StoredAsset, known: StoredAsset | None) -> bool:
    return known is not None and _facts(row) == _facts(known)


def _facts(row: StoredAsset) -> tuple[Any, ...]:
    """All that is written, as it compares: bytes are bytes, and removed is removed."""
    values = (getattr(row, _attribute(name)) for name in WRITTEN if name != "removed_at")
    plain = (bytes(v) if isinstance(v, memoryview) else v for v in values)
    return (*plain, row.removed_at is None)


def _attribute(name: str) -> str:
    return "live_video_id" if name == "live_video" else name


def _counts(row: StoredAsset) -> tuple[Any, ...]:
    """What an album's own counts are made of."""
    return (row.size, row.taken_at, row.kind, row.live_video_id)


def _follow(assets: Iterable[UUID]) -> None:
    """Albums repeat the time of their photos, and count their sizes."""
    for chunk in chunks(set(assets)):
        members = Member.objects.filter(asset__in=chunk).select_related("asset")
        moved = [member for member in members if member.taken_at != member.asset.taken_at]
        for member in moved:
            member.taken_at = member.asset.taken_at
        Member.objects.bulk_update(moved, ["taken_at"], batch_size=200)
        stills = StoredAsset.objects.filter(live_video__in=chunk).values("pk")
        albums = {member.album_id for member in members}
        of_halves = Member.objects.filter(asset__in=stills).values_list("album_id", flat=True)
        for some in chunks(albums | set(of_halves)):
            COUNTING.bring_up_to_date(some, some)


def _lose_unheld_halves(stills: Collection[UUID]) -> None:
    halves = StoredAsset.objects.filter(stills__in=stills, removed_at=None)
    held = halves.filter(stills__removed_at=None)
    held_ids = set(held.values_list("pk", flat=True))
    lost = set(halves.values_list("pk", flat=True)) - held_ids
    StoredAsset.objects.filter(pk__in=lost).update(removed_at=timezone.now(), is_listed=False)


def has_unread_halves() -> bool:
    return StoredAsset.objects.filter(is_read=False, removed_at=None).exists()
