"""Live photos: which still belongs to which video.

By the content identifier that Apple writes into both, wherever they lie; else by the same name
(but for its ending) in the same folder, if the video is but a few seconds long.
"""

import os
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from portal.library.folder.models import Place, StoredAsset
from portal.library.index.chunks import chunks
from portal.library.types import AssetKind

LONGEST_LIVE_VIDEO = timedelta(seconds=5)
Stem = tuple[int, bytes]
Halves = dict[Stem, tuple[UUID, str]]


def pair_live_photos(assets: set[UUID], folders: set[int]) -> set[UUID]:
    """Pair anew what these assets and folders may have changed; returns the assets that differ."""
    halves = _short_videos(folders)
    stills = _stills_near(assets, folders, halves)
    if not stills:
        return set()
    wanted = _by_name(stills) | _by_content_id(stills)
    changed = [still for still in stills.values() if still.live_video_id != wanted.get(still.pk)]
    differing: set[UUID] = set()
    for still in changed:
        differing |= {still.pk, *filter(None, (still.live_video_id, wanted.get(still.pk)))}
        still.live_video_id, still.updated_at = wanted.get(still.pk), timezone.now()
    StoredAsset.objects.bulk_update(changed, ["live_video", "updated_at"], batch_size=200)
    return differing


def _stills_near(assets: set[UUID], folders: set[int], halves: Halves) -> dict[UUID, StoredAsset]:
    """Stills whose video may be another one now."""
    near: dict[UUID, StoredAsset] = {}
    images = StoredAsset.objects.present().filter(kind=AssetKind.IMAGE)
    images = images.only("pk", "content_id", "live_video_id")
    for chunk in chunks(assets):
        content_ids = StoredAsset.objects.filter(pk__in=chunk).exclude(content_id="")
        related = Q(content_id__in=content_ids.values("content_id")) | Q(live_video__in=chunk)
        near |= images.filter(related).in_bulk()
        near |= images.filter(pk__in=chunk, live_video__isnull=False).in_bulk()
    for chunk in chunks(_namesakes(folders, halves)):
        near |= images.in_bulk(chunk)
    lying_there = Place.objects.present().filter(asset=OuterRef("pk"), folder__in=folders)
    return near | images.filter(Exists(lying_there), live_video__isnull=False).in_bulk()


def _namesakes(folders: set[int], halves: Halves) -> set[UUID]:
    """Images of these folders that have a short video of the same name beside them."""
    if not halves:
        return set()
    places = Place.objects.present().filter(folder__in=folders, asset__kind=AssetKind.IMAGE)
    rows = places.values_list("folder_id", "name", "asset_id")
    return {asset for folder, name, asset in rows if (folder, _stem(name)) in halves}


def _by_content_id(stills: dict[UUID, StoredAsset]) -> dict[UUID, UUID]:
    wanted = {still.content_id for still in stills.values() if still.content_id}
    videos: dict[str, UUID] = {}
    for chunk in chunks(wanted):
        found = StoredAsset.objects.present().filter(content_id__in=chunk, kind=AssetKind.VIDEO)
        videos |= dict(found.order_by("-pk").values_list("content_id", "pk"))
    return {
        pk: videos[still.content_id] for pk, still in stills.items() if still.content_id in videos
    }


def _by_name(stills: dict[UUID, StoredAsset]) -> dict[UUID, UUID]:
    places: list[tuple[int, bytes, UUID]] = []
    for chunk in chunks(stills):
        lying = Place.objects.present().filter(asset__in=chunk).order_by("folder", "name")
        rows = lying.values_list("folder_id", "name", "asset_id")
        places += [(folder, bytes(name), asset) for folder, name, asset in rows]
    halves = _short_videos({folder for folder, _name, _still in places})
    wanted: dict[UUID, UUID] = {}
    for folder, name, still in places:
        video, content_id = halves.get((folder, _stem(name)), (None, ""))
        if video and _may_belong(stills[still].content_id, content_id):
            wanted.setdefault(still, video)
    return wanted


def _short_videos(folders: Iterable[int]) -> Halves:
    halves: Halves = {}
    for chunk in chunks(set(folders)):
        videos = Place.objects.present().filter(
            folder__in=chunk,
            asset__kind=AssetKind.VIDEO,
            asset__duration__lte=LONGEST_LIVE_VIDEO,
        )
        for folder, name, asset, content_id in videos.order_by("-name").values_list(
            "folder_id", "name", "asset_id", "asset__content_id"
        ):
            halves[folder, _stem(name)] = (asset, content_id)
    return halves


def _may_belong(still: str, video: str) -> bool:
    """Two different content identifiers say that the names are alike by chance."""
    return not still or not video or still == video


def _stem(name: bytes | memoryview) -> bytes:
    return os.path.splitext(bytes(name))[0].lower()  # noqa: PTH122  names are bytes
