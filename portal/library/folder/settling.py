"""What follows when places change: which assets are there, listed, and shown by which album."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone

from portal.library.folder.membership import bring_up_to_date
from portal.library.folder.models import Folder, LibraryState, Place, StoredAsset
from portal.library.folder.pairing import pair_live_photos
from portal.library.folder.queries import INDEX
from portal.library.folder.roots import readable
from portal.library.index.chunks import chunks
from portal.library.types import AssetFilter

LYING = Exists(Place.objects.present().filter(asset=OuterRef("pk")))
MOVING_HALF = Exists(StoredAsset.objects.present().filter(live_video=OuterRef("pk")))


@dataclass
class Touched:
    """What a change of places may have changed beside."""

    assets: set[UUID] = field(default_factory=set)
    folders: set[int] = field(default_factory=set)
    albums: set[UUID] = field(default_factory=set)


@dataclass
class Settled:
    appeared: set[UUID] = field(default_factory=set)
    vanished: set[UUID] = field(default_factory=set)


def settle(touched: Touched) -> Settled:
    """Work out what the touched assets and albums show now. Call it in the same transaction."""
    settled = Settled()
    for chunk in chunks(touched.assets):
        _tell_presence(chunk, settled)
        _name_by_place(chunk)
    assets = touched.assets | pair_live_photos(touched.assets, touched.folders)
    assets |= _moving_halves(assets)
    albums = touched.albums | _albums_of_folders(touched.folders)
    for chunk in chunks(assets):
        _tell_listed(chunk)
        albums |= _albums_of_assets(chunk)
    bring_up_to_date(albums)
    if settled.appeared or settled.vanished or albums:
        totals = INDEX.totals(AssetFilter())
        LibraryState.change(images=totals.images, videos=totals.videos, size=totals.size)
    return settled


def _tell_presence(assets: list[UUID], settled: Settled) -> None:
    chosen = StoredAsset.objects.filter(pk__in=assets)
    appeared = set(chosen.filter(LYING, removed_at__isnull=False).values_list("pk", flat=True))
    vanished = set(chosen.filter(~LYING, removed_at=None).values_list("pk", flat=True))
    now = timezone.now()
    chosen.filter(pk__in=appeared).update(removed_at=None, is_lost=False, updated_at=now)
    chosen.filter(pk__in=vanished).update(removed_at=now, is_listed=False, is_lost=True)
    settled.appeared |= appeared
    settled.vanished |= vanished


def _name_by_place(assets: list[UUID]) -> None:
    """Let an asset go by a name under which it still lies somewhere."""
    names: dict[UUID, list[str]] = {}
    places = Place.objects.present().filter(asset__in=assets).order_by("pk")
    for asset, name in places.values_list("asset_id", "name"):
        names.setdefault(asset, []).append(readable(bytes(name)))
    renamed = [
        StoredAsset(pk=pk, filename=names[pk][0], updated_at=timezone.now())
        for pk, name in StoredAsset.objects.filter(pk__in=names).values_list("pk", "filename")
        if name not in names[pk]
    ]
    StoredAsset.objects.bulk_update(renamed, ["filename", "updated_at"], batch_size=200)


def _moving_halves(assets: set[UUID]) -> set[UUID]:
    halves: set[UUID] = set()
    for chunk in chunks(assets):
        stills = StoredAsset.objects.filter(pk__in=chunk, live_video__isnull=False)
        halves |= set(stills.values_list("live_video_id", flat=True))
    return halves


def _tell_listed(assets: list[UUID]) -> None:
    chosen = StoredAsset.objects.filter(pk__in=assets)
    chosen.filter(MOVING_HALF, is_listed=True).update(is_listed=False)
    chosen.present().filter(~MOVING_HALF, is_listed=False).update(is_listed=True)


def _albums_of_folders(folders: set[int]) -> set[UUID]:
    albums: set[UUID] = set()
    for chunk in chunks(folders):
        albums |= set(Folder.objects.filter(pk__in=chunk).values_list("album_id", flat=True))
    return albums


def _albums_of_assets(assets: list[UUID]) -> set[UUID]:
    folders = Folder.objects.filter(places__asset__in=assets)
    return set(folders.values_list("album_id", flat=True).distinct())
