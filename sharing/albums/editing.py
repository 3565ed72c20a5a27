"""Making and changing portal albums. What takes a photo away raises the epoch of the links to it."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sharing.albums.arranging import STEP, take_over_order
from sharing.albums.models import PortalAlbum, PortalAlbumItem
from sharing.albums.settling import AT_ONCE, change, chunks, recount, settle, times_of
from sharing.models import GONE_FOR, SharedLink

MOST_PHOTOS = 100_000  # in one album
MOST_ALBUMS = 10_000  # of one owner


@transaction.atomic
def make_album(owner: User, name: str, asset_ids: Collection[UUID]) -> PortalAlbum:
    """Make an album of these photos; raises ``ValidationError``, ``LibraryUnavailable``."""
    if PortalAlbum.objects.alive().owned_by(owner).count() >= MOST_ALBUMS:
        raise ValidationError(_("There are too many albums. Please delete one first."))
    album = PortalAlbum(owner=owner, name=name)
    album.full_clean()
    album.save(force_insert=True)
    add_photos(album, asset_ids)
    return album


@transaction.atomic
def add_photos(album: PortalAlbum, asset_ids: Collection[UUID]) -> int:
    """Add what the library has of these and the album has not; returns how many came in.

    They stand at the end of the album, oldest first, until they are moved. Raises
    ``ValidationError`` when the album would grow too large.
    """
    present = set(_locked(album).items.asset_ids())
    found = times_of([asset_id for asset_id in asset_ids if asset_id not in present])
    if len(present) + len(found) > MOST_PHOTOS:
        message = _("An album holds at most %(n)d photos.")
        raise ValidationError(message, params={"n": MOST_PHOTOS})
    last = album.items.aggregate(last=Max("position"))["last"] or 0
    items = [
        PortalAlbumItem(album=album, asset_id=asset_id, position=last + number * STEP, taken_at=at)
        for number, (asset_id, at) in enumerate(found.items(), 1)
    ]
    PortalAlbumItem.objects.bulk_create(items, batch_size=AT_ONCE)
    if items:
        recount(album)
    return len(items)


@transaction.atomic
def remove_photos(album: PortalAlbum, asset_ids: Sequence[UUID]) -> int:
    """Take photos out; returns how many the album had."""
    removed = 0
    for chunk in chunks(asset_ids):
        removed += _locked(album).items.filter(asset_id__in=chunk).delete()[0]
    if not removed:
        return 0
    if album.cover_id in set(asset_ids):
        PortalAlbum.objects.filter(pk=album.pk).update(cover_id=None)
    recount(album)
    SharedLink.objects.of_portal_album(album).raise_epoch()
    return removed


def rename(album: PortalAlbum, name: str) -> None:
    """Raises ``ValidationError``."""
    album.name = name
    album.full_clean()
    album.save(update_fields=["name", "updated_at"])
    SharedLink.objects.of_portal_album(album).touch()


def describe(album: PortalAlbum, description: str) -> None:
    """Raises ``ValidationError``."""
    album.description = description
    album.full_clean()
    album.save(update_fields=["description", "updated_at"])


@transaction.atomic
def set_order(album: PortalAlbum, order: str) -> None:
    """Order the album by date or by hand. By hand it first looks as it did before."""
    if order == album.order or order not in PortalAlbum.Order.values:
        return
    if order == PortalAlbum.Order.HAND and not album.is_arranged:
        take_over_order(_locked(album))
        album.is_arranged = True
    change(album, order=order, is_arranged=album.is_arranged)


def choose_cover(album: PortalAlbum, asset_id: UUID) -> bool:
    """Whether the photo is in the album, and so its cover now."""
    is_here = album.items.there().filter(asset_id=asset_id).exists()
    if is_here:
        change(album, cover_id=asset_id)
        SharedLink.objects.of_portal_album(album).touch()
    return is_here


@transaction.atomic
def delete_album(album: PortalAlbum) -> None:
    """Take the album away. Links to it show nothing, as those to a folder that is gone."""
    living = PortalAlbum.objects.alive().filter(pk=album.pk)
    if living.update(deleted_at=timezone.now()):
        SharedLink.objects.of_portal_album(album).raise_epoch()


@transaction.atomic
def restore_album(album: PortalAlbum) -> None:
    """Undo a deletion; its links show it again."""
    if PortalAlbum.objects.exclude(deleted_at=None).filter(pk=album.pk).update(deleted_at=None):
        album.refresh_from_db()
        settle(album)
        SharedLink.objects.of_portal_album(album).touch()


def forget_deleted() -> None:
    """Delete for good what was deleted long ago, unless a link still leads to it."""
    long_gone = PortalAlbum.objects.filter(deleted_at__lt=timezone.now() - GONE_FOR)
    PortalAlbumItem.objects.filter(album__in=long_gone).delete()
    long_gone.filter(links=None).delete()


def _locked(album: PortalAlbum) -> PortalAlbum:
    """One change of an album at a time: positions and counts follow from what is there."""
    return PortalAlbum.objects.select_for_update().get(pk=album.pk)
