"""Making and changing links. What takes something away raises the link's epoch."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.library import get_library
from portal.library.interface import NotInLibrary
from portal.library.types import AssetFilter
from sharing.models import SharedAsset, SharedLink

LOSSES = ("allow_download", "allow_upload", "show_metadata", "show_location")


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """All that an owner decides about a link. ``password=None`` keeps the present one."""

    description: str = ""
    slug: str = ""
    password: str | None = None
    expires_at: datetime | None = None
    allow_download: bool = True
    allow_upload: bool = False
    show_metadata: bool = True
    show_location: bool = True


@transaction.atomic
def share_album(owner: User, album_id: UUID, wanted: LinkSettings) -> SharedLink:
    """Make a link to an album, which stays live; raises ``ValidationError``."""
    try:
        get_library().album(album_id)
    except NotInLibrary as exc:
        raise ValidationError(_("This album does not exist (any more)."), code="album") from exc
    link = SharedLink(owner=owner, kind=SharedLink.Kind.ALBUM, album_id=album_id)
    return _save(link, wanted)


@transaction.atomic
def share_assets(owner: User, asset_ids: Iterable[UUID], wanted: LinkSettings) -> SharedLink:
    """Make a link to chosen photos; raises ``ValidationError``."""
    found = get_library().assets(AssetFilter(ids=frozenset(asset_ids)))
    if not found:
        raise ValidationError(_("Choose at least one photo."), code="assets")
    if wanted.allow_upload:
        raise ValidationError(_("Only a link to an album can take uploads."), code="upload")
    link = _save(SharedLink(owner=owner, kind=SharedLink.Kind.INDIVIDUAL), wanted)
    SharedAsset.objects.bulk_create(SharedAsset(link=link, asset_id=a.id) for a in found)
    return link


@transaction.atomic
def change_link(link: SharedLink, wanted: LinkSettings) -> SharedLink:
    """Apply new settings; raises ``ValidationError`` and then changes nothing."""
    takes_away = any(getattr(link, name) and not getattr(wanted, name) for name in LOSSES)
    link = _save(link, wanted)
    if takes_away or wanted.password is not None:
        _raise_epoch(link)
    return link


def pause_link(link: SharedLink, *, paused: bool) -> None:
    link.is_paused = paused
    _touch(link, "is_paused")
    if paused:
        _raise_epoch(link)


def delete_link(link: SharedLink) -> None:
    """Take a link away. Its key answers 410 for 30 days, and it can be brought back."""
    link.deleted_at = timezone.now()
    _touch(link, "deleted_at")
    _raise_epoch(link)


def restore_link(link: SharedLink) -> None:
    """Undo a deletion; raises ``ValidationError`` when its slug is in use by now."""
    link.deleted_at = None
    try:
        with transaction.atomic():
            _touch(link, "deleted_at")
    except IntegrityError as exc:
        raise _taken() from exc


@transaction.atomic
def remove_assets(link: SharedLink, asset_ids: Iterable[UUID]) -> int:
    """Take photos out of a link of chosen photos; returns how many it had."""
    removed, _per_model = link.items.filter(asset_id__in=list(asset_ids)).delete()
    if removed:
        _raise_epoch(link)
    return removed


def _save(link: SharedLink, wanted: LinkSettings) -> SharedLink:
    for name in ("description", "expires_at", *LOSSES):
        setattr(link, name, getattr(wanted, name))
    link.slug = wanted.slug
    if wanted.password is not None:
        link.set_password(wanted.password)
    link.revised_at = timezone.now()
    link.full_clean(validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            link.save()
    except IntegrityError as exc:
        raise _taken() from exc
    return link


def _touch(link: SharedLink, *fields: str) -> None:
    link.revised_at = timezone.now()
    link.save(update_fields=[*fields, "revised_at", "updated_at"])


def _raise_epoch(link: SharedLink) -> None:
    SharedLink.objects.filter(pk=link.pk).raise_epoch()
    link.refresh_from_db(fields=["epoch", "revised_at"])


def _taken() -> ValidationError:
    return ValidationError({"slug": _("This address is taken.")}, code="taken")
