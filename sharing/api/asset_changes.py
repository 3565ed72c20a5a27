"""What owners' programs change of assets, and what follows for links and albums."""

from collections.abc import Collection, Sequence
from datetime import UTC, timedelta
from http import HTTPStatus
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from portal.api_errors import ApiRefused
from portal.library import get_library
from portal.library.changing import Amendment
from portal.library.types import Asset
from sharing.albums.editing import add_photos
from sharing.albums.models import PortalAlbum
from sharing.albums.settling import settle
from sharing.api.asset_bodies import Amended, Copied
from sharing.links import add_assets
from sharing.models import SharedLink, TaggedAsset
from sharing.tasks import void

NOT_HIDDEN = "Loggia hides no photos: it knows the timeline and the archive."
BOTH = "A place is a latitude and a longitude: send both."
NO_HALVES = "Loggia pairs live photos by itself."


def amendment_of(body: Amended) -> Amendment:
    """What is to be known; raises ``ApiRefused`` (400) for what cannot be kept."""
    if body.visibility in {"hidden", "locked"}:
        raise ApiRefused(HTTPStatus.BAD_REQUEST, NOT_HIDDEN)
    if (body.latitude is None) != (body.longitude is None):
        raise ApiRefused(HTTPStatus.BAD_REQUEST, BOTH)
    if body.live_photo_video_id is not None:
        raise ApiRefused(HTTPStatus.BAD_REQUEST, NO_HALVES)
    clears_rating = "rating" in body.model_fields_set and body.rating is None
    taken_at = body.date_time_original
    if taken_at is not None and taken_at.tzinfo is None:
        taken_at = taken_at.replace(tzinfo=UTC)
    return Amendment(
        description=body.description,
        rating=0 if clears_rating else body.rating,
        is_favorite=body.is_favorite,
        latitude=body.latitude,
        longitude=body.longitude,
        taken_at=taken_at,
        is_archived=None if body.visibility is None else body.visibility == "archive",
    )


def amend_assets(asset_ids: Collection[UUID], amendment: Amendment) -> None:
    """Have it known, and albums that are ordered by time follow."""
    get_library().amend(asset_ids, amendment)
    if amendment.taken_at is not None:
        _settle_albums_with(asset_ids)


def move_in_time(assets: Sequence[Asset], by: timedelta) -> None:
    """Let these have been taken so much later; raises ``ApiRefused`` beyond the calendar."""
    for asset in assets:
        zone = timezone.get_fixed_timezone(asset.utc_offset or timedelta(0))
        try:
            moved = (asset.taken_at + by).replace(tzinfo=zone)
        except OverflowError as exc:
            raise ApiRefused(HTTPStatus.BAD_REQUEST, "dateTimeRelative is too large") from exc
        get_library().amend([asset.id], Amendment(taken_at=moved))
    _settle_albums_with([asset.id for asset in assets])


def delete_assets(asset_ids: Collection[UUID]) -> None:
    """Into the home's bin; links no longer grant them. Raises ``NotAllowed``."""
    library = get_library()
    report = library.throw_away(asset_ids)
    with transaction.atomic():
        void(report)
        _settle_albums_with(report.lost_assets)
    library.acknowledge(report)


def copy_marks(owner: User, body: Copied) -> None:
    """Let one asset take over what is kept here of another: albums, links, tags, the favourite."""
    source, target = body.source_id, body.target_id
    if body.albums:
        _copy_albums(owner, source, target)
    if body.shared_links:
        links = SharedLink.objects.owned_by(owner).alive().filter(items__asset_id=source)
        for link in links:
            add_assets(link, [target])
    tags = TaggedAsset.objects.filter(asset_id=source, tag__owner=owner)
    TaggedAsset.objects.bulk_create(
        [TaggedAsset(tag_id=pk, asset_id=target) for pk in tags.values_list("tag_id", flat=True)],
        ignore_conflicts=True,
    )
    if body.favorite and get_library().asset(source).is_favorite:
        get_library().amend([target], Amendment(is_favorite=True))


def _copy_albums(owner: User, source: UUID, target: UUID) -> None:
    made = PortalAlbum.objects.alive().owned_by(owner).filter(items__asset_id=source)
    for album in made:
        add_photos(album, [target])
    library = get_library()
    there = set(library.albums_of(target))
    for album_id in set(library.albums_of(source)) - there:
        library.join_album(album_id, [target])


def _settle_albums_with(asset_ids: Collection[UUID]) -> None:
    if not asset_ids:
        return
    wanted = list(asset_ids)
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        for album in PortalAlbum.objects.alive().filter(items__asset_id__in=some).distinct():
            settle(album)
